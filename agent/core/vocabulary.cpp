#include "agent/core/vocabulary.h"

namespace vitalgate {
namespace {

constexpr std::array<std::string_view, 4> kLaneNames{"urgent", "vitals", "waves", "feeds"};
constexpr std::array<std::string_view, 3> kQualityNames{"good", "questionable", "test"};
constexpr std::array<std::string_view, 4> kClockNames{"device", "gateway", "corrected",
                                                      "estimated"};
constexpr std::array<std::string_view, 6> kAbsentNames{
    "not-a-number", "positive-infinity", "negative-infinity", "error", "sensor-off", "no-signal"};
// In the order of Flag.
constexpr std::array kFlagNames = std::to_array<std::string_view>({"artifact",
                                                                   "out_of_track",
                                                                   "sensor_alarm",
                                                                   "low_perfusion",
                                                                   "marginal_perfusion",
                                                                   "low_battery",
                                                                   "sensor_fault",
                                                                   "from_memory",
                                                                   "smart_point",
                                                                   "critical_battery",
                                                                   "monitor_alarm",
                                                                   "repeated_display",
                                                                   "device_clock_invalid",
                                                                   "device_clock_unverified",
                                                                   "gateway_clock_unset",
                                                                   "no_contact",
                                                                   "body_movement",
                                                                   "cuff_too_loose",
                                                                   "irregular_pulse",
                                                                   "pulse_above_range",
                                                                   "pulse_below_range",
                                                                   "improper_position",
                                                                   "measurement_ongoing",
                                                                   "early_estimate",
                                                                   "validated",
                                                                   "fully_qualified",
                                                                   "demonstration",
                                                                   "testing",
                                                                   "calibration_ongoing",
                                                                   "measurement_unavailable",
                                                                   "device_says_questionable",
                                                                   "device_says_invalid",
                                                                   "extended_display_update",
                                                                   "equipment_malfunction",
                                                                   "signal_irregular",
                                                                   "inadequate_signal",
                                                                   "poor_signal",
                                                                   "erratic_signal",
                                                                   "nonpulsatile_signal",
                                                                   "questionable_pulse",
                                                                   "analysis_ongoing",
                                                                   "interference",
                                                                   "sensor_unconnected",
                                                                   "sensor_unknown",
                                                                   "sensor_displaced",
                                                                   "sensor_disconnected",
                                                                   "pulse_search",
                                                                   "ambient_light",
                                                                   "low_signal_iq",
                                                                   "sample_insufficient",
                                                                   "strip_insertion_error",
                                                                   "strip_type_error",
                                                                   "result_too_high",
                                                                   "result_too_low",
                                                                   "temperature_too_high",
                                                                   "temperature_too_low",
                                                                   "strip_pulled_early",
                                                                   "device_fault",
                                                                   "time_fault",
                                                                   "control_solution",
                                                                   "session_stopped",
                                                                   "sensor_type_incorrect",
                                                                   "device_alert",
                                                                   "time_sync_required",
                                                                   "calibration_not_allowed",
                                                                   "calibration_recommended",
                                                                   "calibration_required",
                                                                   "below_patient_low",
                                                                   "above_patient_high",
                                                                   "below_hypo",
                                                                   "above_hyper",
                                                                   "rate_of_decrease_exceeded",
                                                                   "rate_of_increase_exceeded",
                                                                   "below_device_range",
                                                                   "above_device_range",
                                                                   "unstable",
                                                                   "multiple_packet",
                                                                   "removed",
                                                                   "preliminary",
                                                                   "corrected_result",
                                                                   "abnormal_low",
                                                                   "abnormal_high",
                                                                   "critical_low",
                                                                   "critical_high",
                                                                   "below_limit",
                                                                   "above_limit",
                                                                   "manually_entered",
                                                                   "converted_unit",
                                                                   "threshold_error",
                                                                   "bridge_clock_unknown"});
static_assert(kFlagNames.size() == kFlagCount);

template <class Names, class Word>
std::string_view at(const Names& names, Word word) {
  return names.at(static_cast<std::size_t>(word));
}

}  // namespace

std::string_view name(Lane lane) { return at(kLaneNames, lane); }
std::string_view name(Quality quality) { return at(kQualityNames, quality); }
std::string_view name(ClockWord word) { return at(kClockNames, word); }
std::string_view name(Absent reason) { return at(kAbsentNames, reason); }
std::string_view name(Flag flag) { return at(kFlagNames, flag); }

std::optional<Lane> lane_from(std::string_view word) {
  for (const Lane lane : kLanes)
    if (name(lane) == word) return lane;
  return std::nullopt;
}

}  // namespace vitalgate
