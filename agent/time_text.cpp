#include "agent/time_text.h"

#include <charconv>
#include <ctime>
#include <string>

namespace vitalgate {
namespace {

using std::chrono::milliseconds;
using std::chrono::minutes;

constexpr std::int64_t kAgoMax = 100'000;  // of any unit

// The number at the front of `text`, which it leaves; `digits` of them exactly.
std::optional<int> take_number(std::string_view& text, std::size_t digits) {
  int value = 0;
  if (text.size() < digits) return std::nullopt;
  const auto [end, code] = std::from_chars(text.data(), text.data() + digits, value);
  if (code != std::errc() || end != text.data() + digits || value < 0) return std::nullopt;
  text.remove_prefix(digits);
  return value;
}

bool take(std::string_view& text, std::string_view any_of) {
  if (text.empty() || any_of.find(text.front()) == std::string_view::npos) return false;
  text.remove_prefix(1);
  return true;
}

std::optional<milliseconds> parse_ago(std::string_view text) {
  std::int64_t count = 0;
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), count);
  if (code != std::errc() || end + 1 != text.data() + text.size() || count < 0 || count > kAgoMax)
    return std::nullopt;
  switch (*end) {
    case 's':
      return std::chrono::seconds(count);
    case 'm':
      return minutes(count);
    case 'h':
      return std::chrono::hours(count);
    case 'd':
      return std::chrono::days(count);
    default:
      return std::nullopt;
  }
}

// What follows the time of day: nothing for local time, else minutes east of Greenwich.
struct Zone {
  bool local = true;
  minutes east{0};
};
std::optional<Zone> parse_zone(std::string_view text) {
  if (text.empty()) return Zone{};
  if (text == "Z" || text == "z") return Zone{false, minutes(0)};
  const bool west = text.front() == '-';
  if (!take(text, "+-")) return std::nullopt;
  const auto hour = take_number(text, 2);
  static_cast<void>(take(text, ":"));
  const auto minute = take_number(text, 2);
  if (!hour || !minute || *hour > 14 || *minute > 59 || !text.empty()) return std::nullopt;
  const minutes offset(*hour * 60 + *minute);
  return Zone{false, west ? -offset : offset};
}

std::optional<milliseconds> take_fraction(std::string_view& text) {
  if (!take(text, ".")) return milliseconds(0);
  int value = 0, digits = 0;
  for (; !text.empty() && text.front() >= '0' && text.front() <= '9'; text.remove_prefix(1))
    if (digits < 3) {
      value = value * 10 + (text.front() - '0');
      ++digits;
    }
  if (digits == 0) return std::nullopt;
  for (; digits < 3; ++digits) value *= 10;
  return milliseconds(value);
}

std::optional<WallTime> at(const std::tm& parts, milliseconds fraction, const Zone& zone) {
  std::tm asked = parts;
  asked.tm_isdst = -1;
  const std::time_t seconds = zone.local ? ::mktime(&asked) : ::timegm(&asked);
  // Both quietly turn the 31st of February into a day of March.
  if (asked.tm_mday != parts.tm_mday || asked.tm_mon != parts.tm_mon) return std::nullopt;
  return WallTime(std::chrono::seconds(seconds)) + fraction - zone.east;
}

}  // namespace

std::optional<WallTime> parse_time(std::string_view text, WallTime now) {
  if (text == "now") return now;
  if (const auto ago = parse_ago(text)) return now - *ago;
  const auto year = take_number(text, 4);
  if (!year || !take(text, "-")) return std::nullopt;
  const auto month = take_number(text, 2);
  if (!month || !take(text, "-")) return std::nullopt;
  const auto day = take_number(text, 2);
  if (!day || !take(text, "Tt ")) return std::nullopt;
  const auto hour = take_number(text, 2);
  if (!hour || !take(text, ":")) return std::nullopt;
  const auto minute = take_number(text, 2);
  const auto second = take(text, ":") ? take_number(text, 2) : 0;
  const auto fraction = take_fraction(text);
  const auto zone = parse_zone(text);
  if (!minute || !second || !fraction || !zone || *year < 1970 || *month < 1 || *month > 12 ||
      *day < 1 || *day > 31 || *hour > 23 || *minute > 59 || *second > 59)
    return std::nullopt;
  std::tm parts{};
  parts.tm_year = *year - 1900;
  parts.tm_mon = *month - 1;
  parts.tm_mday = *day;
  parts.tm_hour = *hour;
  parts.tm_min = *minute;
  parts.tm_sec = *second;
  return at(parts, *fraction, *zone);
}

}  // namespace vitalgate
