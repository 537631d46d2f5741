#include "firmware-bridge/gatt/row.h"

#include <algorithm>

#include "agent/core/limits.h"

namespace vitalgate::bridge::gatt {

RawSpan raw_span(std::size_t offset, std::size_t length) {
  if (length > limits::kRawBytesMax) return {};
  return {static_cast<std::uint16_t>(offset), static_cast<std::uint16_t>(length)};
}

Reading shared_parts(std::size_t bytes, std::size_t offset, std::uint8_t group) {
  Reading shared;
  shared.group = group;
  shared.raw = raw_span(offset, bytes);
  return shared;
}

void add_row(std::vector<Reading>& out, const Reading& shared, MetricId metric, Value value) {
  Reading& row = out.emplace_back(shared);
  row.metric = metric;
  row.unit = config::find(metric)->unit;
  row.value = std::move(value);
}

Value number_or(Decimal number, std::optional<Absent> absent) {
  if (absent) return *absent;
  return number;
}

void add_user_row(std::vector<Reading>& out, const Reading& shared, std::uint8_t user) {
  constexpr std::uint8_t kNobodyKnown = 255;
  if (user != kNobodyKnown) add_row(out, shared, metric::kUserIndex, Decimal::of(user));
}

void put_flags(Reading& shared, std::uint32_t bits, std::span<const FlagBit> meanings) {
  for (const FlagBit& meaning : meanings) {
    if (!has_bit(bits, meaning.bit)) continue;
    shared.flags.set(meaning.flag);
    if (meaning.doubtful) shared.quality = std::max(shared.quality, Quality::questionable);
  }
}

}  // namespace vitalgate::bridge::gatt
