// The words of the upload contract (CONTRACT, "One batch") that every part of the agent speaks.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace vitalgate {

// A lane is a stream with its own sequence. The numbers are stored: never renumber.
enum class Lane : std::uint8_t { urgent = 0, vitals = 1, waves = 2, feeds = 3 };
inline constexpr std::array kLanes{Lane::urgent, Lane::vitals, Lane::waves, Lane::feeds};

enum class Quality : std::uint8_t { good, questionable, test };

// Whose time `observed_at` is.
enum class ClockWord : std::uint8_t { device, gateway, corrected, estimated };

// Why a value is not there.
enum class Absent : std::uint8_t {
  not_a_number,
  positive_infinity,
  negative_infinity,
  error,
  sensor_off,  // the device says that nothing is attached
  no_signal,   // attached, and no value yet or any more
};

// Why a reading is less than good, or what the device said beside it. A bit each in FlagSet.
enum class Flag : std::uint8_t {
  artifact,
  out_of_track,
  sensor_alarm,
  low_perfusion,
  marginal_perfusion,
  low_battery,
  sensor_fault,
  from_memory,
  smart_point,
  critical_battery,
  monitor_alarm,
  repeated_display,         // the device shows its last measurement again; nothing new was measured
  device_clock_invalid,     // the device's time was impossible or in the future: not used
  device_clock_unverified,  // the device's time is old and its clock could not be compared
  gateway_clock_unset,
};
inline constexpr std::size_t kFlagCount = 15;

class FlagSet {
 public:
  constexpr FlagSet() = default;
  constexpr void set(Flag flag) { bits_ |= bit(flag); }
  [[nodiscard]] constexpr bool has(Flag flag) const { return (bits_ & bit(flag)) != 0; }
  [[nodiscard]] constexpr bool empty() const { return bits_ == 0; }
  constexpr FlagSet& operator|=(FlagSet other) {
    bits_ |= other.bits_;
    return *this;
  }
  constexpr bool operator==(const FlagSet&) const = default;

 private:
  static constexpr std::uint32_t bit(Flag flag) {
    return std::uint32_t{1} << static_cast<unsigned>(flag);
  }
  std::uint32_t bits_ = 0;
};
static_assert(kFlagCount <= 32);

// The words as the contract spells them.
std::string_view name(Lane lane);
std::string_view name(Quality quality);
std::string_view name(ClockWord word);
std::string_view name(Absent reason);
std::string_view name(Flag flag);

std::optional<Lane> lane_from(std::string_view word);

}  // namespace vitalgate
