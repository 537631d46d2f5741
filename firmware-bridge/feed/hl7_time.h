// HL7 time stamps (DTM, v2.5.1 section 2.A.22): YYYY[MM[DD[HH[MM[SS[.S[S[S[S]]]]]]]]][+/-ZZZZ].
//
// A reading's time must be a point in time: a stamp that is less exact than a minute, or that no
// calendar has, gives nothing. Pure but for the process's time zone; any thread.
#pragma once

#include <chrono>
#include <optional>
#include <string_view>

#include "agent/core/clock.h"

namespace vitalgate::bridge::hl7 {

// The offset from UTC that a stamp names; -14 to +14 hours.
std::optional<std::chrono::minutes> zone_of(std::string_view stamp);

// A stamp without an offset is at `zone`, or, without that either, on the clinic's wall clock.
std::optional<WallTime> point_in_time(std::string_view stamp,
                                      std::optional<std::chrono::minutes> zone);

}  // namespace vitalgate::bridge::hl7
