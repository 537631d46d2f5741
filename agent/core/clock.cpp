#include "agent/core/clock.h"

#include <time.h>

#include <cstring>
#include <limits>

#include "agent/core/check.h"

namespace vitalgate {
namespace {

using std::chrono::days;
using std::chrono::floor;
using std::chrono::milliseconds;

constinit thread_local const Clocks* virtual_time = nullptr;

void put(char* at, unsigned value, int width) {
  for (int i = width - 1; i >= 0; --i) {
    at[i] = static_cast<char>('0' + value % 10);
    value /= 10;
  }
}

// `width` digits at `at`, or nothing.
std::optional<int> digits(std::string_view text, std::size_t at, std::size_t width) {
  int value = 0;
  for (const char c : text.substr(at, width)) {
    if (c < '0' || c > '9') return std::nullopt;
    value = value * 10 + (c - '0');
  }
  return value;
}

}  // namespace

void set_virtual_time(const Clocks* clocks) { virtual_time = clocks; }

Clock::time_point Clock::now() {
  return virtual_time == nullptr ? std::chrono::steady_clock::now() : virtual_time->steady;
}

WallTime wall_now() {
  if (virtual_time != nullptr) return virtual_time->stamp.wall;
  return std::chrono::time_point_cast<milliseconds>(std::chrono::system_clock::now());
}

Stamp Stamp::now() {
  if (virtual_time != nullptr) return virtual_time->stamp;
  timespec boot{};
  VG_CHECK(clock_gettime(CLOCK_BOOTTIME, &boot) == 0);
  return {wall_now(), std::chrono::seconds(boot.tv_sec) + std::chrono::nanoseconds(boot.tv_nsec)};
}

bool is_plausible(WallTime wall) {
  using namespace std::chrono;
  return wall >= sys_days(year(2026) / January / 1) && wall < sys_days(year(2126) / January / 1);
}

char* put_rfc3339(char* at, WallTime time) {
  // Times come by the million and nearly all within one minute: what they share is kept.
  struct Minute {
    std::int64_t begin = std::numeric_limits<std::int64_t>::min();  // no minute begins there
    char text[kRfc3339Length + 1] = "0000-00-00T00:00:00.000Z";
  };
  thread_local Minute last;
  constexpr std::uint64_t kLength = 60'000;
  const std::int64_t wanted = time.time_since_epoch().count();
  // Without sign, so that a time before it is far behind it.
  std::uint64_t of_minute =
      static_cast<std::uint64_t>(wanted) - static_cast<std::uint64_t>(last.begin);
  if (of_minute >= kLength) {
    const auto minute = floor<std::chrono::minutes>(time);
    const auto day = floor<days>(minute);
    const std::chrono::year_month_day date(day);
    const auto of_day = static_cast<unsigned>((minute - day).count());
    put(last.text, static_cast<unsigned>(static_cast<int>(date.year())), 4);
    put(last.text + 5, static_cast<unsigned>(date.month()), 2);
    put(last.text + 8, static_cast<unsigned>(date.day()), 2);
    put(last.text + 11, of_day / 60, 2);
    put(last.text + 14, of_day % 60, 2);
    last.begin = WallTime(minute).time_since_epoch().count();
    of_minute = static_cast<std::uint64_t>(wanted - last.begin);
  }
  const auto milliseconds_of = static_cast<unsigned>(of_minute);
  std::memcpy(at, last.text, kRfc3339Length);
  put(at + 17, milliseconds_of / 1000, 2);
  put(at + 20, milliseconds_of % 1000, 3);
  return at + kRfc3339Length;
}

void append_rfc3339(std::string& out, WallTime time) {
  char text[kRfc3339Length];
  out.append(text, put_rfc3339(text, time));
}

std::string to_rfc3339(WallTime time) {
  std::string out;
  append_rfc3339(out, time);
  return out;
}

std::optional<WallTime> parse_rfc3339(std::string_view text) {
  constexpr std::string_view kShape = "0000-00-00T00:00:00.000Z";
  if (text.size() != kShape.size()) return std::nullopt;
  for (std::size_t i = 0; i < text.size(); ++i)
    if (kShape[i] != '0' && text[i] != kShape[i]) return std::nullopt;
  const auto year = digits(text, 0, 4), month = digits(text, 5, 2), day = digits(text, 8, 2);
  const auto hour = digits(text, 11, 2), minute = digits(text, 14, 2);
  const auto second = digits(text, 17, 2), milli = digits(text, 20, 3);
  if (!year || !month || !day || !hour || !minute || !second || !milli) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year(*year),
                                         std::chrono::month(static_cast<unsigned>(*month)),
                                         std::chrono::day(static_cast<unsigned>(*day))};
  if (!date.ok() || *hour > 23 || *minute > 59 || *second > 59) return std::nullopt;
  return WallTime(std::chrono::sys_days(date)) + std::chrono::hours(*hour) +
         std::chrono::minutes(*minute) + std::chrono::seconds(*second) + milliseconds(*milli);
}

}  // namespace vitalgate
