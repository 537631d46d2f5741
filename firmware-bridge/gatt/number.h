// IEEE 11073-20601 numbers as Bluetooth characteristics carry them, without rounding.
//
//   SFLOAT  16 bits: exponent (signed 4) | mantissa (signed 12)
//   FLOAT   32 bits: exponent (signed 8) | mantissa (signed 24)
//
// value = mantissa x 10^exponent, both in two's complement without a bias. Five codes mean "no
// number"; they are codes only with exponent 0: F7FF is 204.7. A FLOAT whose exponent does not
// fit a Decimal is brought into its range exactly (trailing zeros), or is `beyond_range`: never a
// rounded or clamped number. Source: IEEE 11073-20601 Annex F.7/F.8, GATT Specification
// Supplement. Pure; any thread.
#pragma once

#include <cstdint>
#include <string_view>
#include <variant>

#include "agent/core/decimal.h"
#include "agent/core/reading.h"

namespace vitalgate::bridge::gatt {

enum class Special : std::uint8_t {
  nan,
  nres,  // not at this resolution
  positive_infinity,
  negative_infinity,
  reserved,
  beyond_range,  // a number, but none that a Decimal can hold
};

using Number = std::variant<Decimal, Special>;

Number sfloat(std::uint16_t raw);
Number float32(std::uint32_t raw);

// As people and vectors write it: "NaN", "NRes", "+INF", "-INF", "Reserved".
std::string_view name(Special special);

// The number times 10^power, exactly, or beyond_range.
Number shifted(const Number& number, int power);

bool equals(const Number& number, std::int64_t whole);

// A special becomes its reason for absence, never a number.
Value to_value(const Number& number);

// As to_value(); 0 is what a sensor sends while it has no signal.
Value to_measured(const Number& number);

}  // namespace vitalgate::bridge::gatt
