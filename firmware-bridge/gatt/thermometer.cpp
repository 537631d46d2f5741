#include "firmware-bridge/gatt/thermometer.h"

#include "agent/core/byte_reader.h"
#include "firmware-bridge/gatt/describe.h"
#include "firmware-bridge/gatt/row.h"

namespace vitalgate::bridge::gatt {
namespace {

constexpr std::string_view kTypes[] = {
    "",      "armpit", "body", "ear",     "finger", "gastro_intestinal_tract",
    "mouth", "rectum", "toe",  "tympanum"};

// In the order of the types; 0 is reserved and taken as the body.
constexpr MetricId kCelsius[] = {metric::kBodyTemperature,   metric::kTemperatureAxillary,
                                 metric::kBodyTemperature,   metric::kTemperatureEar,
                                 metric::kTemperatureFinger, metric::kTemperatureGastrointestinal,
                                 metric::kTemperatureOral,   metric::kTemperatureRectal,
                                 metric::kTemperatureToe,    metric::kTemperatureTympanic};
constexpr MetricId kFahrenheit[] = {
    metric::kBodyTemperatureFahrenheit,   metric::kTemperatureAxillaryFahrenheit,
    metric::kBodyTemperatureFahrenheit,   metric::kTemperatureEarFahrenheit,
    metric::kTemperatureFingerFahrenheit, metric::kTemperatureGastrointestinalFahrenheit,
    metric::kTemperatureOralFahrenheit,   metric::kTemperatureRectalFahrenheit,
    metric::kTemperatureToeFahrenheit,    metric::kTemperatureTympanicFahrenheit};
static_assert(std::size(kCelsius) == std::size(kTypes) &&
              std::size(kFahrenheit) == std::size(kTypes));

MetricId metric_of(bool fahrenheit, std::uint8_t type) {
  const std::size_t site = type < std::size(kTypes) ? type : 0;
  return fahrenheit ? kFahrenheit[site] : kCelsius[site];
}

Result<Temperature> parse(std::span<const std::byte> value, bool intermediate) {
  ByteReader in(value);
  Temperature measurement;
  measurement.intermediate = intermediate;
  const std::uint8_t flags = in.u8();
  measurement.fahrenheit = has_bit(flags, 0);
  measurement.value = float32(in.u32_le());
  if (has_bit(flags, 1)) measurement.time = read_date_time(in);
  if (has_bit(flags, 2)) measurement.type = in.u8();
  if (!in.ok()) return truncated();
  measurement.bytes = in.offset();
  return measurement;
}

void add_type(Fields& fields, std::uint8_t type) {
  fields.add("type", type).add("type_name", name_of(type, kTypes));
}

}  // namespace

Result<Temperature> parse_temperature(std::span<const std::byte> value) {
  return parse(value, /*intermediate=*/false);
}
Result<Temperature> parse_intermediate_temperature(std::span<const std::byte> value) {
  return parse(value, /*intermediate=*/true);
}

void add_readings(const Temperature& measurement, std::optional<std::uint8_t> type_elsewhere,
                  std::vector<Reading>& out) {
  Reading shared = shared_parts(measurement.bytes);
  device_time(measurement.time).put_into(shared);
  if (measurement.intermediate) {
    shared.flags.set(Flag::measurement_ongoing);
    shared.quality = Quality::questionable;
  }
  const std::uint8_t type = measurement.type.value_or(type_elsewhere.value_or(0));
  add_row(out, shared, metric_of(measurement.fahrenheit, type), to_measured(measurement.value));
}

Fields to_fields(const Temperature& measurement) {
  Fields fields;
  fields.add("unit", measurement.fahrenheit ? "[degF]" : "Cel");
  add_number(fields, "temperature", measurement.value);
  if (measurement.time) add_time(fields, "timestamp", *measurement.time);
  if (measurement.type) add_type(fields, *measurement.type);
  return fields;
}

Result<std::uint8_t> parse_temperature_type(std::span<const std::byte> value) {
  if (value.size() != 1) return wrong_length();
  return std::to_integer<std::uint8_t>(value[0]);
}

Result<Fields> describe_temperature_type(std::span<const std::byte> value) {
  const std::uint8_t type = VG_TRY(parse_temperature_type(value));
  Fields fields;
  add_type(fields, type);
  return fields;
}

Result<Fields> describe_measurement_interval(std::span<const std::byte> value) {
  if (value.size() != 2) return wrong_length();
  Fields fields;
  fields.add("interval_s", ByteReader(value).u16_le());
  return fields;
}

}  // namespace vitalgate::bridge::gatt
