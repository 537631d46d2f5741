// Health Thermometer Service (1809): 2A1C, intermediate 2A1E, type 2A1D, interval 2A21.
//
//   2A1C, 2A1E  flags u8 | temperature FLOAT | [Date Time bit 1] | [type u8 bit 2]
//               flags bit 0: 0 Celsius, 1 Fahrenheit
//   2A1D        type u8: 1 armpit, 2 body, 3 ear, 4 finger, 5 gastro-intestinal tract, 6 mouth,
//               7 rectum, 8 toe, 9 tympanum
//   2A21        interval u16, s; 0 is none
//
// One row, body_temperature, whose metric names unit and site: the site of the value, or else
// Context::temperature_type (from 2A1D), or else the body. An intermediate temperature is still
// rising: questionable with the flag measurement_ongoing. Source: Health Thermometer Service 1.0.
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
#include "firmware-bridge/gatt/date_time.h"
#include "firmware-bridge/gatt/number.h"

namespace vitalgate::bridge::gatt {

struct Temperature {
  bool fahrenheit = false;
  bool intermediate = false;
  Number value;
  std::optional<DateTime> time;
  std::optional<std::uint8_t> type;
  std::size_t bytes = 0;
};

Result<Temperature> parse_temperature(std::span<const std::byte> value);               // 2A1C
Result<Temperature> parse_intermediate_temperature(std::span<const std::byte> value);  // 2A1E
void add_readings(const Temperature& measurement, std::optional<std::uint8_t> type_elsewhere,
                  std::vector<Reading>& out);
Fields to_fields(const Temperature& measurement);

// 2A1D.
Result<std::uint8_t> parse_temperature_type(std::span<const std::byte> value);
Result<Fields> describe_temperature_type(std::span<const std::byte> value);

// 2A21.
Result<Fields> describe_measurement_interval(std::span<const std::byte> value);

}  // namespace vitalgate::bridge::gatt
