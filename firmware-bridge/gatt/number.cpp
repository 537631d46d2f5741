#include "firmware-bridge/gatt/number.h"

namespace vitalgate::bridge::gatt {
namespace {

constexpr std::int64_t sign_extended(std::uint32_t bits, unsigned width) {
  const std::int64_t sign = std::int64_t{1} << (width - 1);
  return (static_cast<std::int64_t>(bits) ^ sign) - sign;
}

// `top` is the largest mantissa of the width; the codes lie around the two ends.
Number with_codes(std::int64_t mantissa, std::int64_t top) {
  if (mantissa == top) return Special::nan;
  if (mantissa == top - 1) return Special::positive_infinity;
  if (mantissa == -top - 1) return Special::nres;
  if (mantissa == -top) return Special::reserved;
  if (mantissa == -top + 1) return Special::negative_infinity;
  return Decimal::of(mantissa);
}

Number fitted(std::int64_t mantissa, int exponent) {
  constexpr int kLow = Decimal::kExponentMin;
  constexpr int kHigh = Decimal::kExponentMax;
  if (mantissa == 0)
    return Decimal::of(0, exponent < kLow ? kLow : exponent > kHigh ? kHigh : exponent);
  while (exponent > kHigh) {
    if (mantissa > Decimal::kMantissaMax / 10 || mantissa < -Decimal::kMantissaMax / 10)
      return Special::beyond_range;
    mantissa *= 10;
    --exponent;
  }
  for (; exponent < kLow && mantissa % 10 == 0; ++exponent) mantissa /= 10;
  if (exponent < kLow) return Special::beyond_range;
  return Decimal::of(mantissa, exponent);
}

Absent to_absent(Special special) {
  switch (special) {
    case Special::nan:
      return Absent::not_a_number;
    case Special::positive_infinity:
      return Absent::positive_infinity;
    case Special::negative_infinity:
      return Absent::negative_infinity;
    case Special::nres:
    case Special::reserved:
    case Special::beyond_range:
      break;
  }
  return Absent::error;
}

}  // namespace

Number sfloat(std::uint16_t raw) {
  const std::int64_t mantissa = sign_extended(raw & 0x0FFFU, 12);
  const auto exponent = static_cast<int>(sign_extended(raw >> 12U, 4));
  if (exponent == 0) return with_codes(mantissa, 2047);
  return Decimal::of(mantissa, exponent);
}

Number float32(std::uint32_t raw) {
  const std::int64_t mantissa = sign_extended(raw & 0x00FFFFFFU, 24);
  const auto exponent = static_cast<int>(sign_extended(raw >> 24U, 8));
  if (exponent == 0) return with_codes(mantissa, 0x7FFFFF);
  return fitted(mantissa, exponent);
}

std::string_view name(Special special) {
  switch (special) {
    case Special::nan:
      return "NaN";
    case Special::nres:
      return "NRes";
    case Special::positive_infinity:
      return "+INF";
    case Special::negative_infinity:
      return "-INF";
    case Special::reserved:
      return "Reserved";
    case Special::beyond_range:
      break;
  }
  return "beyond range";
}

Number shifted(const Number& number, int power) {
  const auto* decimal = std::get_if<Decimal>(&number);
  if (decimal == nullptr) return number;
  return fitted(decimal->mantissa, decimal->exponent + power);
}

bool equals(const Number& number, std::int64_t whole) {
  const auto* decimal = std::get_if<Decimal>(&number);
  if (decimal == nullptr) return false;
  if (decimal->exponent == 0) return decimal->mantissa == whole;
  return compare(*decimal, Decimal::of(whole)) == 0;
}

Value to_value(const Number& number) {
  if (const auto* special = std::get_if<Special>(&number)) return to_absent(*special);
  return std::get<Decimal>(number);
}

Value to_measured(const Number& number) {
  const auto* decimal = std::get_if<Decimal>(&number);
  if (decimal != nullptr && decimal->mantissa == 0) return Absent::no_signal;
  return to_value(number);
}

}  // namespace vitalgate::bridge::gatt
