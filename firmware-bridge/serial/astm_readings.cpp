// What an ASTM result means as a reading.
#include <algorithm>
#include <array>
#include <cctype>

#include "agent/core/limits.h"
#include "config/catalogue.h"
#include "firmware-bridge/serial/astm_record.h"
#include "firmware-bridge/unit_text.h"

namespace vitalgate::bridge {
namespace {

namespace metric = config::metric;
namespace unit = config::unit;

std::string upper(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(),
                 [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  return out;
}

bool is_one_of(std::string_view text, std::initializer_list<std::string_view> words) {
  return std::find(words.begin(), words.end(), text) != words.end();
}

// "11125-2"
bool is_loinc(std::string_view code) {
  return code.size() >= 3 && code.size() <= 8 && code[code.size() - 2] == '-' &&
         code.find_first_not_of("0123456789-") == std::string_view::npos;
}

// A glucose by what it was measured in; nobody says, then blood whose draw is not known.
MetricId glucose(const AstmResult& result, const AstmContext& context, bool molar) {
  const std::string specimen = upper(context.specimen);
  if (context.dialect == AstmDialect::contour && result.reference == "P")
    return molar ? metric::kGlucoseCapillaryPlasmaMolar : metric::kGlucoseCapillaryPlasma;
  if (context.dialect == AstmDialect::contour && result.reference == "B")
    return molar ? metric::kGlucoseCapillaryBloodMolar : metric::kGlucoseCapillaryBlood;
  if (is_one_of(specimen, {"P", "PLAS", "PLASMA", "S", "SER", "SERUM"}))
    return molar ? metric::kGlucoseUndeterminedPlasmaMolar : metric::kGlucoseUndeterminedPlasma;
  return molar ? metric::kGlucoseUndeterminedBloodMolar : metric::kGlucoseUndeterminedBlood;
}

// Whether a specimen of that name can be blood or made of it: urine has glucose, too.
bool is_blood(std::string_view specimen) {
  return is_one_of(upper(specimen),
                   {"", "B", "BLD", "BLOOD", "WB", "P", "PLAS", "PLASMA", "S", "SER", "SERUM"});
}

std::optional<MetricId> known(const AstmResult& result, const AstmContext& context, UnitId as) {
  if (is_loinc(result.universal)) {
    const config::Metric* found = config::find_loinc(result.universal, config::ucum(as));
    return found == nullptr ? std::nullopt : std::optional(found->id);
  }
  const std::string code = upper(result.code);
  const bool molar = as == unit::kMillimolePerLitre;
  if (is_one_of(code, {"GLU", "GLUC", "GLUCOSE"}) && is_blood(context.specimen) &&
      (molar || as == unit::kMilligramPerDecilitre))
    return glucose(result, context, molar);
  if (is_one_of(code, {"HBA1C", "A1C"}) && as == unit::kPercent) return metric::kHba1c;
  return std::nullopt;
}

void set_flags(const AstmResult& result, const AstmContext& context, Reading& reading) {
  FlagSet& flags = reading.flags;
  for (const std::string& mark : result.flags) {
    if (mark == "L") flags.set(Flag::abnormal_low);
    if (mark == "H") flags.set(Flag::abnormal_high);
    if (mark == "LL") flags.set(Flag::critical_low);
    if (mark == "HH") flags.set(Flag::critical_high);
    if (mark == "<") flags.set(Flag::below_limit);
    if (mark == ">") flags.set(Flag::above_limit);
    if (context.dialect == AstmDialect::contour && mark == "C") flags.set(Flag::control_solution);
  }
  if (result.comparator.starts_with('<')) flags.set(Flag::below_limit);
  if (result.comparator.starts_with('>')) flags.set(Flag::above_limit);
  if (is_one_of(result.status, {"P", "I", "S"})) flags.set(Flag::preliminary);
  if (result.status == "C") flags.set(Flag::corrected_result);
  if (result.status == "R") flags.set(Flag::repeated_display);
  if (result.status == "W") flags.set(Flag::device_says_questionable);
  if (flags.has(Flag::below_limit) || flags.has(Flag::above_limit) ||
      flags.has(Flag::device_says_questionable))
    reading.quality = Quality::questionable;
  if (context.test || flags.has(Flag::control_solution)) reading.quality = Quality::test;
}

void set_time(const AstmResult& result, Reading& reading) {
  if (result.completed.empty()) return;
  const auto time = parse_astm_time(result.completed);
  if (time && !time->has_time_of_day) return;  // a date alone is no time
  if (time) reading.device_time = from_local(time->time);
  if (!reading.device_time) reading.flags.set(Flag::device_clock_invalid);
}

}  // namespace

Reading to_reading(const AstmResult& result, const AstmContext& context) {
  Reading reading;
  reading.metric = metric::kObservation;
  reading.unit = unit::kNone;
  set_flags(result, context, reading);
  set_time(result, reading);

  const auto as = ucum_from_free_text(result.unit);
  if (result.status == "X") {
    reading.value = Absent::error;  // the test could not be done
  } else if (result.value.empty()) {
    reading.value = Absent::no_signal;
  } else if (result.number && as) {
    reading.value = *result.number;
    reading.unit = *as;
  } else {
    std::string text = result.comparator + result.value;
    if (!result.unit.empty()) text.append(" ").append(result.unit);
    const bool too_long = text.size() > limits::kTextValueBytesMax;
    if (too_long) text.resize(limits::kTextValueBytesMax);
    if (too_long || (result.number && !result.unit.empty()))
      reading.quality = std::max(reading.quality, Quality::questionable);
    reading.value = std::move(text);
  }
  // Text is for "observation" alone: the catalogue's own metrics are numbers.
  if (as && !std::holds_alternative<std::string>(reading.value))
    if (const auto found = known(result, context, *as)) {
      reading.metric = *found;
      if (reading.flags.has(Flag::control_solution))
        reading.metric = *as == unit::kMillimolePerLitre ? metric::kGlucoseControlMolar
                                                         : metric::kGlucoseControl;
      reading.unit = *as;
      return reading;
    }
  const bool loinc = is_loinc(result.universal);
  reading.code = observation_code(loinc ? "LN" : "", loinc ? result.universal : result.code);
  return reading;
}

}  // namespace vitalgate::bridge
