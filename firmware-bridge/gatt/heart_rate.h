// Heart Rate Service (180D): measurement 2A37, sensor location 2A38.
//
//   2A37  flags u8 | rate u8 or u16 | [energy u16, kJ] | [RR interval u16, 1/1024 s]*
//         flags: 0 rate is u16, 1 skin contact (valid with bit 2), 2 contact supported,
//                3 energy, 4 RR intervals up to the end, oldest first
//   2A38  u8: 0 other, 1 chest, 2 wrist, 3 finger, 4 hand, 5 ear lobe, 6 foot
//
// Rows of one group: heart_rate (/min; 0 is no signal), each rr_interval (ms, raw x 1000/1024
// exactly; 0 is no signal), energy_expended (kJ; 65535 is "or more": flag above_limit). Without
// skin contact all are questionable with the flag no_contact and keep their values: real straps
// say so while they measure well. Source: Heart Rate Service 1.0. Pure; any thread; parsing
// allocates nothing.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "agent/core/reading.h"
#include "agent/core/result.h"
#include "firmware-bridge/fields.h"

namespace vitalgate::bridge::gatt {

enum class SkinContact : std::uint8_t { not_supported, not_detected, detected };

struct HeartRate {
  std::uint16_t rate = 0;  // /min
  SkinContact contact = SkinContact::not_supported;
  std::optional<std::uint16_t> energy;  // kJ since the last reset
  bool has_rr = false;
  std::span<const std::byte> rr;  // pairs of bytes; lives as long as the value
  std::size_t bytes = 0;
};

Result<HeartRate> parse_heart_rate(std::span<const std::byte> value);
void add_readings(const HeartRate& measurement, std::vector<Reading>& out);
Fields to_fields(const HeartRate& measurement);

// raw/1024 s in ms, with as many digits as that needs.
Decimal rr_milliseconds(std::uint16_t raw);

struct SensorLocation {
  std::uint8_t code = 0;
};

Result<SensorLocation> parse_sensor_location(std::span<const std::byte> value);
void add_readings(const SensorLocation& location, std::vector<Reading>& out);
Fields to_fields(const SensorLocation& location);

}  // namespace vitalgate::bridge::gatt
