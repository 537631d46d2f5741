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

// Why a reading is less than good, or what the device said beside it. A bit each in FlagSet; what
// is stored and uploaded are the names.
enum class Flag : std::uint8_t {
  // serial oximeters and monitors
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
  // heart rate
  no_contact,  // the sensor says that it does not touch the skin
  // blood pressure
  body_movement,
  cuff_too_loose,
  irregular_pulse,
  pulse_above_range,
  pulse_below_range,
  improper_position,
  // pulse oximeter: measurement status
  measurement_ongoing,
  early_estimate,
  validated,
  fully_qualified,
  demonstration,
  testing,
  calibration_ongoing,
  measurement_unavailable,
  device_says_questionable,
  device_says_invalid,
  // pulse oximeter: device and sensor status
  extended_display_update,
  equipment_malfunction,
  signal_irregular,
  inadequate_signal,
  poor_signal,
  erratic_signal,
  nonpulsatile_signal,
  questionable_pulse,
  analysis_ongoing,
  interference,
  sensor_unconnected,
  sensor_unknown,
  sensor_displaced,
  sensor_disconnected,
  pulse_search,
  ambient_light,
  low_signal_iq,
  // glucose meters
  sample_insufficient,
  strip_insertion_error,
  strip_type_error,
  result_too_high,
  result_too_low,
  temperature_too_high,
  temperature_too_low,
  strip_pulled_early,
  device_fault,
  time_fault,
  control_solution,
  // continuous glucose monitors
  session_stopped,
  sensor_type_incorrect,
  device_alert,
  time_sync_required,
  calibration_not_allowed,
  calibration_recommended,
  calibration_required,
  below_patient_low,
  above_patient_high,
  below_hypo,
  above_hyper,
  rate_of_decrease_exceeded,
  rate_of_increase_exceeded,
  below_device_range,
  above_device_range,
  // scales
  unstable,
  multiple_packet,
  removed,  // taken when the load had left the scale
  // laboratory and monitor messages
  preliminary,
  corrected_result,
  abnormal_low,
  abnormal_high,
  critical_low,
  critical_high,
  below_limit,  // the value was sent as "less than"
  above_limit,  // the value was sent as "greater than"
  manually_entered,
  converted_unit,
  threshold_error,
  // bridges
  bridge_clock_unknown,  // taken before the bridge restarted, and its clock then is not known
};
inline constexpr std::size_t kFlagCount =
    std::size_t{1} + static_cast<std::size_t>(Flag::bridge_clock_unknown);

class FlagSet {
 public:
  constexpr FlagSet() = default;
  constexpr void set(Flag flag) { words_[word(flag)] |= bit(flag); }
  [[nodiscard]] constexpr bool has(Flag flag) const {
    return (words_[word(flag)] & bit(flag)) != 0;
  }
  [[nodiscard]] constexpr bool empty() const { return words_ == Words{}; }
  constexpr FlagSet& operator|=(FlagSet other) {
    for (std::size_t i = 0; i < kWords; ++i) words_[i] |= other.words_[i];
    return *this;
  }
  constexpr bool operator==(const FlagSet&) const = default;

 private:
  static constexpr std::size_t kWords = 2;
  using Words = std::array<std::uint64_t, kWords>;
  static_assert(kFlagCount <= kWords * 64);

  static constexpr std::size_t word(Flag flag) { return static_cast<std::size_t>(flag) / 64; }
  static constexpr std::uint64_t bit(Flag flag) {
    return std::uint64_t{1} << static_cast<unsigned>(flag) % 64;
  }
  Words words_{};
};

// The words as the contract spells them.
std::string_view name(Lane lane);
std::string_view name(Quality quality);
std::string_view name(ClockWord word);
std::string_view name(Absent reason);
std::string_view name(Flag flag);

std::optional<Lane> lane_from(std::string_view word);

}  // namespace vitalgate
