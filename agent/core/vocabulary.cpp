#include "agent/core/vocabulary.h"

namespace vitalgate {
namespace {

constexpr std::array<std::string_view, 4> kLaneNames{"urgent", "vitals", "waves", "feeds"};
constexpr std::array<std::string_view, 3> kQualityNames{"good", "questionable", "test"};
constexpr std::array<std::string_view, 4> kClockNames{"device", "gateway", "corrected",
                                                      "estimated"};
constexpr std::array<std::string_view, 6> kAbsentNames{
    "not-a-number", "positive-infinity", "negative-infinity", "error", "sensor-off", "no-signal"};
constexpr std::array<std::string_view, kFlagCount> kFlagNames{"artifact",
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
                                                              "gateway_clock_unset"};

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
