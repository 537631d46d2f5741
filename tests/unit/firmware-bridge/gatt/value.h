// A characteristic's value in tests: from hex to readings and fields, as sentences.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "config/catalogue.h"
#include "firmware-bridge/gatt/characteristic.h"
#include "tests/unit/firmware-bridge/bytes.h"

namespace vitalgate::test {

namespace metric = config::metric;
using bridge::Fields;
using bridge::gatt::Context;

// The readings of a value that must be whole.
inline std::vector<Reading> decode(std::uint16_t uuid, std::string_view hex,
                                   const Context& context = {}) {
  const Bytes value = from_hex(hex);
  std::vector<Reading> readings;
  const auto* characteristic = bridge::gatt::find_characteristic(uuid);
  const auto decoded = characteristic->decode(value, context, readings);
  EXPECT_TRUE(decoded) << (decoded ? "" : decoded.error().what);
  return readings;
}

inline bool is_refused(std::uint16_t uuid, std::string_view hex, const Context& context = {}) {
  const Bytes value = from_hex(hex);
  const auto* characteristic = bridge::gatt::find_characteristic(uuid);
  std::vector<Reading> readings;
  if (characteristic->decode != nullptr) {
    if (characteristic->decode(value, context, readings)) return false;
    EXPECT_TRUE(readings.empty());
    return true;
  }
  return !characteristic->describe(value);
}

inline Fields describe(std::uint16_t uuid, std::string_view hex) {
  auto fields = bridge::gatt::find_characteristic(uuid)->describe(from_hex(hex));
  EXPECT_TRUE(fields) << (fields ? "" : fields.error().what);
  return fields ? *fields : Fields{};
}

inline const Reading* find(const std::vector<Reading>& readings, MetricId metric) {
  for (const Reading& reading : readings)
    if (reading.metric == metric) return &reading;
  return nullptr;
}

inline std::string text_of(const Value& value) {
  if (const auto* number = std::get_if<Decimal>(&value)) return number->to_text();
  if (const auto* absent = std::get_if<Absent>(&value)) return std::string(name(*absent));
  if (const auto* text = std::get_if<std::string>(&value)) return *text;
  return std::get<bool>(value) ? "true" : "false";
}

// "72", "no-signal", or "no row".
inline std::string value_of(const std::vector<Reading>& readings, MetricId metric) {
  const Reading* reading = find(readings, metric);
  return reading == nullptr ? "no row" : text_of(reading->value);
}

// A field as text; a list has its parts in brackets.
inline std::string field(const Fields& fields, std::string_view name) {
  const auto* value = fields.find(name);
  if (value == nullptr) return "no field";
  if (std::holds_alternative<std::nullptr_t>(*value)) return "null";
  if (const auto* truth = std::get_if<bool>(value)) return *truth ? "true" : "false";
  if (const auto* number = std::get_if<std::int64_t>(value)) return std::to_string(*number);
  if (const auto* decimal = std::get_if<Decimal>(value)) return decimal->to_text();
  if (const auto* text = std::get_if<std::string>(value)) return *text;
  std::string list = "[";
  if (const auto* names = std::get_if<std::vector<std::string>>(value))
    for (const std::string& one : *names) list.append(list.size() > 1 ? "," : "").append(one);
  if (const auto* numbers = std::get_if<std::vector<std::int64_t>>(value))
    for (const auto one : *numbers)
      list.append(list.size() > 1 ? "," : "").append(std::to_string(one));
  return list.append("]");
}

}  // namespace vitalgate::test
