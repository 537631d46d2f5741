#include "firmware-bridge/gatt/date_time.h"

#include <cstdio>

namespace vitalgate::bridge::gatt {
namespace {

constexpr int kYearMin = 1582;

std::string iso_text(int year, unsigned month, unsigned day, unsigned hour, unsigned minute,
                     unsigned second) {
  char text[64];
  std::snprintf(text, sizeof text, "%04d-%02u-%02uT%02u:%02u:%02u", year, month, day, hour, minute,
                second);
  return text;
}

}  // namespace

DateTime read_date_time(ByteReader& in) {
  DateTime time;
  time.year = in.u16_le();
  time.month = in.u8();
  time.day = in.u8();
  time.hour = in.u8();
  time.minute = in.u8();
  time.second = in.u8();
  return time;
}

std::optional<LocalTime> to_local(const DateTime& time) {
  if (time.year < kYearMin) return std::nullopt;
  return local_time(time.year, time.month, time.day, time.hour, time.minute, time.second);
}

DateStatus status(const DateTime& time) {
  if (time.year == 0 || time.month == 0 || time.day == 0) return DateStatus::date_unknown;
  return to_local(time) ? DateStatus::ok : DateStatus::invalid;
}

std::string to_text(const DateTime& time) {
  return iso_text(time.year, time.month, time.day, time.hour, time.minute, time.second);
}

std::string to_text(LocalTime time) {
  using namespace std::chrono;
  const auto day_start = floor<days>(time);
  const year_month_day date(day_start);
  const auto of_day = static_cast<unsigned>(floor<seconds>(time - day_start).count());
  return iso_text(static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                  static_cast<unsigned>(date.day()), of_day / 3600, of_day / 60 % 60, of_day % 60);
}

void DeviceTime::put_into(Reading& reading) const {
  reading.device_time = time;
  if (impossible) reading.flags.set(Flag::device_clock_invalid);
}

DeviceTime device_time(const std::optional<DateTime>& time, std::chrono::minutes offset) {
  DeviceTime placed;
  if (!time || status(*time) == DateStatus::date_unknown) return placed;
  const auto local = to_local(*time);
  if (local) placed.time = from_local(*local + offset);
  placed.impossible = !placed.time;
  return placed;
}

}  // namespace vitalgate::bridge::gatt
