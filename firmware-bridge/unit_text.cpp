#include "firmware-bridge/unit_text.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <span>

#include "agent/core/text.h"
#include "config/catalogue.h"

namespace vitalgate::bridge {
namespace {

namespace unit = config::unit;

constexpr std::size_t kUnitTextMax = 32;
constexpr std::size_t kCodeMax = 64;

struct Spelling {
  std::string_view text;  // lower case, without blanks
  UnitId unit;
};

// Beside the UCUM codes of the catalogue, which are known by themselves. UCUM tells mg from Mg;
// nobody here means megagrams. "m/s" and "ms" are the catalogue's own.
constexpr auto kSpellings = std::to_array<Spelling>({
    {"bpm", unit::kPerMinute},
    {"1/min", unit::kPerMinute},
    {"min-1", unit::kPerMinute},
    {"beats/min", unit::kPerMinute},
    {"{beat}/min", unit::kPerMinute},
    {"{beats}/min", unit::kPerMinute},
    {"beats/minute", unit::kPerMinute},
    {"breaths/min", unit::kPerMinute},
    {"{breath}/min", unit::kPerMinute},
    {"{breaths}/min", unit::kPerMinute},
    {"rpm", unit::kPerMinute},
    {"brpm", unit::kPerMinute},
    {"/minute", unit::kPerMinute},
    {"percent", unit::kPercent},
    {"pct", unit::kPercent},
    {"%{hb}", unit::kPercent},
    {"mmhg", unit::kMillimetreOfMercury},
    {"mm(hg)", unit::kMillimetreOfMercury},
    {"c", unit::kDegreeCelsius},
    {"degc", unit::kDegreeCelsius},
    {"deg.c", unit::kDegreeCelsius},
    {"\xC2\xB0"
     "c",
     unit::kDegreeCelsius},
    {"\xB0"
     "c",
     unit::kDegreeCelsius},
    {"celsius", unit::kDegreeCelsius},
    {"f", unit::kDegreeFahrenheit},
    {"degf", unit::kDegreeFahrenheit},
    {"deg.f", unit::kDegreeFahrenheit},
    {"\xC2\xB0"
     "f",
     unit::kDegreeFahrenheit},
    {"\xB0"
     "f",
     unit::kDegreeFahrenheit},
    {"fahrenheit", unit::kDegreeFahrenheit},
    {"msec", unit::kMillisecond},
    {"sec", unit::kSecond},
    {"minutes", unit::kMinute},
    {"hr", unit::kHour},
    {"kgs", unit::kKilogram},
    {"gram", unit::kGram},
    {"grams", unit::kGram},
    {"lb", unit::kPound},
    {"lbs", unit::kPound},
    {"in", unit::kInch},
    {"inch", unit::kInch},
    {"inches", unit::kInch},
    {"kg/m^2", unit::kKilogramPerSquareMetre},
    {"kg.m-2", unit::kKilogramPerSquareMetre},
    {"ohms", unit::kOhm},
    {"mg/100ml", unit::kMilligramPerDecilitre},
    {"mg.dl-1", unit::kMilligramPerDecilitre},
    {"mmol.l-1", unit::kMillimolePerLitre},
    {"liter", unit::kLitre},
    {"litre", unit::kLitre},
    {"ml/hr", unit::kMillilitrePerHour},
    {"lpm", unit::kLitrePerMinute},
    {"cmh2o", unit::kCentimetreOfWater},
    {"cm(h2o)", unit::kCentimetreOfWater},
    {"steps", unit::kSteps},
    {"watt", unit::kWatt},
    {"watts", unit::kWatt},
    {"tera.l-1", unit::kTeraPerLitre},
    {"tera/l", unit::kTeraPerLitre},
    {"t/l", unit::kTeraPerLitre},
    {"10^12/l", unit::kTeraPerLitre},
    {"10e12/l", unit::kTeraPerLitre},
    {"10*12.l-1", unit::kTeraPerLitre},
    {"x10*12/l", unit::kTeraPerLitre},
    {"x10^12/l", unit::kTeraPerLitre},
    {"x10e12/l", unit::kTeraPerLitre},
    {"10*6/ul", unit::kTeraPerLitre},
    {"10^6/ul", unit::kTeraPerLitre},
    {"10e6/ul", unit::kTeraPerLitre},
    {"x10*6/ul", unit::kTeraPerLitre},
    {"x10^6/ul", unit::kTeraPerLitre},
    {"m/ul", unit::kTeraPerLitre},
    {"mil/ul", unit::kTeraPerLitre},
    {"giga.l-1", unit::kGigaPerLitre},
    {"giga/l", unit::kGigaPerLitre},
    {"g.l-1", unit::kGramPerLitre},
    {"10^9/l", unit::kGigaPerLitre},
    {"10e9/l", unit::kGigaPerLitre},
    {"10*9.l-1", unit::kGigaPerLitre},
    {"x10*9/l", unit::kGigaPerLitre},
    {"x10^9/l", unit::kGigaPerLitre},
    {"x10e9/l", unit::kGigaPerLitre},
    {"10*3/ul", unit::kGigaPerLitre},
    {"10^3/ul", unit::kGigaPerLitre},
    {"10e3/ul", unit::kGigaPerLitre},
    {"x10*3/ul", unit::kGigaPerLitre},
    {"x10^3/ul", unit::kGigaPerLitre},
    {"k/ul", unit::kGigaPerLitre},
    {"thou/ul", unit::kGigaPerLitre},
    {"th/ul", unit::kGigaPerLitre},
    {"10*3/mm3", unit::kGigaPerLitre},
    {"10^3/mm3", unit::kGigaPerLitre},
    {"k/mm3", unit::kGigaPerLitre},
    {"g.dl-1", unit::kGramPerDecilitre},
    {"g/100ml", unit::kGramPerDecilitre},
    {"gm/dl", unit::kGramPerDecilitre},
    {"mg.l-1", unit::kMilligramPerLitre},
    {"mcg/l", unit::kMicrogramPerLitre},
    {"\xC2\xB5g/l", unit::kMicrogramPerLitre},
    {"\xB5g/l", unit::kMicrogramPerLitre},
    {"ug.l-1", unit::kMicrogramPerLitre},
    {"mcg/dl", unit::kMicrogramPerDecilitre},
    {"\xC2\xB5g/dl", unit::kMicrogramPerDecilitre},
    {"\xB5g/dl", unit::kMicrogramPerDecilitre},
    {"mcmol/l", unit::kMicromolePerLitre},
    {"\xC2\xB5mol/l", unit::kMicromolePerLitre},
    {"\xB5mol/l", unit::kMicromolePerLitre},
    {"umol.l-1", unit::kMicromolePerLitre},
    {"nmol.l-1", unit::kNanomolePerLitre},
    {"pmol.l-1", unit::kPicomolePerLitre},
    {"mmol.mol-1", unit::kMillimolePerMole},
    {"meq.l-1", unit::kMilliequivalentPerLitre},
    {"meq/liter", unit::kMilliequivalentPerLitre},
    {"u.l-1", unit::kUnitPerLitre},
    {"units/l", unit::kUnitPerLitre},
    {"iu/l", unit::kInternationalUnitPerLitre},
    {"ui/l", unit::kInternationalUnitPerLitre},
    {"ui.l-1", unit::kInternationalUnitPerLitre},
    {"iu.l-1", unit::kInternationalUnitPerLitre},
    {"miu/l", unit::kMilliInternationalUnitPerLitre},
    {"mui/l", unit::kMilliInternationalUnitPerLitre},
    {"miu.l-1", unit::kMilliInternationalUnitPerLitre},
    {"uiu/ml", unit::kMicroInternationalUnitPerMillilitre},
    {"\xC2\xB5iu/ml", unit::kMicroInternationalUnitPerMillilitre},
    {"mciu/ml", unit::kMicroInternationalUnitPerMillilitre},
    {"femtoliter", unit::kFemtolitre},
    {"mm/hr", unit::kMillimetrePerHour},
    {"mm.h-1", unit::kMillimetrePerHour},
    {"ph", unit::kPh},
});

char lower(char c) { return static_cast<char>(std::tolower(static_cast<unsigned char>(c))); }

bool same_but_for_case(std::string_view lowered, std::string_view text) {
  return std::equal(lowered.begin(), lowered.end(), text.begin(), text.end(),
                    [](char a, char b) { return a == lower(b); });
}

bool is_code_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
         c == '_' || c == '-';
}

// What HL7 and ASTM call a code of their own: L, 99ABC.
bool is_local(std::string_view system) {
  return system.empty() || system == "l" || system.starts_with("99");
}

}  // namespace

