#include "firmware-bridge/gatt/glucose.h"

#include <string>

#include "agent/core/byte_reader.h"
#include "firmware-bridge/gatt/describe.h"
#include "firmware-bridge/gatt/row.h"

namespace vitalgate::bridge::gatt {
namespace {

constexpr unsigned kTimeFault = 11;
constexpr int kKgPerLitreToMgPerDecilitre = 5;
constexpr int kMolPerLitreToMmolPerLitre = 3;

constexpr FlagBit kStatusFlags[] = {
    {0, Flag::low_battery, false},        {1, Flag::sensor_fault, true},
    {2, Flag::sample_insufficient, true}, {3, Flag::strip_insertion_error, true},
    {4, Flag::strip_type_error, true},    {5, Flag::result_too_high, true},
    {6, Flag::result_too_low, true},      {7, Flag::temperature_too_high, true},
    {8, Flag::temperature_too_low, true}, {9, Flag::strip_pulled_early, true},
    {10, Flag::device_fault, true},       {kTimeFault, Flag::time_fault, false}};
constexpr std::string_view kStatusNames[] = {
    "battery_low",          "sensor_malfunction", "sample_insufficient",  "strip_insertion_error",
    "strip_type_incorrect", "result_too_high",    "result_too_low",       "temperature_too_high",
    "temperature_too_low",  "read_interrupted",   "general_device_fault", "time_fault"};
constexpr std::string_view kFeatures[] = {
    "low_battery",      "sensor_malfunction", "sample_size",   "strip_insertion_error",
    "strip_type_error", "result_high_low",    "temp_high_low", "read_interrupt",
    "general_fault",    "time_fault",         "multiple_bond"};

constexpr std::string_view kTypes[] = {"",
                                       "capillary_whole_blood",
                                       "capillary_plasma",
                                       "venous_whole_blood",
                                       "venous_plasma",
                                       "arterial_whole_blood",
                                       "arterial_plasma",
                                       "undetermined_whole_blood",
                                       "undetermined_plasma",
                                       "interstitial_fluid",
                                       "control_solution"};
constexpr std::string_view kLocations[] = {"",
                                           "finger",
                                           "alternate_site_test",
                                           "earlobe",
                                           "control_solution",
                                           "subcutaneous_tissue",
                                           "",
                                           "",
                                           "",
                                           "",
                                           "",
                                           "",
                                           "",
                                           "",
                                           "",
                                           "not_available"};

struct Pair {
  MetricId mass;
  MetricId molar;
};

// In the order of the types; 0 and what is reserved are an undetermined blood.
constexpr Pair kMetrics[] = {
    {metric::kGlucoseUndeterminedBlood, metric::kGlucoseUndeterminedBloodMolar},
    {metric::kGlucoseCapillaryBlood, metric::kGlucoseCapillaryBloodMolar},
    {metric::kGlucoseCapillaryPlasma, metric::kGlucoseCapillaryPlasmaMolar},
    {metric::kGlucoseVenousBlood, metric::kGlucoseVenousBloodMolar},
    {metric::kGlucoseVenousPlasma, metric::kGlucoseVenousPlasmaMolar},
    {metric::kGlucoseArterialBlood, metric::kGlucoseArterialBloodMolar},
    {metric::kGlucoseArterialPlasma, metric::kGlucoseArterialPlasmaMolar},
    {metric::kGlucoseUndeterminedBlood, metric::kGlucoseUndeterminedBloodMolar},
    {metric::kGlucoseUndeterminedPlasma, metric::kGlucoseUndeterminedPlasmaMolar},
    {metric::kGlucoseInterstitialFluid, metric::kGlucoseInterstitialFluidMolar}};

Number converted(const Glucose& measurement) {
  return shifted(*measurement.concentration,
                 measurement.molar ? kMolPerLitreToMmolPerLitre : kKgPerLitreToMgPerDecilitre);
}

}  // namespace

std::string_view type_name(Sample sample) { return name_of(sample.type, kTypes); }
std::string_view location_name(Sample sample) { return name_of(sample.location, kLocations); }

MetricId glucose_metric(Sample sample, bool molar) {
  if (sample.is_control()) return molar ? metric::kGlucoseControlMolar : metric::kGlucoseControl;
  const Pair& pair = kMetrics[sample.type < std::size(kMetrics) ? sample.type : 0];
  return molar ? pair.molar : pair.mass;
}

void add_sample(Fields& fields, Sample sample) {
  fields.add("type", sample.type)
      .add("type_name", type_name(sample))
      .add("location", sample.location)
      .add("location_name", location_name(sample));
}

DeviceTime Glucose::time() const {
  if (has_bit(status.value_or(0), kTimeFault)) return {};
  return device_time(base_time, std::chrono::minutes(offset_minutes.value_or(0)));
}

Result<Glucose> parse_glucose(std::span<const std::byte> value) {
  ByteReader in(value);
  Glucose measurement;
  const std::uint8_t flags = in.u8();
  measurement.sequence = in.u16_le();
  measurement.base_time = read_date_time(in);
  if (has_bit(flags, 0)) measurement.offset_minutes = static_cast<std::int16_t>(in.u16_le());
  if (has_bit(flags, 1)) {
    measurement.molar = has_bit(flags, 2);
    measurement.concentration = sfloat(in.u16_le());
    measurement.sample = Sample::of(in.u8());
  }
  if (has_bit(flags, 3)) measurement.status = in.u16_le();
  measurement.context_follows = has_bit(flags, 4);
  if (!in.ok()) return truncated();
  measurement.bytes = in.offset();
  return measurement;
}

void add_readings(const Glucose& measurement, std::vector<Reading>& out) {
  if (!measurement.concentration) return;  // a status without a result
  Reading shared = shared_parts(measurement.bytes);
  measurement.time().put_into(shared);
  put_flags(shared, measurement.status.value_or(0), kStatusFlags);
  const Sample sample = measurement.sample;
  if (name_of(sample.type, kTypes) == "reserved") shared.quality = Quality::questionable;
  if (sample.is_control()) {
    shared.flags.set(Flag::control_solution);
    shared.quality = Quality::test;
  }
  add_row(out, shared, glucose_metric(sample, measurement.molar),
          to_measured(converted(measurement)));
  add_row(out, shared, metric::kGlucoseSampleLocation, std::string(location_name(sample)));
}

Fields to_fields(const Glucose& measurement) {
  Fields fields;
  fields.add("sequence", measurement.sequence);
  add_time(fields, "base_time", measurement.base_time);
  if (measurement.offset_minutes) {
    fields.add("time_offset_min", *measurement.offset_minutes);
    if (const auto local = to_local(measurement.base_time))
      fields.add("effective_time",
                 to_text(*local + std::chrono::minutes(*measurement.offset_minutes)));
  }
  if (measurement.concentration) {
    fields.add("unit", measurement.molar ? "mol/L" : "kg/L");
    add_number(fields, "concentration", *measurement.concentration);
    if (std::holds_alternative<Decimal>(*measurement.concentration))
      add_number(fields, measurement.molar ? "mmol_per_l" : "mg_per_dl", converted(measurement));
    add_sample(fields, measurement.sample);
  }
  if (measurement.status)
    add_bits(fields, "status", "status_flags", *measurement.status, kStatusNames);
  fields.add("context_follows", measurement.context_follows);
  return fields;
}

Result<Fields> describe_glucose_features(std::span<const std::byte> value) {
  if (value.size() != 2) return wrong_length();
  Fields fields;
  add_bits(fields, "features", "names", ByteReader(value).u16_le(), kFeatures);
  return fields;
}

}  // namespace vitalgate::bridge::gatt
