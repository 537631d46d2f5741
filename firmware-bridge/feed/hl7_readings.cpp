#include "firmware-bridge/feed/hl7_readings.h"

#include <algorithm>
#include <array>
#include <limits>

#include "agent/core/limits.h"
#include "config/catalogue.h"
#include "firmware-bridge/unit_text.h"

namespace vitalgate::bridge::hl7 {
namespace {

constexpr std::string_view kCut = "...";  // behind a text that was too long

// What OBX-8 says about a value: table 0078, and what monitors add (IHE PCD-01).
struct Word {
  std::string_view text;
  Flag flag;
  Quality quality;
};
constexpr auto kWords = std::to_array<Word>({
    {"L", Flag::abnormal_low, Quality::good},
    {"H", Flag::abnormal_high, Quality::good},
    {"LL", Flag::critical_low, Quality::good},
    {"HH", Flag::critical_high, Quality::good},
    {"<", Flag::below_device_range, Quality::questionable},
    {">", Flag::above_device_range, Quality::questionable},
    {"INV", Flag::device_says_invalid, Quality::questionable},
    {"QUES", Flag::device_says_questionable, Quality::questionable},
    {"NAV", Flag::measurement_unavailable, Quality::questionable},
    {"CAL", Flag::calibration_ongoing, Quality::questionable},
    {"TEST", Flag::testing, Quality::test},
    {"DEMO", Flag::demonstration, Quality::test},
    {"EARLY", Flag::early_estimate, Quality::questionable},
    {"BUSY", Flag::measurement_ongoing, Quality::questionable},
    {"ALACT", Flag::monitor_alarm, Quality::good},
});

void worsen(Reading& reading, Quality quality) {
  reading.quality = std::max(reading.quality, quality);
}

// Never through the middle of a UTF-8 character.
std::string cut(std::string text) {
  if (text.size() <= limits::kTextValueBytesMax) return text;
  std::size_t end = limits::kTextValueBytesMax - kCut.size();
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  text.resize(end);
  return text.append(kCut);
}

const config::Metric* catalogued(const Observation& observation) {
  if (!observation.unit) return nullptr;
  if (const auto* metric = config::find_mdc(observation.mdc, *observation.unit)) return metric;
  if (!observation_code(observation.system, {}).starts_with("loinc:")) return nullptr;
  return config::find_loinc(observation.code, config::ucum(*observation.unit));
}

void set_text(const Observation& observation, Reading& reading) {
  std::string text = observation.text;
  if (!observation.unit_text.empty()) text.append(" ").append(observation.unit_text);
  reading.metric = config::metric::kObservation;
  reading.code = observation_code(observation.system, observation.code);
  if (text.size() > limits::kTextValueBytesMax) worsen(reading, Quality::questionable);
  reading.value = cut(std::move(text));
}

void set_value(const Observation& observation, Reading& reading) {
  if (!observation.number) {
    // An NM that is no number was sent by somebody who did not keep to the rules.
    if (observation.type == "NM") worsen(reading, Quality::questionable);
    return set_text(observation, reading);
  }
  if (!observation.unit) {
    worsen(reading, Quality::questionable);
    return set_text(observation, reading);
  }
  reading.value = *observation.number;
  reading.unit = *observation.unit;
  if (const auto* metric = catalogued(observation)) {
    reading.metric = metric->id;
    return;
  }
  reading.metric = config::metric::kObservation;
  reading.code = observation_code(observation.system, observation.code);
}

void set_comparator(const Observation& observation, Reading& reading) {
  if (observation.comparator.empty()) return;
  reading.flags.set(observation.comparator.front() == '<' ? Flag::below_limit : Flag::above_limit);
  worsen(reading, Quality::questionable);
}

void set_status(const Observation& observation, Reading& reading) {
  if (observation.status.empty()) return worsen(reading, Quality::questionable);
  switch (observation.status.front()) {
    case 'P':  // preliminary
    case 'R':  // entered, not verified
    case 'S':  // partial
      reading.flags.set(Flag::preliminary);
      break;
    case 'A':  // amended
    case 'B':  // appended
    case 'C':  // corrected
      reading.flags.set(Flag::corrected_result);
      break;
    default:
      break;
  }
}

void set_abnormal(const Observation& observation, Reading& reading) {
  for (const std::string& text : observation.abnormal) {
    const auto* word = std::find_if(kWords.begin(), kWords.end(),
                                    [&](const Word& known) { return known.text == text; });
    if (word == kWords.end()) continue;  // N, A and whatever a laboratory has of its own
    reading.flags.set(word->flag);
    worsen(reading, word->quality);
    if (word->flag == Flag::device_says_invalid) reading.value = Absent::error;
    if (word->flag == Flag::measurement_unavailable) reading.value = Absent::no_signal;
  }
}

Reading reading_of(const Observation& observation, bool production) {
  Reading reading;
  if (!production) reading.quality = Quality::test;
  set_value(observation, reading);
  set_comparator(observation, reading);
  set_status(observation, reading);
  set_abnormal(observation, reading);
  reading.device_time = observation.time;
  if (!observation.time && !observation.time_text.empty()) {
    // A day is no time of measurement, and an impossible time is none at all.
    reading.flags.set(Flag::device_clock_invalid);
    worsen(reading, Quality::questionable);
  }
  return reading;
}

// OBX-1 to OBX-6; the fields behind them name people. Empty when it is too long for `raw`.
std::string_view raw_of(const Observation& observation, char separator) {
  std::size_t end = 0;
  for (int i = 0; i < 7 && end != std::string_view::npos; ++i)
    end = observation.segment.find(separator, end == 0 ? 0 : end + 1);
  const std::string_view raw = observation.segment.substr(0, end);
  return raw.size() <= limits::kRawBytesMax ? raw : std::string_view{};
}

void append(const Observation& observation, Reading reading, char separator, Arrival& arrival) {
  const auto raw = std::as_bytes(std::span(raw_of(observation, separator)));
  reading.raw = {static_cast<std::uint16_t>(arrival.bytes.size()),
                 static_cast<std::uint16_t>(raw.size())};
  arrival.bytes.insert(arrival.bytes.end(), raw.begin(), raw.end());
  arrival.readings.push_back(std::move(reading));
}

static_assert(limits::kReadingsPerArrivalMax * limits::kRawBytesMax <=
              std::numeric_limits<std::uint16_t>::max());

}  // namespace

std::vector<Arrival> arrivals(const Message& message, const Observations& observations) {
  const Header& header = message.header();
  const std::string_view processing = header.component(header.segment.field(11), 1);
  const bool production = processing != "T" && processing != "D";  // training, debugging
  std::vector<Arrival> out;
  unsigned group = 0;
  std::size_t order = 0;
  for (const Observation& observation : observations.usable) {
    if (group == 0 || observation.order != order) ++group;
    order = observation.order;
    const bool full = !out.empty() && out.back().readings.size() == limits::kReadingsPerArrivalMax;
    if (out.empty() || full || group > std::numeric_limits<std::uint8_t>::max()) {
      Arrival& arrival = out.emplace_back();
      arrival.urgent_commit = true;
      arrival.system_clock = true;
      group = 1;
    }
    Reading reading = reading_of(observation, production);
    reading.group = static_cast<std::uint8_t>(group);
    append(observation, std::move(reading), header.delimiters.field, out.back());
  }
  return out;
}

}  // namespace vitalgate::bridge::hl7
