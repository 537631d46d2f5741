#include "firmware-bridge/gatt/weight_scale.h"

#include "agent/core/byte_reader.h"
#include "firmware-bridge/gatt/describe.h"
#include "firmware-bridge/gatt/row.h"

namespace vitalgate::bridge::gatt {
namespace {

constexpr std::uint8_t kNobodyKnown = 255;
constexpr std::string_view kFeatures[] = {"timestamp", "multiple_users", "bmi"};

struct Resolution {
  Decimal metric;
  Decimal imperial;
};

// In the order of the codes; 0 says nothing.
constexpr Resolution kMass[] = {{},
                                {Decimal::of(5, -1), Decimal::of(1)},
                                {Decimal::of(2, -1), Decimal::of(5, -1)},
                                {Decimal::of(1, -1), Decimal::of(2, -1)},
                                {Decimal::of(5, -2), Decimal::of(1, -1)},
                                {Decimal::of(2, -2), Decimal::of(5, -2)},
                                {Decimal::of(1, -2), Decimal::of(2, -2)},
                                {Decimal::of(5, -3), Decimal::of(1, -2)}};
constexpr Resolution kHeight[] = {{},
                                  {Decimal::of(1, -2), Decimal::of(1)},
                                  {Decimal::of(5, -3), Decimal::of(5, -1)},
                                  {Decimal::of(1, -3), Decimal::of(1, -1)}};

void add_resolution(Fields& fields, std::string_view prefix, std::uint32_t code,
                    std::span<const Resolution> known, std::string_view metric_unit,
                    std::string_view imperial_unit) {
  const auto name = [&prefix](std::string_view unit) {
    std::string text(prefix);
    text.append("_resolution_").append(unit);
    return text;
  };
  fields.add(name("code"), code);
  if (code == 0 || code >= known.size()) return;
  fields.add(name(metric_unit), known[code].metric).add(name(imperial_unit), known[code].imperial);
}

}  // namespace

Decimal mass_of(std::uint16_t raw, bool imperial) {
  return imperial ? Decimal::of(raw, -2) : Decimal::of(std::int64_t{raw} * 5, -3);
}

Decimal height_of(std::uint16_t raw, bool imperial) { return Decimal::of(raw, imperial ? -1 : -3); }

void add_height(Fields& fields, std::uint16_t raw, bool imperial) {
  fields.add("height", height_of(raw, imperial)).add("height_unit", imperial ? "[in_i]" : "m");
}

void add_resolutions(Fields& fields, std::uint32_t features, unsigned mass_bit,
                     unsigned height_bit) {
  add_resolution(fields, "weight", features >> mass_bit & 15U, kMass, "kg", "lb");
  add_resolution(fields, "height", features >> height_bit & 7U, kHeight, "m", "in");
}

Result<Weight> parse_weight(std::span<const std::byte> value) {
  ByteReader in(value);
  Weight measurement;
  const std::uint8_t flags = in.u8();
  measurement.imperial = has_bit(flags, 0);
  measurement.raw = in.u16_le();
  if (has_bit(flags, 1)) measurement.time = read_date_time(in);
  if (has_bit(flags, 2)) measurement.user = in.u8();
  if (has_bit(flags, 3)) {
    measurement.bmi = in.u16_le();
    measurement.height = in.u16_le();
  }
  if (!in.ok()) return truncated();
  measurement.bytes = in.offset();
  return measurement;
}

void add_readings(const Weight& measurement, std::vector<Reading>& out) {
  Reading shared = shared_parts(measurement.bytes);
  device_time(measurement.time).put_into(shared);
  const bool imperial = measurement.imperial;
  std::optional<Absent> absent;
  if (measurement.raw == 0) absent = Absent::no_signal;
  if (measurement.raw == kUnsuccessful) absent = Absent::error;
  add_row(out, shared, imperial ? metric::kBodyWeightPound : metric::kBodyWeight,
          number_or(mass_of(measurement.raw, imperial), absent));
  if (measurement.bmi.value_or(0) != 0)
    add_row(out, shared, metric::kBodyMassIndex, Decimal::of(*measurement.bmi, -1));
  if (measurement.height.value_or(0) != 0)
    add_row(out, shared, imperial ? metric::kBodyHeightInch : metric::kBodyHeight,
            height_of(*measurement.height, imperial));
  if (measurement.user) add_user_row(out, shared, *measurement.user);
}

Fields to_fields(const Weight& measurement) {
  Fields fields;
  const bool imperial = measurement.imperial;
  fields.add("unit", imperial ? "[lb_av]" : "kg");
  if (measurement.raw == kUnsuccessful)
    fields.add("weight", nullptr).add("measurement_unsuccessful", true);
  else
    fields.add("weight", mass_of(measurement.raw, imperial));
  if (measurement.time) add_time(fields, "timestamp", *measurement.time);
  if (measurement.user) fields.add("user_id", *measurement.user);
  if (measurement.user == kNobodyKnown) fields.add("user_unknown", true);
  if (measurement.bmi) fields.add("bmi", Decimal::of(*measurement.bmi, -1));
  if (measurement.height) add_height(fields, *measurement.height, imperial);
  return fields;
}

Result<Fields> describe_weight_features(std::span<const std::byte> value) {
  if (value.size() != 4) return wrong_length();
  const std::uint32_t features = ByteReader(value).u32_le();
  Fields fields;
  add_bits(fields, "features", "names", features, kFeatures);
  add_resolutions(fields, features, 3, 7);
  return fields;
}

}  // namespace vitalgate::bridge::gatt
