#include "firmware-bridge/feed/hl7_time.h"

#include <algorithm>

#include "firmware-bridge/local_time.h"

namespace vitalgate::bridge::hl7 {
namespace {

constexpr std::size_t kToTheMinute = 12;
constexpr std::size_t kToTheSecond = 14;
constexpr std::size_t kFractionDigitsMax = 4;
constexpr std::chrono::minutes kOffsetMax{14 * 60};

bool is_digits(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

// Needs digits only, few enough for an int.
unsigned number(std::string_view digits) {
  unsigned value = 0;
  for (const char c : digits) value = value * 10 + static_cast<unsigned>(c - '0');
  return value;
}

struct Stamp {
  std::string_view digits;
  std::string_view fraction;
  std::optional<std::chrono::minutes> zone;
};

std::optional<std::chrono::minutes> offset(std::string_view text) {
  const std::string_view digits = text.substr(1);
  if (digits.size() != 4 || !is_digits(digits)) return std::nullopt;
  const std::chrono::minutes size{number(digits.substr(0, 2)) * 60 + number(digits.substr(2))};
  if (number(digits.substr(2)) > 59 || size > kOffsetMax) return std::nullopt;
  return text.front() == '-' ? -size : size;
}

std::optional<Stamp> split(std::string_view text) {
  Stamp stamp;
  if (const std::size_t at = text.find_first_of("+-"); at != std::string_view::npos) {
    stamp.zone = offset(text.substr(at));
    if (!stamp.zone) return std::nullopt;
    text = text.substr(0, at);
  }
  if (const std::size_t at = text.find('.'); at != std::string_view::npos) {
    stamp.fraction = text.substr(at + 1);
    text = text.substr(0, at);
    if (text.size() != kToTheSecond || stamp.fraction.empty() ||
        stamp.fraction.size() > kFractionDigitsMax || !is_digits(stamp.fraction))
      return std::nullopt;
  }
  if (text.size() < 4 || text.size() > kToTheSecond || text.size() % 2 != 0 || !is_digits(text))
    return std::nullopt;
  stamp.digits = text;
  return stamp;
}

}  // namespace

std::optional<std::chrono::minutes> zone_of(std::string_view stamp) {
  const auto parts = split(stamp);
  return parts ? parts->zone : std::nullopt;
}

std::optional<WallTime> point_in_time(std::string_view text,
                                      std::optional<std::chrono::minutes> zone) {
  const auto stamp = split(text);
  if (!stamp || stamp->digits.size() < kToTheMinute) return std::nullopt;
  const auto part = [&](std::size_t at) { return number(stamp->digits.substr(at, 2)); };
  const unsigned second = stamp->digits.size() == kToTheSecond ? part(12) : 0;
  auto local = local_time(static_cast<int>(number(stamp->digits.substr(0, 4))), part(4), part(6),
                          part(8), part(10), second);
  if (!local) return std::nullopt;
  std::string_view thousandths = stamp->fraction.substr(0, 3);
  int scale = 100;
  for (const char c : thousandths) {
    *local += std::chrono::milliseconds((c - '0') * scale);
    scale /= 10;
  }
  if (stamp->zone) zone = stamp->zone;
  if (!zone) return from_local(*local);
  return WallTime(local->time_since_epoch()) - *zone;
}

}  // namespace vitalgate::bridge::hl7
