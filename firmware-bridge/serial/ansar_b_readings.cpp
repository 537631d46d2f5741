// What the lines of an ANSAR-B message mean as readings.
#include <algorithm>
#include <array>

#include "agent/core/limits.h"
#include "config/catalogue.h"
#include "firmware-bridge/serial/ansar_b.h"

namespace vitalgate::bridge {
namespace {

namespace metric = config::metric;

struct Meaning {
  std::array<MetricId, 4> metrics;  // in the order of AnsarLine::values
  std::size_t count;
  std::uint8_t group;  // 0: its values are no joint measurement
};

constexpr Meaning single(MetricId id) { return {{id}, 1, 0}; }

// In the order of AnsarKey.
constexpr std::array<Meaning, 9> kMeanings{{
    single(metric::kHeartRateEcg),
    single(metric::kRespiratoryRate),
    single(metric::kEndTidalCo2),
    {{metric::kSpo2, metric::kPulseRateOximeter}, 2, 0},
    {{metric::kCuffSystolic, metric::kCuffDiastolic, metric::kCuffMean, metric::kPulseRateCuff},
     4,
     1},
    {{metric::kInvasiveSystolic, metric::kInvasiveDiastolic, metric::kInvasiveMean}, 3, 2},
    {{metric::kInvasive2Systolic, metric::kInvasive2Diastolic, metric::kInvasive2Mean}, 3, 3},
    single(metric::kBodyTemperature),
    single(metric::kBodyTemperature2),
}};

// How the monitor words "nothing is attached", in a label or an alarm.
constexpr std::array<std::string_view, 10> kNothingAttached{
    "NO TRANSDUCER", "NO SENSOR",  "NO PROBE",  "NO CABLE",     "LEAD OFF",
    "LEADS OFF",     "SENSOR OFF", "PROBE OFF", "DISCONNECTED", "UNPLUGGED"};

bool says_nothing_attached(std::string_view text) {
  return std::any_of(
      kNothingAttached.begin(), kNothingAttached.end(),
      [text](std::string_view words) { return text.find(words) != std::string_view::npos; });
}

Value to_value(const AnsarValue& value, const AnsarLine& line) {
  if (value.number) return *value.number;
  if (value.garbled) return Absent::error;
  const bool off = says_nothing_attached(line.label) || says_nothing_attached(line.alarm);
  return off ? Absent::sensor_off : Absent::no_signal;
}

}  // namespace

std::vector<Reading> to_readings(const AnsarMessage& message, bool nibp_repeated) {
  std::vector<Reading> readings;
  for (const AnsarLine& line : message.lines) {
    const Meaning& meaning = kMeanings[static_cast<std::size_t>(line.key)];
    for (std::size_t i = 0; i < meaning.count; ++i) {
      Reading reading;
      reading.metric = meaning.metrics[i];
      reading.unit = config::find(reading.metric)->unit;
      reading.value = to_value(line.values[i], line);
      reading.group = meaning.group;
      if (line.values[i].number && !line.alarm.empty()) reading.flags.set(Flag::monitor_alarm);
      if (nibp_repeated && line.key == AnsarKey::nibp) reading.flags.set(Flag::repeated_display);
      if (line.whole.size() <= limits::kRawBytesMax)
        reading.raw = {static_cast<std::uint16_t>(line.offset),
                       static_cast<std::uint16_t>(line.whole.size())};
      readings.push_back(std::move(reading));
    }
  }
  return readings;
}

}  // namespace vitalgate::bridge
