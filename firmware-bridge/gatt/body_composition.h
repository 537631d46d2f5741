// Body Composition Service (181B): measurement 2A9C, features 2A9B.
//
//   2A9C  flags u16 | body fat u16 x 0.1 % | then by bit: [Date Time 1] | [user u8 2] |
//         [basal metabolism u16 kJ 3] | [muscle u16 x 0.1 % 4] | [muscle mass 5] |
//         [fat free mass 6] | [soft lean mass 7] | [body water mass 8] | [impedance u16 x 0.1
//         ohm 9] | [weight 10] | [height 11]
//         bit 0: 0 kg and m, 1 lb and in; 12: one of several packets of a measurement. Masses and
//         height as in 2A9D. Body fat FFFF: unsuccessful
//   2A9B  features u32: 0-10 fields, 11-14 mass resolution, 15-17 height resolution
//
// Rows of one group, one a field. 0 is what a scale sends for what it did not measure: absent,
// and a height of 0 makes no row. Of several packets each makes its own group with the flag
// multiple_packet. Xiaomi's service data with the UUID 181B is another layout: vendor_scales.h.
// Source: Body Composition Service 1.0. Pure; any thread.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "agent/core/reading.h"
#include "agent/core/result.h"
#include "firmware-bridge/fields.h"
#include "firmware-bridge/gatt/date_time.h"

namespace vitalgate::bridge::gatt {

struct BodyComposition {
  static constexpr std::size_t kParts = 9;

  bool imperial = false;
  bool multiple_packet = false;
  std::uint16_t body_fat = 0;  // x 0.1 %
  std::optional<DateTime> time;
  std::optional<std::uint8_t> user;
  // Basal metabolism to height, as on the wire.
  std::array<std::optional<std::uint16_t>, kParts> parts{};
  std::size_t bytes = 0;
};

Result<BodyComposition> parse_body_composition(std::span<const std::byte> value);
void add_readings(const BodyComposition& measurement, std::vector<Reading>& out);
Fields to_fields(const BodyComposition& measurement);

// 2A9B.
Result<Fields> describe_body_composition_features(std::span<const std::byte> value);

}  // namespace vitalgate::bridge::gatt
