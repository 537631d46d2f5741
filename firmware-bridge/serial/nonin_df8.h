// Nonin data format 8: four bytes once a second, no checksum.
//
//   b0: bit 7 always 1 (start), 6 sensor disconnected, 5 out of track, 4 low perfusion,
//       3 marginal perfusion, 2 artifact, 1-0 pulse rate bits 8-7
//   b1: pulse rate bits 6-0    b2: SpO2
//   b3: bit 5 SmartPoint, 3 sensor fault, 2 spot check, 1 critical battery, 0 low battery
//   bit 7 of b1 to b3 is 0
//
// Source: Nonin data format 8 as public decoders document it (Onyx II 9560, Avant).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "agent/core/result.h"

namespace vitalgate::bridge {

struct NoninDf8 {
  std::optional<std::uint16_t> heart_rate;
  std::optional<std::uint8_t> spo2;
  bool sensor_disconnected = false;
  bool out_of_track = false;
  bool low_perfusion = false;
  bool marginal_perfusion = false;
  bool artifact = false;
  bool smart_point = false;
  bool sensor_fault = false;
  bool spot_check = false;  // not published
  bool critical_battery = false;
  bool low_battery = false;
};

// Malformed unless exactly one frame.
Result<NoninDf8> parse_nonin_df8(std::span<const std::byte> frame);

}  // namespace vitalgate::bridge
