#include "firmware-bridge/serial/medibus_time.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <optional>
#include <string>

#include "agent/core/text.h"

namespace vitalgate::bridge {
namespace {

struct Month {
  std::string_view name;
  unsigned number;
};
// English, then the German ones that differ (Dräger's umlaut as sent: A, or left out).
constexpr std::array kMonths{
    Month{"JAN", 1},     Month{"FEB", 2},    Month{"MAR", 3},        Month{"APR", 4},
    Month{"MAY", 5},     Month{"JUN", 6},    Month{"JUL", 7},        Month{"AUG", 8},
    Month{"SEP", 9},     Month{"OCT", 10},   Month{"NOV", 11},       Month{"DEC", 12},
    Month{"MAI", 5},     Month{"OKT", 10},   Month{"DEZ", 12},       Month{"MRZ", 3},
    Month{"M\xC4RZ", 3}, Month{"M\xC4R", 3}, Month{"M\xC3\x84R", 3},
};

Error malformed() { return {Errc::malformed, "not a Medibus date and time", {}}; }

// One or two digits, taken off `rest`.
std::optional<unsigned> take_number(std::string_view& rest) {
  std::size_t length = 0;
  unsigned number = 0;
  for (; length < rest.size() && rest[length] >= '0' && rest[length] <= '9'; ++length) {
    if (length == 2) return std::nullopt;
    number = number * 10 + static_cast<unsigned>(rest[length] - '0');
  }
  if (length == 0) return std::nullopt;
  rest.remove_prefix(length);
  return number;
}

bool take(std::string_view& rest, char c) {
  if (!rest.starts_with(c)) return false;
  rest.remove_prefix(1);
  return true;
}

std::optional<unsigned> month_of(std::string_view name) {
  std::string upper(name);
  std::transform(upper.begin(), upper.end(), upper.begin(),
                 [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  for (const Month& month : kMonths)
    if (month.name == upper) return month.number;
  return std::nullopt;
}

}  // namespace

Result<LocalTime> parse_medibus_time(std::string_view text) {
  std::string_view rest = trim(text);
  const auto hour = take_number(rest);
  if (!hour || !take(rest, ':')) return malformed();
  const auto minute = take_number(rest);
  std::optional<unsigned> second = 0;
  if (take(rest, ':')) second = take_number(rest);
  if (!minute || !second || !take(rest, ' ')) return malformed();
  rest = trim(rest);
  const auto day = take_number(rest);
  if (!day || !take(rest, '-')) return malformed();
  const auto dash = std::min(rest.find('-'), rest.size());
  const auto month = month_of(rest.substr(0, dash));
  rest.remove_prefix(dash);
  if (!month || !take(rest, '-') || rest.size() != 2) return malformed();
  const auto year = take_number(rest);
  if (!year || !rest.empty()) return malformed();
  const auto time =
      local_time(static_cast<int>(2000 + *year), *month, *day, *hour, *minute, *second);
  if (!time) return malformed();
  return *time;
}

}  // namespace vitalgate::bridge
