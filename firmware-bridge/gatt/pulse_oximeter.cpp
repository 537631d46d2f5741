#include "firmware-bridge/gatt/pulse_oximeter.h"

#include "agent/core/byte_reader.h"
#include "firmware-bridge/gatt/describe.h"
#include "firmware-bridge/gatt/row.h"

namespace vitalgate::bridge::gatt {
namespace {

constexpr unsigned kDemonstration = 10, kTesting = 11, kUnavailable = 13, kInvalid = 15;
constexpr unsigned kSensorUnconnected = 11, kSensorDisconnected = 15;

constexpr FlagBit kMeasurementFlags[] = {{5, Flag::measurement_ongoing, false},
                                         {6, Flag::early_estimate, true},
                                         {7, Flag::validated, false},
                                         {8, Flag::fully_qualified, false},
                                         {9, Flag::from_memory, false},
                                         {10, Flag::demonstration, true},
                                         {11, Flag::testing, true},
                                         {12, Flag::calibration_ongoing, true},
                                         {13, Flag::measurement_unavailable, true},
                                         {14, Flag::device_says_questionable, true},
                                         {15, Flag::device_says_invalid, true}};
constexpr FlagBit kDeviceFlags[] = {{0, Flag::extended_display_update, false},
                                    {1, Flag::equipment_malfunction, true},
                                    {2, Flag::signal_irregular, true},
                                    {3, Flag::inadequate_signal, true},
                                    {4, Flag::poor_signal, true},
                                    {5, Flag::low_perfusion, false},
                                    {6, Flag::erratic_signal, true},
                                    {7, Flag::nonpulsatile_signal, true},
                                    {8, Flag::questionable_pulse, true},
                                    {9, Flag::analysis_ongoing, true},
                                    {10, Flag::interference, true},
                                    {11, Flag::sensor_unconnected, true},
                                    {12, Flag::sensor_unknown, true},
                                    {13, Flag::sensor_displaced, true},
                                    {14, Flag::sensor_fault, true},
                                    {15, Flag::sensor_disconnected, true}};

constexpr std::string_view kMeasurementNames[] = {"",
                                                  "",
                                                  "",
                                                  "",
                                                  "",
                                                  "measurement_ongoing",
                                                  "early_estimated",
                                                  "validated",
                                                  "fully_qualified",
                                                  "from_storage",
                                                  "demonstration",
                                                  "testing",
                                                  "calibration_ongoing",
                                                  "measurement_unavailable",
                                                  "questionable",
                                                  "invalid"};
constexpr std::string_view kDeviceNames[] = {
    "extended_display_update", "equipment_malfunction", "signal_processing_irregularity",
    "inadequate_signal",       "poor_signal",           "low_perfusion",
    "erratic_signal",          "nonpulsatile_signal",   "questionable_pulse",
    "signal_analysis_ongoing", "sensor_interference",   "sensor_unconnected",
    "unknown_sensor",          "sensor_displaced",      "sensor_malfunction",
    "sensor_disconnected"};
constexpr std::string_view kFeatures[] = {
    "measurement_status",    "device_status", "storage", "timestamp", "fast", "slow",
    "pulse_amplitude_index", "multiple_bonds"};

Saturation read_saturation(ByteReader& in) {
  Saturation pair;
  pair.spo2 = sfloat(in.u16_le());
  pair.pulse = sfloat(in.u16_le());
  return pair;
}

// Why there is no value at all, whatever the number says.
std::optional<Absent> absence(std::uint16_t measurement, std::uint32_t device) {
  if (has_bit(measurement, kInvalid)) return Absent::error;
  if (has_bit(device, kSensorUnconnected) || has_bit(device, kSensorDisconnected))
    return Absent::sensor_off;
  if (has_bit(measurement, kUnavailable)) return Absent::no_signal;
  return std::nullopt;
}

void add_status(Fields& fields, const std::optional<std::uint16_t>& measurement,
                const std::optional<std::uint32_t>& device) {
  if (measurement)
    add_bits(fields, "measurement_status", "measurement_status_flags", *measurement,
             kMeasurementNames);
  if (device) add_bits(fields, "device_status", "device_status_flags", *device, kDeviceNames);
}

// Adds a SpO2 and its pulse rate.
struct PairWriter {
  std::vector<Reading>& out;
  const Reading& shared;
  std::optional<Absent> absent;

  void add(const Saturation& pair, MetricId spo2, MetricId pulse) const {
    const bool no_spo2 = equals(pair.spo2, 127) || equals(pair.spo2, 511);
    add_row(out, shared, spo2, judged(pair.spo2, no_spo2));
    add_row(out, shared, pulse, judged(pair.pulse, equals(pair.pulse, 511)));
  }

