// When a server wants to be asked again (RFC 9110, section 10.2.3). Pure.
#pragma once

#include <chrono>
#include <optional>
#include <string_view>

#include "agent/core/clock.h"

namespace vitalgate::sync {

// An HTTP date in any of the three forms that a recipient has to read.
std::optional<WallTime> parse_http_date(std::string_view text);

// How long the server asks to wait: seconds, or until a date. A date is measured from `date`, what
// the server's own clock said (its header Date), or from `now` when it said nothing. From 0 to
// limits::kRetryAfterMax; nothing when `value` is neither.
std::optional<std::chrono::seconds> retry_after(std::string_view value, std::string_view date,
                                                WallTime now);

}  // namespace vitalgate::sync
