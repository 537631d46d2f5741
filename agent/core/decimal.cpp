#include "agent/core/decimal.h"

#include <algorithm>
#include <charconv>

#include "agent/core/check.h"

namespace vitalgate {
namespace {

// 15 digits and 24 powers of ten fit 128 bits with room.
__extension__ using Wide = __int128;

Wide scaled(const Decimal& value, int exponent) {
  Wide wide = value.mantissa;
  for (int e = value.exponent; e > exponent; --e) wide *= 10;
  return wide;
}

}  // namespace

std::optional<Decimal> Decimal::parse(std::string_view text) {
  bool negative = false;
  if (!text.empty() && (text.front() == '-' || text.front() == '+')) {
    negative = text.front() == '-';
    text.remove_prefix(1);
  }
  std::int64_t mantissa = 0;
  int exponent = 0;
  bool digits = false;
  bool point = false;
  for (const char c : text) {
    if (c == '.' && !point) {
      point = true;
      continue;
    }
    if (c < '0' || c > '9') return std::nullopt;
    digits = true;
    mantissa = mantissa * 10 + (c - '0');
    if (mantissa > kMantissaMax) return std::nullopt;
    if (point && --exponent < kExponentMin) return std::nullopt;
  }
  if (!digits || text.back() == '.' || text.front() == '.') return std::nullopt;
  return Decimal::of(negative ? -mantissa : mantissa, exponent);
}

bool Decimal::in_range() const {
  return mantissa >= -kMantissaMax && mantissa <= kMantissaMax && exponent >= kExponentMin &&
         exponent <= kExponentMax;
}

char* Decimal::put(char* at) const {
  VG_CHECK(in_range());
  const std::int64_t magnitude = mantissa < 0 ? -mantissa : mantissa;
  if (mantissa < 0) *at++ = '-';
  if (exponent >= 0) {
    at = std::to_chars(at, at + 16, magnitude).ptr;
    return mantissa == 0 ? at : std::fill_n(at, exponent, '0');
  }
  char digits[24];
  const auto end = std::to_chars(digits, digits + sizeof digits, magnitude).ptr;
  const auto length = static_cast<int>(end - digits);
  const int fraction = -exponent;
  if (length <= fraction) {
    *at++ = '0';
    *at++ = '.';
    return std::copy(digits, end, std::fill_n(at, fraction - length, '0'));
  }
  at = std::copy(digits, end - fraction, at);
  *at++ = '.';
  return std::copy(end - fraction, end, at);
}

void Decimal::append_to(std::string& out) const {
  char text[kLengthMax];
  out.append(text, put(text));
}

std::string Decimal::to_text() const {
  std::string out;
  append_to(out);
  return out;
}

std::strong_ordering compare(const Decimal& a, const Decimal& b) {
  const int exponent = a.exponent < b.exponent ? a.exponent : b.exponent;
  return scaled(a, exponent) <=> scaled(b, exponent);
}

}  // namespace vitalgate
