#include "firmware-bridge/local_time.h"

#include <ctime>

namespace vitalgate::bridge {

std::optional<WallTime> from_local(LocalTime time) {
  using namespace std::chrono;
  const auto day_start = floor<days>(time);
  const year_month_day date(day_start);
  const auto of_day = floor<seconds>(time - day_start).count();
  std::tm parts{};
  parts.tm_year = static_cast<int>(date.year()) - 1900;
  parts.tm_mon = static_cast<int>(static_cast<unsigned>(date.month())) - 1;
  parts.tm_mday = static_cast<int>(static_cast<unsigned>(date.day()));
  parts.tm_hour = static_cast<int>(of_day / 3600);
  parts.tm_min = static_cast<int>(of_day / 60 % 60);
  parts.tm_sec = static_cast<int>(of_day % 60);
  parts.tm_isdst = -1;
  parts.tm_wday = -1;  // set by mktime() when it succeeds; -1 is also a time
  const std::time_t utc = std::mktime(&parts);
  if (parts.tm_wday == -1) return std::nullopt;
  return WallTime(seconds(utc)) + (time - floor<seconds>(time));
}

std::optional<LocalTime> local_time(int year, unsigned month, unsigned day, unsigned hour,
                                    unsigned minute, unsigned second) {
  using namespace std::chrono;
  const year_month_day date{std::chrono::year(year), std::chrono::month(month),
                            std::chrono::day(day)};
  if (year < 1 || year > 9999 || !date.ok() || hour > 23 || minute > 59 || second > 59)
    return std::nullopt;
  return local_days(date) + hours(hour) + minutes(minute) + seconds(second);
}

}  // namespace vitalgate::bridge
