// A device's wall clock without a zone, placed in UTC.
#pragma once

#include <chrono>
#include <optional>

#include "agent/core/clock.h"

namespace vitalgate::bridge {

using LocalTime = std::chrono::local_time<std::chrono::milliseconds>;

// In the process's time zone, which is the clinic's; of a repeated hour, whichever the C library
// takes. Nothing when that wall clock never shows such a time.
std::optional<WallTime> from_local(LocalTime time);

// Nothing when there is no such date or time of day. Years 1 to 9999.
std::optional<LocalTime> local_time(int year, unsigned month, unsigned day, unsigned hour,
                                    unsigned minute, unsigned second);

}  // namespace vitalgate::bridge
