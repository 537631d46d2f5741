#include "config/quantity.h"

#include <array>
#include <charconv>
#include <span>

namespace vitalgate::config {
namespace {

struct Unit {
  std::string_view name;
  std::int64_t factor;
};

// Smallest first.
constexpr std::array kDurations{Unit{"ms", 1}, Unit{"s", 1000}, Unit{"m", 60'000},
                                Unit{"h", 3'600'000}, Unit{"d", 86'400'000}};
constexpr std::array kSizes{Unit{"KB", 1000},
                            Unit{"KiB", 1LL << 10},
                            Unit{"MB", 1'000'000},
                            Unit{"MiB", 1LL << 20},
                            Unit{"GB", 1'000'000'000},
                            Unit{"GiB", 1LL << 30},
                            Unit{"TB", 1'000'000'000'000},
                            Unit{"TiB", 1LL << 40}};
constexpr std::int64_t kQuantityMax = 1'000'000'000'000'000;

std::optional<std::int64_t> parse(std::string_view text, std::span<const Unit> units) {
  std::uint64_t count = 0;  // unsigned: no sign is accepted
  const auto [rest, error] = std::from_chars(text.data(), text.data() + text.size(), count);
  if (error != std::errc()) return std::nullopt;
  const std::string_view name(rest, static_cast<std::size_t>(text.data() + text.size() - rest));
  for (const Unit& unit : units) {
    if (unit.name != name) continue;
    if (count > static_cast<std::uint64_t>(kQuantityMax / unit.factor)) return std::nullopt;
    return static_cast<std::int64_t>(count) * unit.factor;
  }
  return std::nullopt;
}

std::string shortest(std::int64_t number, std::span<const Unit> units) {
  Unit best = units.front();
  for (const Unit& unit : units)
    if (number != 0 && number % unit.factor == 0) best = unit;
  return std::to_string(number / best.factor).append(best.name);
}

}  // namespace

std::optional<std::int64_t> parse_duration(std::string_view text) {
  return parse(text, kDurations);
}
std::optional<std::int64_t> parse_size(std::string_view text) { return parse(text, kSizes); }

std::string duration_text(std::int64_t milliseconds) {
  return milliseconds == 0 ? "0s" : shortest(milliseconds, kDurations);
}
std::string size_text(std::int64_t bytes) { return shortest(bytes, kSizes); }

}  // namespace vitalgate::config
