// Time, three kinds that are never mixed (promise P7).
//
//   Clock      steady: deadlines and timeouts
//   Stamp      when something happened: boot time for order, wall time for people
//   WallTime   UTC milliseconds, only for what is shown or uploaded
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace vitalgate {

using Clock = std::chrono::steady_clock;
using WallTime = std::chrono::time_point<std::chrono::system_clock, std::chrono::milliseconds>;

struct Stamp {
  WallTime wall;                  // CLOCK_REALTIME
  std::chrono::nanoseconds boot;  // CLOCK_BOOTTIME: counts through suspend, never steps

  static Stamp now();
};

WallTime wall_now();

// Whether the gateway's clock has ever been set: no build of this agent ran before this instant.
bool is_plausible(WallTime wall);

// "2026-03-02T14:05:07.120Z": RFC 3339, UTC, milliseconds, 24 characters. Years 0 to 9999.
void append_rfc3339(std::string& out, WallTime time);
// The same, written at `at`; what is behind it.
char* put_rfc3339(char* at, WallTime time);
inline constexpr std::size_t kRfc3339Length = 24;
std::string to_rfc3339(WallTime time);
std::optional<WallTime> parse_rfc3339(std::string_view text);

}  // namespace vitalgate
