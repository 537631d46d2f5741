// What every decoder does to make rows: copy what a measurement's rows share, name metric and
// value, turn status bits into flags. Pure; any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "agent/core/reading.h"
#include "config/catalogue.h"

namespace vitalgate::bridge::gatt {

namespace metric = config::metric;

// Empty when it is longer than the contract's `raw` may be.
RawSpan raw_span(std::size_t offset, std::size_t length);

// The parts that the rows of one measurement share; `bytes` is the length of its layout.
Reading shared_parts(std::size_t bytes, std::size_t offset = 0, std::uint8_t group = 1);

// One row. The unit is the one of the catalogue's entry.
void add_row(std::vector<Reading>& out, const Reading& shared, MetricId metric, Value value);

// The user of a device with several; 255 is nobody known and makes no row.
void add_user_row(std::vector<Reading>& out, const Reading& shared, std::uint8_t user);

// The number, or why it is not there after all.
Value number_or(Decimal number, std::optional<Absent> absent);

struct FlagBit {
  std::uint8_t bit;
  Flag flag;
  bool doubtful;  // the device says with it that the value is not to be relied on
};

// The flags of `bits` into `shared`, which becomes questionable with a doubtful one.
void put_flags(Reading& shared, std::uint32_t bits, std::span<const FlagBit> meanings);

constexpr bool has_bit(std::uint32_t bits, unsigned bit) { return (bits >> bit & 1U) != 0; }

}  // namespace vitalgate::bridge::gatt
