// Pulse Oximeter Service (1822): spot check 2A5E, continuous 2A5F, features 2A60.
//
//   2A5E  flags u8 | SpO2, PR SFLOAT | [Date Time bit 0] | [measurement status u16 bit 1] |
//         [device and sensor status u24 bit 2] | [pulse amplitude index SFLOAT bit 3];
//         bit 4: the device's clock is not set
//   2A5F  flags u8 | SpO2, PR SFLOAT | [fast SpO2, PR bit 0] | [slow SpO2, PR bit 1] |
//         [measurement status bit 2] | [device and sensor status bit 3] | [amplitude index bit 4]
//   2A60  features u16 | [supported measurement status u16 bit 0] | [device status u24 bit 1]
//
// Rows of one group: spo2 (%), heart_rate (/min), the fast and slow pairs, perfusion_index (%).
// SpO2 of 0, 127 or 511 and a rate of 0 or 511 are what serial oximeters send for "no signal" and
// some firmware copies. Every status bit becomes a flag. Demonstration and test data have quality
// test; "invalid" takes the values away; "unavailable" and an unconnected sensor say why there
// are none. The time stamp of a clock that is not set is not used. Source: Pulse Oximeter Service
// 1.0.1. Pure; any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "agent/core/reading.h"
#include "agent/core/result.h"
#include "firmware-bridge/fields.h"
#include "firmware-bridge/gatt/date_time.h"
#include "firmware-bridge/gatt/number.h"

namespace vitalgate::bridge::gatt {

struct Saturation {
  Number spo2;
  Number pulse;
};

struct Oximetry {
  bool spot_check = false;
  bool clock_set = true;
  Saturation normal;
  std::optional<Saturation> fast;
  std::optional<Saturation> slow;
  std::optional<DateTime> time;
  std::optional<std::uint16_t> measurement_status;
  std::optional<std::uint32_t> device_status;
  std::optional<Number> amplitude_index;
  std::size_t bytes = 0;
};

Result<Oximetry> parse_spot_check(std::span<const std::byte> value);           // 2A5E
Result<Oximetry> parse_continuous_oximetry(std::span<const std::byte> value);  // 2A5F
void add_readings(const Oximetry& measurement, std::vector<Reading>& out);
Fields to_fields(const Oximetry& measurement);

// 2A60.
Result<Fields> describe_oximeter_features(std::span<const std::byte> value);

}  // namespace vitalgate::bridge::gatt
