// A&D scales: the A&D standard format, a line for each weight.
//
//   ST,+00012.34 kg        header, comma, sign and number, unit
//   ST stable, US unstable, OL overload (+9999999E+19 or blanks), QT a count of pieces
//
// Units are kg, lb, g, st (stone). Most scales leave the factory with 2400 baud 7E1, which an 8N1
// line reads with the parity in bit 7: it is checked here and taken off. Source: A&D balance and
// scale manuals, "A&D standard format".
//
// Only a stable weight is a reading, and only above zero: an empty scale has weighed nobody. The
// same stable line again, as a scale sends that streams, carries the flag repeated_display.
//
// All functions are pure; any thread.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

#include "agent/core/decimal.h"
#include "agent/core/result.h"
#include "firmware-bridge/serial/driver.h"

namespace vitalgate::bridge {

inline constexpr std::size_t kAndLineBytesMax = 32;

enum class AndHeader : std::uint8_t { stable, unstable, overload, count };

struct AndLine {
  AndHeader header{};
  std::optional<Decimal> value;  // nothing for an overload
  std::string_view unit;         // as sent: "kg", "lb", "g", "st", "PC"
};

// `line` without its end and parity.
Result<AndLine> parse_and_line(std::string_view line);

std::unique_ptr<Driver> make_and_scale();

}  // namespace vitalgate::bridge
