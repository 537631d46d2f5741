// Points in time as a person types them. Pure, apart from the local time zone.
#pragma once

#include <optional>
#include <string_view>

#include "agent/core/clock.h"

namespace vitalgate {

// "2026-11-20T14:05", with or without seconds and fractions, a space for the T, and "Z" or
// "+01:00"; without a zone it is local time. Or how long before `now`: "90s", "15m", "2h", "3d".
// Or "now". Nothing for anything else.
std::optional<WallTime> parse_time(std::string_view text, WallTime now);

}  // namespace vitalgate
