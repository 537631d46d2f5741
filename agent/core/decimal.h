// Decimal: a measured number with the digits that were measured.
//
// value = mantissa x 10^exponent. 37.60 is {3760, -2} and prints as "37.60"; a double would make
// it 37.6. Positive exponents print as plain digits: {205, 1} is "2050".
// IEEE 11073-20601 SFLOAT and FLOAT map to it without rounding.
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace vitalgate {

struct Decimal {
  // Range that every operation here is defined for.
  static constexpr std::int64_t kMantissaMax = 999'999'999'999'999;  // 15 digits
  static constexpr int kExponentMin = -12;
  static constexpr int kExponentMax = 12;

  std::int64_t mantissa = 0;
  std::int8_t exponent = 0;

  static constexpr Decimal of(std::int64_t mantissa, int exponent = 0) {
    return {mantissa, static_cast<std::int8_t>(exponent)};
  }

  // "37.60", "-0.5", "98". Digits with at most one point and an optional leading sign; leading
  // zeros are accepted ("098"). Nothing when the text is anything else or out of range.
  static std::optional<Decimal> parse(std::string_view text);

  [[nodiscard]] bool in_range() const;

  // Appends the digits; needs in_range().
  void append_to(std::string& out) const;
  // The same, written at `at`, at most kLengthMax characters; what is behind it.
  char* put(char* at) const;
  static constexpr std::size_t kLengthMax = 32;
  [[nodiscard]] std::string to_text() const;
};

// By value: 37.60 equals 37.6.
std::strong_ordering compare(const Decimal& a, const Decimal& b);

}  // namespace vitalgate
