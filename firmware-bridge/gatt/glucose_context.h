// Glucose Measurement Context 2A34: what the patient told the meter about a result.
//
//   flags u8 | sequence u16 | [extended flags u8 bit 7] | [carbohydrate id u8, SFLOAT kg bit 0] |
//   [meal u8 bit 1] | [tester low, health high nibble u8 bit 2] | [exercise u16 s, u8 % bit 3] |
//   [medication id u8, SFLOAT bit 4; bit 5: 0 kg, 1 L] | [HbA1c SFLOAT % bit 6]
//
// Rows of one group: carbohydrate_intake (g) and carbohydrate_source, meal_context, tester,
// health_status, exercise_duration (s; 65535 is an overrun: absent, positive-infinity),
// exercise_intensity (%), medication and medication_dose (mg or mL), hba1c (%). The record has no
// time of its own: it takes the time of the 2A18 with the same sequence when Context knows it.
// Sequence number and extended flags (all reserved) make no rows. Source: Glucose Service 1.0.1.
// Pure; any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "agent/core/reading.h"
#include "agent/core/result.h"
#include "firmware-bridge/fields.h"
#include "firmware-bridge/gatt/number.h"

namespace vitalgate::bridge::gatt {

struct GlucoseContext {
  struct Amount {
    std::uint8_t id = 0;
    Number amount;
  };
  struct Exercise {
    std::uint16_t seconds = 0;
    std::uint8_t percent = 0;
  };

  std::uint16_t sequence = 0;
  std::optional<std::uint8_t> extended_flags;
  std::optional<Amount> carbohydrate;  // kg
  std::optional<std::uint8_t> meal;
  std::optional<std::uint8_t> tester_health;
  std::optional<Exercise> exercise;
  std::optional<Amount> medication;  // kg or L
  bool medication_in_litres = false;
  std::optional<Number> hba1c;  // %
  std::size_t bytes = 0;
};

Result<GlucoseContext> parse_glucose_context(std::span<const std::byte> value);
void add_readings(const GlucoseContext& context, std::optional<WallTime> time,
                  std::vector<Reading>& out);
Fields to_fields(const GlucoseContext& context);

}  // namespace vitalgate::bridge::gatt
