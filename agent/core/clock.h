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

// Points and durations are std::chrono::steady_clock's own.
struct Clock {
  using duration = std::chrono::steady_clock::duration;
  using rep = duration::rep;
  using period = duration::period;
  using time_point = std::chrono::steady_clock::time_point;
  static constexpr bool is_steady = true;
  static time_point now();
};
using WallTime = std::chrono::time_point<std::chrono::system_clock, std::chrono::milliseconds>;

struct Stamp {
  WallTime wall;                  // CLOCK_REALTIME
  std::chrono::nanoseconds boot;  // CLOCK_BOOTTIME: counts through suspend, never steps

  static Stamp now();
};

WallTime wall_now();

// What Clock::now(), Stamp::now() and wall_now() say on this thread, in place of the machine's
// clocks. The simulation's alone: everything else runs in real time.
struct Clocks {
  Clock::time_point steady;
  Stamp stamp;
};
// `clocks` is looked at with every call and outlives its use; null: the machine's clocks again.
void set_virtual_time(const Clocks* clocks);

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
