#include "firmware-bridge/gatt/glucose_context.h"

#include <string>

#include "agent/core/byte_reader.h"
#include "firmware-bridge/gatt/describe.h"
#include "firmware-bridge/gatt/row.h"

namespace vitalgate::bridge::gatt {
namespace {

constexpr std::uint16_t kExerciseOverrun = 65535;
constexpr int kKiloToOne = 3;
constexpr int kKiloToMilli = 6;
constexpr int kOneToMilli = 3;

constexpr std::string_view kCarbohydrates[] = {"",      "breakfast", "lunch",  "dinner",
                                               "snack", "drink",     "supper", "brunch"};
constexpr std::string_view kMeals[] = {"",        "preprandial", "postprandial",
                                       "fasting", "casual",      "bedtime"};
constexpr std::string_view kTesters[] = {"",
                                         "self",
                                         "health_care_professional",
                                         "lab_test",
                                         "",
                                         "",
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
constexpr std::string_view kHealth[] = {"",
                                        "minor_health_issues",
                                        "major_health_issues",
                                        "during_menses",
                                        "under_stress",
                                        "no_health_issues",
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
constexpr std::string_view kMedications[] = {"",
                                             "rapid_acting_insulin",
                                             "short_acting_insulin",
                                             "intermediate_acting_insulin",
                                             "long_acting_insulin",
                                             "pre_mixed_insulin"};

std::uint8_t low_nibble(std::uint8_t byte) { return byte & 0x0F; }
std::uint8_t high_nibble(std::uint8_t byte) { return static_cast<std::uint8_t>(byte >> 4U); }

std::string text_of(std::uint8_t code, Names names) { return std::string(name_of(code, names)); }

}  // namespace

Result<GlucoseContext> parse_glucose_context(std::span<const std::byte> value) {
  ByteReader in(value);
  GlucoseContext context;
  const std::uint8_t flags = in.u8();
  context.sequence = in.u16_le();
  if (has_bit(flags, 7)) context.extended_flags = in.u8();
  const auto read_amount = [&in] {
    GlucoseContext::Amount amount;
    amount.id = in.u8();
    amount.amount = sfloat(in.u16_le());
    return amount;
  };
  if (has_bit(flags, 0)) context.carbohydrate = read_amount();
  if (has_bit(flags, 1)) context.meal = in.u8();
  if (has_bit(flags, 2)) context.tester_health = in.u8();
  if (has_bit(flags, 3)) {
    GlucoseContext::Exercise exercise;
    exercise.seconds = in.u16_le();
    exercise.percent = in.u8();
    context.exercise = exercise;
  }
  if (has_bit(flags, 4)) context.medication = read_amount();
  context.medication_in_litres = has_bit(flags, 5);
  if (has_bit(flags, 6)) context.hba1c = sfloat(in.u16_le());
  if (!in.ok()) return truncated();
  context.bytes = in.offset();
  return context;
}

void add_readings(const GlucoseContext& context, std::optional<WallTime> time,
                  std::vector<Reading>& out) {
  Reading shared = shared_parts(context.bytes);
  shared.device_time = time;
  if (context.carbohydrate) {
    add_row(out, shared, metric::kCarbohydrateIntake,
            to_value(shifted(context.carbohydrate->amount, kKiloToOne)));
    add_row(out, shared, metric::kCarbohydrateSource,
            text_of(context.carbohydrate->id, kCarbohydrates));
  }
  if (context.meal) add_row(out, shared, metric::kMealContext, text_of(*context.meal, kMeals));
  if (context.tester_health) {
    const std::uint8_t both = *context.tester_health;
    add_row(out, shared, metric::kTester, text_of(low_nibble(both), kTesters));
    add_row(out, shared, metric::kHealthStatus, text_of(high_nibble(both), kHealth));
  }
  if (context.exercise) {
    std::optional<Absent> absent;
    if (context.exercise->seconds == kExerciseOverrun) absent = Absent::positive_infinity;
    add_row(out, shared, metric::kExerciseDuration,
            number_or(Decimal::of(context.exercise->seconds), absent));
    add_row(out, shared, metric::kExerciseIntensity, Decimal::of(context.exercise->percent));
  }
  if (context.medication) {
    const bool litres = context.medication_in_litres;
    add_row(out, shared, litres ? metric::kMedicationVolume : metric::kMedicationMass,
            to_value(shifted(context.medication->amount, litres ? kOneToMilli : kKiloToMilli)));
    add_row(out, shared, metric::kMedication, text_of(context.medication->id, kMedications));
  }
  if (context.hba1c) add_row(out, shared, metric::kHba1c, to_measured(*context.hba1c));
}

Fields to_fields(const GlucoseContext& context) {
  Fields fields;
  fields.add("sequence", context.sequence);
  if (context.extended_flags) fields.add("extended_flags", *context.extended_flags);
  if (context.carbohydrate) {
    fields.add("carbohydrate_id", context.carbohydrate->id);
    add_number(fields, "carbohydrate_kg", context.carbohydrate->amount);
  }
  if (context.meal) fields.add("meal", *context.meal);
  if (context.tester_health)
    fields.add("tester", low_nibble(*context.tester_health))
        .add("health", high_nibble(*context.tester_health));
  if (context.exercise)
    fields.add("exercise_duration_s", context.exercise->seconds)
        .add("exercise_intensity_pct", context.exercise->percent);
  if (context.medication) {
    fields.add("medication_id", context.medication->id);
    add_number(fields, "medication", context.medication->amount);
    fields.add("medication_unit", context.medication_in_litres ? "L" : "kg");
  }
  if (context.hba1c) add_number(fields, "hba1c_pct", *context.hba1c);
  return fields;
}

}  // namespace vitalgate::bridge::gatt