  [[nodiscard]] Value judged(const Number& number, bool missing_code) const {
    if (absent) return *absent;
    if (missing_code) return Absent::no_signal;
    return to_measured(number);
  }
};

}  // namespace

Result<Oximetry> parse_spot_check(std::span<const std::byte> value) {
  ByteReader in(value);
  Oximetry measurement;
  measurement.spot_check = true;
  const std::uint8_t flags = in.u8();
  measurement.normal = read_saturation(in);
  if (has_bit(flags, 0)) measurement.time = read_date_time(in);
  if (has_bit(flags, 1)) measurement.measurement_status = in.u16_le();
  if (has_bit(flags, 2)) measurement.device_status = in.u24_le();
  if (has_bit(flags, 3)) measurement.amplitude_index = sfloat(in.u16_le());
  measurement.clock_set = !has_bit(flags, 4);
  if (!in.ok()) return truncated();
  measurement.bytes = in.offset();
  return measurement;
}

Result<Oximetry> parse_continuous_oximetry(std::span<const std::byte> value) {
  ByteReader in(value);
  Oximetry measurement;
  const std::uint8_t flags = in.u8();
  measurement.normal = read_saturation(in);
  if (has_bit(flags, 0)) measurement.fast = read_saturation(in);
  if (has_bit(flags, 1)) measurement.slow = read_saturation(in);
  if (has_bit(flags, 2)) measurement.measurement_status = in.u16_le();
  if (has_bit(flags, 3)) measurement.device_status = in.u24_le();
  if (has_bit(flags, 4)) measurement.amplitude_index = sfloat(in.u16_le());
  if (!in.ok()) return truncated();
  measurement.bytes = in.offset();
  return measurement;
}

void add_readings(const Oximetry& measurement, std::vector<Reading>& out) {
  Reading shared = shared_parts(measurement.bytes);
  if (measurement.clock_set) device_time(measurement.time).put_into(shared);
  const std::uint16_t status = measurement.measurement_status.value_or(0);
  const std::uint32_t device = measurement.device_status.value_or(0);
  put_flags(shared, status, kMeasurementFlags);
  put_flags(shared, device, kDeviceFlags);
  if (has_bit(status, kDemonstration) || has_bit(status, kTesting)) shared.quality = Quality::test;

  const PairWriter writer{out, shared, absence(status, device)};
  writer.add(measurement.normal, metric::kSpo2, metric::kPulseRateOximeter);
  if (measurement.fast) writer.add(*measurement.fast, metric::kSpo2Fast, metric::kPulseRateFast);
  if (measurement.slow) writer.add(*measurement.slow, metric::kSpo2Slow, metric::kPulseRateSlow);
  if (measurement.amplitude_index)
    add_row(out, shared, metric::kPerfusionIndex,
            writer.judged(*measurement.amplitude_index, /*missing_code=*/false));
}

Fields to_fields(const Oximetry& measurement) {
  Fields fields;
  add_number(fields, "spo2", measurement.normal.spo2);
  add_number(fields, "pulse_rate", measurement.normal.pulse);
  if (measurement.fast) {
    add_number(fields, "spo2_fast", measurement.fast->spo2);
    add_number(fields, "pulse_rate_fast", measurement.fast->pulse);
  }
  if (measurement.slow) {
    add_number(fields, "spo2_slow", measurement.slow->spo2);
    add_number(fields, "pulse_rate_slow", measurement.slow->pulse);
  }
  if (measurement.time) add_time(fields, "timestamp", *measurement.time);
  add_status(fields, measurement.measurement_status, measurement.device_status);
  if (measurement.amplitude_index)
    add_number(fields, "pulse_amplitude_index_pct", *measurement.amplitude_index);
  if (measurement.spot_check) fields.add("device_clock_set", measurement.clock_set);
  return fields;
}

Result<Fields> describe_oximeter_features(std::span<const std::byte> value) {
  ByteReader in(value);
  const std::uint16_t features = in.u16_le();
  std::optional<std::uint16_t> measurement;
  std::optional<std::uint32_t> device;
  if (has_bit(features, 0)) measurement = in.u16_le();
  if (has_bit(features, 1)) device = in.u24_le();
  if (!in.ok()) return truncated();
  Fields fields;
  add_bits(fields, "features", "names", features, kFeatures);
  add_status(fields, measurement, device);
  return fields;
}

}  // namespace vitalgate::bridge::gatt
