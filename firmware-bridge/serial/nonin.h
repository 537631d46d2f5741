// Nonin pulse oximeters: the drivers, and what their five formats have in common.
//
// Layouts: Nonin OEM III and Xpod specifications (data formats 2, 7, 8), data format 13 as public
// decoders document it, operator manuals of the 8500M and 2500 (real-time printout).
// Pulse rate in /min, SpO2 in %. 511 and 127 stand for "no value" in the binary formats.
//
// All functions are pure; any thread.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "agent/core/reading.h"
#include "firmware-bridge/serial/driver.h"

namespace vitalgate::bridge {

std::unique_ptr<Driver> make_nonin_df2();
std::unique_ptr<Driver> make_nonin_df7();
std::unique_ptr<Driver> make_nonin_df8();
std::unique_ptr<Driver> make_nonin_df13();
std::unique_ptr<Driver> make_nonin_ascii();

// A pulse rate from its upper two and lower seven bits; nothing for 511.
std::optional<std::uint16_t> nonin_rate(std::uint8_t high, std::uint8_t low);

// A saturation from its byte; nothing for 127.
std::optional<std::uint8_t> nonin_saturation(std::uint8_t byte);

// What every format comes down to.
struct NoninMeasurement {
  std::optional<std::uint16_t> heart_rate;
  std::optional<std::uint8_t> spo2;
  Absent missing = Absent::no_signal;  // why, for the one that is not there
  FlagSet flags;                       // of both
  RawSpan raw;
  std::optional<WallTime> device_time;
};

// Two readings in one group, pulse rate and SpO2, present or not. A value beside artifact,
// out_of_track, sensor_alarm or sensor_fault is questionable.
std::vector<Reading> to_readings(const NoninMeasurement& measurement);

}  // namespace vitalgate::bridge