std::optional<UnitId> ucum_from_free_text(std::string_view text) {
  if (const auto exact = config::unit_from(trim(text))) return exact;
  // Leucocytes come in G/L, giga a litre; haemoglobin in g/L, and in capitals like everything else.
  if (trim(text) == "G/L" || trim(text) == "G/l") return std::nullopt;
  std::string lowered;
  for (const char c : text) {
    if (c == ' ' || c == '\t') continue;
    if (lowered.size() == kUnitTextMax) return std::nullopt;
    lowered += lower(c);
  }
  for (const Spelling& known : kSpellings)
    if (known.text == lowered) return known.unit;
  for (std::uint16_t i = 1; !config::ucum(UnitId{i}).empty(); ++i)
    if (same_but_for_case(lowered, config::ucum(UnitId{i}))) return UnitId{i};
  return std::nullopt;
}

std::string observation_code(std::string_view system, std::string_view code) {
  std::string name;
  for (const char c : trim(system).substr(0, kCodeMax / 2))
    name += is_code_character(c) ? lower(c) : '_';
  if (is_local(name)) name = "local";
  if (name == "ln" || name == "lnc") name = "loinc";
  name += ':';
  for (const char c : trim(code)) {
    if (name.size() == kCodeMax) break;
    name += is_code_character(c) ? c : '_';
  }
  return name;
}

}  // namespace vitalgate::bridge
