#include "firmware-bridge/serial/modbus_value.h"

#include <bit>
#include <charconv>
#include <cmath>
#include <optional>
#include <string_view>

#include "agent/core/check.h"

namespace vitalgate::bridge {
namespace {

using config::RegisterType;

std::uint32_t bits_of(const config::RegisterSettings& settings,
                      std::span<const std::uint16_t> words) {
  if (words.size() == 1) return words[0];
  const bool high_first = settings.order == config::WordOrder::high_first;
  return std::uint32_t{words[high_first ? 0 : 1]} << 16 | words[high_first ? 1 : 0];
}

// The digits of a finite single. Nothing when Decimal has no room for them.
std::optional<Decimal> shortest(float number) {
  char text[32];
  const auto end =
      std::to_chars(text, text + sizeof text, number, std::chars_format::scientific).ptr;
  const std::string_view digits(text, static_cast<std::size_t>(end - text));
  const std::size_t e = digits.find('e');
  const auto mantissa = Decimal::parse(digits.substr(0, e));
  int power = 0;
  const char* sign = text + e + 1;
  std::from_chars(*sign == '+' ? sign + 1 : sign, end, power);
  const int exponent = mantissa->exponent + power;
  if (mantissa->mantissa == 0) return Decimal::of(0);
  if (exponent < Decimal::kExponentMin || exponent > Decimal::kExponentMax) return std::nullopt;
  return Decimal::of(mantissa->mantissa, exponent);
}

std::int64_t integer(RegisterType type, std::uint32_t bits) {
  switch (type) {
    case RegisterType::s16:
      return static_cast<std::int16_t>(bits);
    case RegisterType::s32:
      return static_cast<std::int32_t>(bits);
    default:
      return bits;
  }
}

Value scaled(const std::optional<Decimal>& number, int exponent) {
  if (!number) return Absent::error;
  const int sum = number->exponent + exponent;
  if (sum < Decimal::kExponentMin || sum > Decimal::kExponentMax) return Absent::error;
  return Decimal::of(number->mantissa, sum);
}

Value real(const config::RegisterSettings& settings, float number) {
  if (std::isnan(number)) return Absent::not_a_number;
  if (std::isinf(number)) return number > 0 ? Absent::positive_infinity : Absent::negative_infinity;
  if (settings.missing && number == static_cast<float>(*settings.missing)) return Absent::no_signal;
  return scaled(shortest(number), settings.exponent);
}

}  // namespace

Value register_value(const config::RegisterSettings& settings,
                     std::span<const std::uint16_t> words) {
  VG_CHECK(words.size() == register_count(settings.type));
  const std::uint32_t bits = bits_of(settings, words);
  if (settings.type == RegisterType::f32) return real(settings, std::bit_cast<float>(bits));
  const std::int64_t number = integer(settings.type, bits);
  if (settings.missing && (*settings.missing == number || *settings.missing == bits))
    return Absent::no_signal;
  return scaled(Decimal::of(number), settings.exponent);
}

}  // namespace vitalgate::bridge
