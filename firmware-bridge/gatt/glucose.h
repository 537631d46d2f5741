// Glucose Service (1808): measurement 2A18, features 2A51.
//
//   2A18  flags u8 | sequence u16 | base time Date Time | [time offset s16, min, bit 0] |
//         [concentration SFLOAT, type and location u8 bit 1] | [sensor status u16 bit 3]
//         flags bit 2: 0 kg/L, 1 mol/L; 4: a context (2A34) with this sequence follows.
//         Type is the low nibble, location the high one.
//   2A51  features u16
//
// Rows of one group: glucose in mg/dL (kg/L x 100000) or mmol/L (mol/L x 1000), both exact shifts
// of the exponent, and glucose_sample_location as text. The sample type picks the metric; a
// reserved type is taken as undetermined blood and is questionable. A control solution (type 10
// or location 4) is glucose_control with quality test: never a patient's glucose. A result
// beyond the meter's range comes as a special with status bit 5 or 6: absent, with the flag.
// Time is base time plus offset; a meter with a time fault has none. The sequence number makes no
// row: with the base time it tells RACP what was read. Source: Glucose Service 1.0.1. Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "agent/core/reading.h"
#include "agent/core/result.h"
#include "firmware-bridge/fields.h"
#include "firmware-bridge/gatt/date_time.h"
#include "firmware-bridge/gatt/number.h"

namespace vitalgate::bridge::gatt {

// The nibbles of a sample, also in the CGM service.
struct Sample {
  std::uint8_t type = 0;
  std::uint8_t location = 0;

  static Sample of(std::uint8_t byte) {
    return {static_cast<std::uint8_t>(byte & 0x0F), static_cast<std::uint8_t>(byte >> 4U)};
  }
  [[nodiscard]] bool is_control() const { return type == 10 || location == 4; }
};

std::string_view type_name(Sample sample);
std::string_view location_name(Sample sample);
MetricId glucose_metric(Sample sample, bool molar);
void add_sample(Fields& fields, Sample sample);

struct Glucose {
  std::uint16_t sequence = 0;
  DateTime base_time;
  std::optional<std::int16_t> offset_minutes;
  bool molar = false;
  std::optional<Number> concentration;  // kg/L or mol/L
  Sample sample;                        // with a concentration
  std::optional<std::uint16_t> status;
  bool context_follows = false;
  std::size_t bytes = 0;

  // When the sample was taken, by the meter's clock.
  [[nodiscard]] DeviceTime time() const;
};

Result<Glucose> parse_glucose(std::span<const std::byte> value);
void add_readings(const Glucose& measurement, std::vector<Reading>& out);
Fields to_fields(const Glucose& measurement);

// 2A51.
Result<Fields> describe_glucose_features(std::span<const std::byte> value);

}  // namespace vitalgate::bridge::gatt
