// Date Time (2A08) inside other characteristics, and a device's time as a reading takes it.
//
//   year u16 | month | day | hour | minute | second        little-endian, 7 bytes
//
// Year, month or day 0: not known. Years 1582 to 9999. A device's clock shows local time without
// a zone. Source: GATT Specification Supplement, Date Time. Pure; any thread (from_local() reads
// the process's time zone).
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "agent/core/byte_reader.h"
#include "agent/core/reading.h"
#include "firmware-bridge/local_time.h"

namespace vitalgate::bridge::gatt {

struct DateTime {
  std::uint16_t year = 0;
  std::uint8_t month = 0;
  std::uint8_t day = 0;
  std::uint8_t hour = 0;
  std::uint8_t minute = 0;
  std::uint8_t second = 0;
};

enum class DateStatus : std::uint8_t { ok, date_unknown, invalid };

DateTime read_date_time(ByteReader& in);
DateStatus status(const DateTime& time);

// Nothing unless the status is ok.
std::optional<LocalTime> to_local(const DateTime& time);

// "2026-03-02T14:05:07": the digits as they were sent, possible or not.
std::string to_text(const DateTime& time);
std::string to_text(LocalTime time);

// What a time field says about when a reading was taken.
struct DeviceTime {
  std::optional<WallTime> time;
  bool impossible = false;  // a date was given, and there is none such

  // Into a reading: its device_time, or the flag device_clock_invalid.
  void put_into(Reading& reading) const;
};

// Local wall clock plus `offset`. Nothing, and not impossible, for an unknown date or none.
DeviceTime device_time(const std::optional<DateTime>& time,
                       std::chrono::minutes offset = std::chrono::minutes(0));

}  // namespace vitalgate::bridge::gatt
