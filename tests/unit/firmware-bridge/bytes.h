// Bytes for tests, and when two arrivals say the same.
#pragma once

#include <algorithm>
#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "firmware-bridge/serial/driver.h"

namespace vitalgate::test {

using Bytes = std::vector<std::byte>;

inline Bytes bytes_of(std::string_view text) {
  const auto bytes = std::as_bytes(std::span(text));
  return {bytes.begin(), bytes.end()};
}

// "01 81 00": hex digits, blanks are ignored.
inline Bytes from_hex(std::string_view hex) {
  std::string digits;
  std::copy_if(hex.begin(), hex.end(), std::back_inserter(digits), [](char c) { return c != ' '; });
  Bytes bytes;
  for (std::size_t i = 0; i + 1 < digits.size(); i += 2)
    bytes.push_back(static_cast<std::byte>(std::stoi(digits.substr(i, 2), nullptr, 16)));
  return bytes;
}

inline Bytes operator+(Bytes left, const Bytes& right) {
  left.insert(left.end(), right.begin(), right.end());
  return left;
}

inline bool same(const Value& a, const Value& b) {
  if (a.index() != b.index()) return false;
  if (const auto* number = std::get_if<Decimal>(&a)) {
    const auto& other = std::get<Decimal>(b);
    return number->mantissa == other.mantissa && number->exponent == other.exponent;
  }
  if (const auto* absent = std::get_if<Absent>(&a)) return *absent == std::get<Absent>(b);
  if (const auto* text = std::get_if<std::string>(&a)) return *text == std::get<std::string>(b);
  return std::get<bool>(a) == std::get<bool>(b);
}

inline bool same(const Reading& a, const Reading& b) {
  return a.metric == b.metric && a.unit == b.unit && same(a.value, b.value) &&
         a.quality == b.quality && a.flags == b.flags && a.group == b.group &&
         a.raw.offset == b.raw.offset && a.raw.length == b.raw.length &&
         a.device_time == b.device_time && a.code == b.code;
}

inline bool same(const Arrival& a, const Arrival& b) {
  return a.bytes == b.bytes && a.urgent_commit == b.urgent_commit &&
         std::equal(a.readings.begin(), a.readings.end(), b.readings.begin(), b.readings.end(),
                    [](const Reading& x, const Reading& y) { return same(x, y); });
}

inline bool same(const std::vector<Arrival>& a, const std::vector<Arrival>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](const Arrival& x, const Arrival& y) { return same(x, y); });
}

// What `driver` makes of `bytes` when they come in reads of `chunk`.
inline std::vector<Arrival> feed(bridge::Driver& driver, std::span<const std::byte> bytes,
                                 std::size_t chunk = 4096) {
  std::vector<Arrival> arrivals;
  for (std::size_t at = 0; at < bytes.size(); at += chunk)
    driver.feed(bytes.subspan(at, std::min(chunk, bytes.size() - at)), Stamp{}, arrivals);
  return arrivals;
}

inline std::unique_ptr<bridge::Driver> driver(std::string_view name) {
  config::DeviceSettings settings;
  settings.driver = name;
  return bridge::make_driver(settings);
}

// The reading of `metric`, or nullptr.
inline const Reading* find(const Arrival& arrival, MetricId metric) {
  for (const Reading& reading : arrival.readings)
    if (reading.metric == metric) return &reading;
  return nullptr;
}

// Its value as text: digits, words, or the reason why there is none, or "no row".
inline std::string value_of(const Arrival& arrival, MetricId metric) {
  const Reading* reading = find(arrival, metric);
  if (reading == nullptr) return "no row";
  if (const auto* number = std::get_if<Decimal>(&reading->value)) return number->to_text();
  if (const auto* absent = std::get_if<Absent>(&reading->value)) return std::string(name(*absent));
  if (const auto* text = std::get_if<std::string>(&reading->value)) return *text;
  return "a bool";
}

}  // namespace vitalgate::test
