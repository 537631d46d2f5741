// Nonin real-time printout: a line of text for each measurement.
//
//   [date or time] SPO2=097 HR=072 [letters] [*]       CR, LF or both
//
// "---" is no value, "*" an event mark, the letter F fast averaging. Source: operator manuals of
// the 8500M and 2500.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "agent/core/result.h"

namespace vitalgate::bridge {

inline constexpr std::size_t kNoninLineBytesMax = 64;

struct NoninLine {
  std::optional<std::uint16_t> heart_rate;
  std::optional<std::uint8_t> spo2;
  // Not published: the time has no date, and the marks are no quality statement.
  std::string_view time;  // "10:45:07"; empty when there is none
  bool fast_averaging = false;
  bool event = false;
};

// `line` without its end. Malformed unless both values are there and nothing else than above.
Result<NoninLine> parse_nonin_line(std::string_view line);

}  // namespace vitalgate::bridge
