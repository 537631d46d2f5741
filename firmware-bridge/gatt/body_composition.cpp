#include "firmware-bridge/gatt/body_composition.h"

#include "agent/core/byte_reader.h"
#include "firmware-bridge/gatt/describe.h"
#include "firmware-bridge/gatt/row.h"
#include "firmware-bridge/gatt/weight_scale.h"

namespace vitalgate::bridge::gatt {
namespace {

constexpr unsigned kFirstPartBit = 3;
constexpr std::string_view kFeatures[] = {
    "timestamp",     "multiple_users", "basal_metabolism", "muscle_percentage", "muscle_mass",
    "fat_free_mass", "soft_lean_mass", "body_water_mass",  "impedance",         "weight",
    "height"};

enum class Kind : std::uint8_t { whole, tenth, mass, height };

struct Part {
  std::string_view field;
  Kind kind;
  MetricId metric;
  MetricId imperial;
};

// In the order of the bits from kFirstPartBit on.
constexpr std::array<Part, BodyComposition::kParts> kPartTable{{
    {"basal_metabolism_kj", Kind::whole, metric::kBasalMetabolism, metric::kBasalMetabolism},
    {"muscle_pct", Kind::tenth, metric::kMusclePercentage, metric::kMusclePercentage},
    {"muscle_mass", Kind::mass, metric::kMuscleMass, metric::kMuscleMassPound},
    {"fat_free_mass", Kind::mass, metric::kFatFreeMass, metric::kFatFreeMassPound},
    {"soft_lean_mass", Kind::mass, metric::kSoftLeanMass, metric::kSoftLeanMassPound},
    {"body_water_mass", Kind::mass, metric::kBodyWaterMass, metric::kBodyWaterMassPound},
    {"impedance_ohm", Kind::tenth, metric::kBodyImpedance, metric::kBodyImpedance},
    {"weight", Kind::mass, metric::kBodyWeight, metric::kBodyWeightPound},
    {"height", Kind::height, metric::kBodyHeight, metric::kBodyHeightInch},
}};

Decimal number_of(Kind kind, std::uint16_t raw, bool imperial) {
  switch (kind) {
    case Kind::whole:
      return Decimal::of(raw);
    case Kind::tenth:
      return Decimal::of(raw, -1);
    case Kind::mass:
      return mass_of(raw, imperial);
    case Kind::height:
      break;
  }
  return height_of(raw, imperial);
}

}  // namespace

Result<BodyComposition> parse_body_composition(std::span<const std::byte> value) {
  ByteReader in(value);
  BodyComposition measurement;
  const std::uint16_t flags = in.u16_le();
  measurement.imperial = has_bit(flags, 0);
  measurement.body_fat = in.u16_le();
  if (has_bit(flags, 1)) measurement.time = read_date_time(in);
  if (has_bit(flags, 2)) measurement.user = in.u8();
  for (unsigned i = 0; i < BodyComposition::kParts; ++i)
    if (has_bit(flags, kFirstPartBit + i)) measurement.parts[i] = in.u16_le();
  measurement.multiple_packet = has_bit(flags, 12);
  if (!in.ok()) return truncated();
  measurement.bytes = in.offset();
  return measurement;
}

void add_readings(const BodyComposition& measurement, std::vector<Reading>& out) {
  Reading shared = shared_parts(measurement.bytes);
  device_time(measurement.time).put_into(shared);
  if (measurement.multiple_packet) shared.flags.set(Flag::multiple_packet);
  if (measurement.body_fat == kUnsuccessful)
    add_row(out, shared, metric::kBodyFat, Absent::error);
  else
    add_row(out, shared, metric::kBodyFat, to_measured(Decimal::of(measurement.body_fat, -1)));
  for (std::size_t i = 0; i < BodyComposition::kParts; ++i) {
    const Part& part = kPartTable[i];
    const auto& raw = measurement.parts[i];
    if (!raw || (part.kind == Kind::height && *raw == 0)) continue;
    add_row(out, shared, measurement.imperial ? part.imperial : part.metric,
            to_measured(number_of(part.kind, *raw, measurement.imperial)));
  }
  if (measurement.user) add_user_row(out, shared, *measurement.user);
}

Fields to_fields(const BodyComposition& measurement) {
  Fields fields;
  fields.add("unit", measurement.imperial ? "[lb_av]" : "kg");
  if (measurement.body_fat == kUnsuccessful)
    fields.add("body_fat_pct", nullptr).add("measurement_unsuccessful", true);
  else
    fields.add("body_fat_pct", Decimal::of(measurement.body_fat, -1));
  if (measurement.time) add_time(fields, "timestamp", *measurement.time);
  if (measurement.user) fields.add("user_id", *measurement.user);
  if (measurement.user == std::uint8_t{255}) fields.add("user_unknown", true);
  for (std::size_t i = 0; i < BodyComposition::kParts; ++i) {
    const Part& part = kPartTable[i];
    const auto& raw = measurement.parts[i];
    if (!raw) continue;
    if (part.kind == Kind::height)
      add_height(fields, *raw, measurement.imperial);
    else
      fields.add(part.field, number_of(part.kind, *raw, measurement.imperial));
  }
  fields.add("multiple_packet", measurement.multiple_packet);
  return fields;
}

Result<Fields> describe_body_composition_features(std::span<const std::byte> value) {
  if (value.size() != 4) return wrong_length();
  const std::uint32_t features = ByteReader(value).u32_le();
  Fields fields;
  add_bits(fields, "features", "names", features, kFeatures);
  add_resolutions(fields, features, 11, 15);
  return fields;
}

}  // namespace vitalgate::bridge::gatt
