// Weight Scale Service (181D): measurement 2A9D, features 2A9E.
//
//   2A9D  flags u8 | weight u16 | [Date Time bit 1] | [user u8 bit 2] |
//         [BMI u16 x 0.1, height u16 bit 3]
//         flags bit 0: 0 kg and m, 1 lb and in. Weight x 0.005 kg or 0.01 lb, FFFF unsuccessful;
//         height x 0.001 m or 0.1 in
//   2A9E  features u32: 0 time stamp, 1 users, 2 BMI, 3-6 weight resolution, 7-9 height resolution
//         (they describe the scale; the unit on the wire is fixed)
//
// Rows of one group: body_weight (0 is an empty scale: no signal), body_mass_index and body_height
// unless 0 (a user that the scale does not know), user. Xiaomi's service data with the UUID 181D
// is another layout: vendor_scales.h. Source: Weight Scale Service 1.0. Pure; any thread.
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

namespace vitalgate::bridge::gatt {

// Shared with body composition.
Decimal mass_of(std::uint16_t raw, bool imperial);
Decimal height_of(std::uint16_t raw, bool imperial);
void add_height(Fields& fields, std::uint16_t raw, bool imperial);
// The codes at `mass_bit` (4 bits) and `height_bit` (3 bits) of a feature word.
void add_resolutions(Fields& fields, std::uint32_t features, unsigned mass_bit,
                     unsigned height_bit);

inline constexpr std::uint16_t kUnsuccessful = 0xFFFF;

struct Weight {
  bool imperial = false;
  std::uint16_t raw = 0;
  std::optional<DateTime> time;
  std::optional<std::uint8_t> user;
  std::optional<std::uint16_t> bmi;     // x 0.1 kg/m2
  std::optional<std::uint16_t> height;  // with bmi
  std::size_t bytes = 0;
};

Result<Weight> parse_weight(std::span<const std::byte> value);
void add_readings(const Weight& measurement, std::vector<Reading>& out);
Fields to_fields(const Weight& measurement);

// 2A9E.
Result<Fields> describe_weight_features(std::span<const std::byte> value);

}  // namespace vitalgate::bridge::gatt
