// What observations of the Generic Health Sensor Service mean as readings.
#include <algorithm>
#include <string>

#include "agent/core/limits.h"
#include "firmware-bridge/gatt/health_sensor.h"
#include "firmware-bridge/gatt/row.h"

namespace vitalgate::bridge::gatt {
namespace {

namespace unit = config::unit;

constexpr std::uint8_t kNumeric = 1, kDiscrete = 2, kString = 3, kBundle = 255;
constexpr unsigned kInvalid = 0, kNotAvailable = 2, kTestData = 4, kSetting = 7;

constexpr FlagBit kStatusFlags[] = {{kInvalid, Flag::device_says_invalid, true},
                                    {1, Flag::device_says_questionable, true},
                                    {kNotAvailable, Flag::measurement_unavailable, true},
                                    {3, Flag::calibration_ongoing, true},
                                    {kTestData, Flag::testing, true},
                                    {5, Flag::early_estimate, true},
                                    {6, Flag::manually_entered, false},
                                    {14, Flag::threshold_error, true}};

struct UnitCode {
  std::uint16_t mdc;  // inside partition 4
  UnitId unit;
};

constexpr UnitCode kUnits[] = {{2720, unit::kPerMinute},
                               {2784, unit::kPerMinute},
                               {544, unit::kPercent},
                               {3872, unit::kMillimetreOfMercury},
                               {3843, unit::kKilopascal},
                               {6048, unit::kDegreeCelsius},
                               {4416, unit::kDegreeFahrenheit},
                               {2130, unit::kMilligramPerDecilitre},
                               {4722, unit::kMillimolePerLitre},
                               {1731, unit::kKilogram},
                               {1760, unit::kPound},
                               {1297, unit::kCentimetre},
                               {1376, unit::kInch},
                               {1952, unit::kKilogramPerSquareMetre},
                               {2176, unit::kSecond},
                               {2194, unit::kMillisecond}};

UnitId unit_of(std::uint16_t mdc) {
  const auto* found = std::find_if(std::begin(kUnits), std::end(kUnits),
                                   [mdc](const UnitCode& known) { return known.mdc == mdc; });
  return found == std::end(kUnits) ? unit::kNone : found->unit;
}

// A reading that names itself by its MDC code.
Reading& add_by_code(std::vector<Reading>& out, const Reading& shared, std::uint32_t type,
                     UnitId unit, Value value) {
  add_row(out, shared, metric::kObservation, std::move(value));
  Reading& row = out.back();
  row.unit = unit;
  row.code = "mdc:";
  row.code.append(std::to_string(type));
  return row;
}

void add_number_row(const Observation& observation, std::uint32_t type, const Reading& shared,
                    bool no_value, std::vector<Reading>& out) {
  const UnitId unit = unit_of(observation.unit);
  const auto* number = std::get_if<Decimal>(&observation.number);
  const auto* known = unit == unit::kNone ? nullptr : config::find_mdc(type, unit);
  if (no_value) {
    const bool invalid = shared.flags.has(Flag::device_says_invalid);
    const Absent absent = invalid ? Absent::error : Absent::no_signal;
    if (known != nullptr)
      add_row(out, shared, known->id, absent);
    else
      add_by_code(out, shared, type, unit, absent);
  } else if (known != nullptr) {
    add_row(out, shared, known->id, to_value(observation.number));
  } else if (number != nullptr && unit == unit::kNone) {
    std::string text = number->to_text();
    text.append(" mdc-unit:").append(std::to_string(observation.unit));
    add_by_code(out, shared, type, unit, std::move(text));
  } else {
    add_by_code(out, shared, type, unit, to_value(observation.number));
  }
}

void add_one(const Observation& observation, const Observation& around, Reading shared,
             std::vector<Reading>& out) {
  const std::uint16_t status = observation.status.value_or(around.status.value_or(0));
  if (has_bit(status, kSetting)) return;
  const auto& time = observation.time ? observation.time : around.time;
  if (time) time->placed().put_into(shared);
  put_flags(shared, status, kStatusFlags);
  if (has_bit(status, kTestData)) shared.quality = Quality::test;
  const std::uint32_t type = observation.type.value_or(around.type.value_or(0));
  const bool no_value = has_bit(status, kInvalid) || has_bit(status, kNotAvailable);
  const auto text_value = [no_value](std::string text) -> Value {
    if (no_value || text.size() > limits::kTextValueBytesMax) return Absent::error;
    return text;
  };
  if (observation.kind == kNumeric) {
    add_number_row(observation, type, shared, no_value, out);
  } else if (observation.kind == kDiscrete) {
    std::string text = "mdc:";
    text.append(std::to_string(observation.code));
    add_by_code(out, shared, type, unit::kNone, text_value(std::move(text)));
  } else if (observation.kind == kString) {
    std::string text(reinterpret_cast<const char*>(observation.value.data()),
                     observation.value.size());
    add_by_code(out, shared, type, unit::kNone, text_value(std::move(text)));
  }
}

}  // namespace

void add_readings(const Observation& observation, std::size_t offset, std::vector<Reading>& out) {
  const std::size_t first = out.size();
  const Reading shared = shared_parts(observation.bytes, offset);
  if (observation.kind == kBundle) {
    for (const Observation& member : observation.members) add_one(member, observation, shared, out);
  } else {
    add_one(observation, observation, shared, out);
  }
  if (observation.patient && out.size() > first) {
    Reading user = shared;
    user.device_time = out.back().device_time;
    add_user_row(out, user, *observation.patient);
  }
}

}  // namespace vitalgate::bridge::gatt
