#include "config/catalogue.h"

#include <algorithm>
#include <array>

namespace vitalgate::config {
namespace {

// In the order of the numbers in namespace unit.
constexpr auto kUnits = std::to_array<std::string_view>(
    {"",          "/min",     "%",     "mm[Hg]",  "Cel",    "kPa",     "[degF]",   "ms",
     "s",         "min",      "h",     "kJ",      "kcal",   "kg",      "g",        "mg",
     "[lb_av]",   "m",        "cm",    "[in_i]",  "kg/m2",  "Ohm",     "mg/dL",    "mmol/L",
     "mg/dL/min", "L",        "mL",    "mL/h",    "L/min",  "m/s",     "cm[H2O]",  "{steps}",
     "{records}", "1",        "W",     "10*12/L", "10*9/L", "g/L",     "g/dL",     "mg/L",
     "ug/L",      "ug/dL",    "ng/L",  "ng/mL",   "ng/dL",  "pg/mL",   "umol/L",   "nmol/L",
     "pmol/L",    "mmol/mol", "meq/L", "U/L",     "[iU]/L", "m[iU]/L", "u[iU]/mL", "fL",
     "pg",        "mm/h",     "mV",    "[pH]"});

// In the order of the numbers in namespace metric. The same clinical quantity has one name and
// one LOINC code; the MDC code says how it was measured, and a second entry of the same name
// takes another unit. The second invasive channel is a pressure whose site the monitor does not
// name: MDC_PRESS_BLD, not the arterial line's code.
constexpr auto kMetrics = std::to_array<Metric>({
    {metric::kHeartRateEcg, "heart_rate", "8867-4", 147842, unit::kPerMinute, Decimal::of(10),
     Decimal::of(350)},
    {metric::kPulseRateOximeter, "heart_rate", "8867-4", 149530, unit::kPerMinute, Decimal::of(10),
     Decimal::of(350)},
    {metric::kPulseRateCuff, "heart_rate", "8867-4", 149546, unit::kPerMinute, Decimal::of(10),
     Decimal::of(350)},
    {metric::kSpo2, "spo2", "59408-5", 150456, unit::kPercent, Decimal::of(1), Decimal::of(100)},
    {metric::kRespiratoryRate, "respiratory_rate", "9279-1", 151562, unit::kPerMinute,
     Decimal::of(0), Decimal::of(150)},
    {metric::kEndTidalCo2, "end_tidal_co2", "19889-5", 151708, unit::kMillimetreOfMercury,
     Decimal::of(0), Decimal::of(150)},
    {metric::kCuffSystolic, "blood_pressure_systolic", "8480-6", 150021, unit::kMillimetreOfMercury,
     Decimal::of(30), Decimal::of(300)},
    {metric::kCuffDiastolic, "blood_pressure_diastolic", "8462-4", 150022,
     unit::kMillimetreOfMercury, Decimal::of(10), Decimal::of(250)},
    {metric::kCuffMean, "blood_pressure_mean", "8478-0", 150023, unit::kMillimetreOfMercury,
     Decimal::of(10), Decimal::of(280)},
    {metric::kInvasiveSystolic, "blood_pressure_invasive_systolic", "76215-3", 150037,
     unit::kMillimetreOfMercury, Decimal::of(-40), Decimal::of(350)},
    {metric::kInvasiveDiastolic, "blood_pressure_invasive_diastolic", "76213-8", 150038,
     unit::kMillimetreOfMercury, Decimal::of(-40), Decimal::of(300)},
    {metric::kInvasiveMean, "blood_pressure_invasive_mean", "76214-6", 150039,
     unit::kMillimetreOfMercury, Decimal::of(-40), Decimal::of(320)},
    {metric::kInvasive2Systolic, "blood_pressure_invasive_2_systolic", "76215-3", 150017,
     unit::kMillimetreOfMercury, Decimal::of(-40), Decimal::of(350)},
    {metric::kInvasive2Diastolic, "blood_pressure_invasive_2_diastolic", "76213-8", 150018,
     unit::kMillimetreOfMercury, Decimal::of(-40), Decimal::of(300)},
    {metric::kInvasive2Mean, "blood_pressure_invasive_2_mean", "76214-6", 150019,
     unit::kMillimetreOfMercury, Decimal::of(-40), Decimal::of(320)},
    {metric::kBodyTemperature, "body_temperature", "8310-5", 150364, unit::kDegreeCelsius,
     Decimal::of(20), Decimal::of(47)},
    {metric::kBodyTemperature2, "body_temperature_2", "8310-5", 150364, unit::kDegreeCelsius,
     Decimal::of(20), Decimal::of(47)},
    // heart rate sensors
    {metric::kRrInterval, "rr_interval", "8637-1", 147240, unit::kMillisecond, Decimal::of(100),
     Decimal::of(10000)},
    {metric::kEnergyExpended, "energy_expended", "", 0, unit::kKilojoule, Decimal::of(0),
     Decimal::of(65535)},
    {metric::kBodySensorLocation, "body_sensor_location", "", 0, unit::kNone, Decimal::of(0),
     Decimal::of(0)},
    // cuffs that speak kPa, cuff pressure while it is inflated, users
    {metric::kCuffSystolicKpa, "blood_pressure_systolic", "8480-6", 150021, unit::kKilopascal,
     Decimal::of(4), Decimal::of(40)},
    {metric::kCuffDiastolicKpa, "blood_pressure_diastolic", "8462-4", 150022, unit::kKilopascal,
     Decimal::of(13, -1), Decimal::of(334, -1)},
    {metric::kCuffMeanKpa, "blood_pressure_mean", "8478-0", 150023, unit::kKilopascal,
     Decimal::of(13, -1), Decimal::of(374, -1)},
    {metric::kCuffPressure, "cuff_pressure", "", 150300, unit::kMillimetreOfMercury, Decimal::of(0),
     Decimal::of(330)},
    {metric::kCuffPressureKpa, "cuff_pressure", "", 150300, unit::kKilopascal, Decimal::of(0),
     Decimal::of(44)},
    {metric::kUserIndex, "user_index", "", 0, unit::kOne, Decimal::of(0), Decimal::of(255)},
    // thermometers: the MDC code names the site
    {metric::kTemperatureOral, "body_temperature", "8310-5", 188424, unit::kDegreeCelsius,
     Decimal::of(20), Decimal::of(47)},
    {metric::kTemperatureRectal, "body_temperature", "8310-5", 188420, unit::kDegreeCelsius,
     Decimal::of(20), Decimal::of(47)},
    {metric::kTemperatureEar, "body_temperature", "8310-5", 188428, unit::kDegreeCelsius,
     Decimal::of(20), Decimal::of(47)},
    {metric::kTemperatureTympanic, "body_temperature", "8310-5", 150392, unit::kDegreeCelsius,
     Decimal::of(20), Decimal::of(47)},
    {metric::kTemperatureAxillary, "body_temperature", "8310-5", 188452, unit::kDegreeCelsius,
     Decimal::of(20), Decimal::of(47)},
    {metric::kTemperatureFinger, "body_temperature", "8310-5", 188432, unit::kDegreeCelsius,
     Decimal::of(20), Decimal::of(47)},
    {metric::kTemperatureToe, "body_temperature", "8310-5", 188448, unit::kDegreeCelsius,
     Decimal::of(20), Decimal::of(47)},
    {metric::kTemperatureGastrointestinal, "body_temperature", "8310-5", 188456,
     unit::kDegreeCelsius, Decimal::of(20), Decimal::of(47)},
    {metric::kBodyTemperatureFahrenheit, "body_temperature", "8310-5", 150364,
     unit::kDegreeFahrenheit, Decimal::of(68), Decimal::of(1166, -1)},
    {metric::kTemperatureOralFahrenheit, "body_temperature", "8310-5", 188424,
     unit::kDegreeFahrenheit, Decimal::of(68), Decimal::of(1166, -1)},
    {metric::kTemperatureRectalFahrenheit, "body_temperature", "8310-5", 188420,
     unit::kDegreeFahrenheit, Decimal::of(68), Decimal::of(1166, -1)},
    {metric::kTemperatureEarFahrenheit, "body_temperature", "8310-5", 188428,
     unit::kDegreeFahrenheit, Decimal::of(68), Decimal::of(1166, -1)},
    {metric::kTemperatureTympanicFahrenheit, "body_temperature", "8310-5", 150392,
     unit::kDegreeFahrenheit, Decimal::of(68), Decimal::of(1166, -1)},
    {metric::kTemperatureAxillaryFahrenheit, "body_temperature", "8310-5", 188452,
     unit::kDegreeFahrenheit, Decimal::of(68), Decimal::of(1166, -1)},
    {metric::kTemperatureFingerFahrenheit, "body_temperature", "8310-5", 188432,
     unit::kDegreeFahrenheit, Decimal::of(68), Decimal::of(1166, -1)},
    {metric::kTemperatureToeFahrenheit, "body_temperature", "8310-5", 188448,
     unit::kDegreeFahrenheit, Decimal::of(68), Decimal::of(1166, -1)},
    {metric::kTemperatureGastrointestinalFahrenheit, "body_temperature", "8310-5", 188456,
     unit::kDegreeFahrenheit, Decimal::of(68), Decimal::of(1166, -1)},
    // oximeters
    {metric::kPerfusionIndex, "perfusion_index", "61006-3", 150488, unit::kPercent, Decimal::of(0),
     Decimal::of(200)},
    {metric::kSpo2Fast, "spo2_fast", "59408-5", 150456, unit::kPercent, Decimal::of(1),
     Decimal::of(100)},
    {metric::kSpo2Slow, "spo2_slow", "59408-5", 150456, unit::kPercent, Decimal::of(1),
     Decimal::of(100)},
    {metric::kPulseRateFast, "heart_rate_fast", "8867-4", 149530, unit::kPerMinute, Decimal::of(10),
     Decimal::of(350)},
    {metric::kPulseRateSlow, "heart_rate_slow", "8867-4", 149530, unit::kPerMinute, Decimal::of(10),
     Decimal::of(350)},
    {metric::kSpco, "spco", "", 0, unit::kPercent, Decimal::of(0), Decimal::of(100)},
    {metric::kSpmet, "spmet", "", 0, unit::kPercent, Decimal::of(0), Decimal::of(100)},
    {metric::kPlethVariability, "pleth_variability_index", "", 0, unit::kPercent, Decimal::of(0),
     Decimal::of(100)},
    // glucose: the MDC code names the sample; mass and substance concentration are different LOINC
    // codes
    {metric::kGlucoseCapillaryBlood, "glucose", "41653-7", 160184, unit::kMilligramPerDecilitre,
     Decimal::of(5), Decimal::of(1500)},
    {metric::kGlucoseCapillaryPlasma, "glucose", "41653-7", 160188, unit::kMilligramPerDecilitre,
     Decimal::of(5), Decimal::of(1500)},
    {metric::kGlucoseVenousBlood, "glucose", "2339-0", 160192, unit::kMilligramPerDecilitre,
     Decimal::of(5), Decimal::of(1500)},
    {metric::kGlucoseVenousPlasma, "glucose", "2345-7", 160196, unit::kMilligramPerDecilitre,
     Decimal::of(5), Decimal::of(1500)},
    {metric::kGlucoseArterialBlood, "glucose", "41651-1", 160200, unit::kMilligramPerDecilitre,
     Decimal::of(5), Decimal::of(1500)},
    {metric::kGlucoseArterialPlasma, "glucose", "41651-1", 160204, unit::kMilligramPerDecilitre,
     Decimal::of(5), Decimal::of(1500)},
    {metric::kGlucoseUndeterminedBlood, "glucose", "2339-0", 160364, unit::kMilligramPerDecilitre,
     Decimal::of(5), Decimal::of(1500)},
    {metric::kGlucoseUndeterminedPlasma, "glucose", "2345-7", 160368, unit::kMilligramPerDecilitre,
     Decimal::of(5), Decimal::of(1500)},
    {metric::kGlucoseInterstitialFluid, "glucose", "99504-3", 160212, unit::kMilligramPerDecilitre,
     Decimal::of(5), Decimal::of(1500)},
    {metric::kGlucoseControl, "glucose_control", "", 160208, unit::kMilligramPerDecilitre,
     Decimal::of(0), Decimal::of(1500)},
    {metric::kGlucoseCapillaryBloodMolar, "glucose", "14743-9", 160184, unit::kMillimolePerLitre,
     Decimal::of(28, -2), Decimal::of(833, -1)},
    {metric::kGlucoseCapillaryPlasmaMolar, "glucose", "14743-9", 160188, unit::kMillimolePerLitre,
     Decimal::of(28, -2), Decimal::of(833, -1)},
    {metric::kGlucoseVenousBloodMolar, "glucose", "15074-8", 160192, unit::kMillimolePerLitre,
     Decimal::of(28, -2), Decimal::of(833, -1)},
    {metric::kGlucoseVenousPlasmaMolar, "glucose", "14749-6", 160196, unit::kMillimolePerLitre,
     Decimal::of(28, -2), Decimal::of(833, -1)},
    {metric::kGlucoseArterialBloodMolar, "glucose", "", 160200, unit::kMillimolePerLitre,
     Decimal::of(28, -2), Decimal::of(833, -1)},
    {metric::kGlucoseArterialPlasmaMolar, "glucose", "", 160204, unit::kMillimolePerLitre,
     Decimal::of(28, -2), Decimal::of(833, -1)},
    {metric::kGlucoseUndeterminedBloodMolar, "glucose", "15074-8", 160364, unit::kMillimolePerLitre,
     Decimal::of(28, -2), Decimal::of(833, -1)},
    {metric::kGlucoseUndeterminedPlasmaMolar, "glucose", "14749-6", 160368,
     unit::kMillimolePerLitre, Decimal::of(28, -2), Decimal::of(833, -1)},
    {metric::kGlucoseInterstitialFluidMolar, "glucose", "105272-9", 160212,
     unit::kMillimolePerLitre, Decimal::of(28, -2), Decimal::of(833, -1)},
    {metric::kGlucoseControlMolar, "glucose_control", "", 160208, unit::kMillimolePerLitre,
     Decimal::of(0), Decimal::of(833, -1)},
    {metric::kGlucoseTrend, "glucose_trend", "", 0, unit::kMilligramPerDecilitrePerMinute,
     Decimal::of(-100), Decimal::of(100)},
    {metric::kGlucoseQuality, "glucose_quality", "", 0, unit::kPercent, Decimal::of(0),
     Decimal::of(100)},
    {metric::kGlucoseSampleLocation, "glucose_sample_location", "", 0, unit::kNone, Decimal::of(0),
     Decimal::of(0)},
    {metric::kHba1c, "hba1c", "4548-4", 160220, unit::kPercent, Decimal::of(2), Decimal::of(25)},
    {metric::kCarbohydrateIntake, "carbohydrate_intake", "", 0, unit::kGram, Decimal::of(0),
     Decimal::of(2000)},
    {metric::kCarbohydrateSource, "carbohydrate_source", "", 0, unit::kNone, Decimal::of(0),
     Decimal::of(0)},
    {metric::kMealContext, "meal_context", "", 8417864, unit::kNone, Decimal::of(0),
     Decimal::of(0)},
    {metric::kTester, "tester", "", 0, unit::kNone, Decimal::of(0), Decimal::of(0)},
    {metric::kHealthStatus, "health_status", "", 0, unit::kNone, Decimal::of(0), Decimal::of(0)},
    {metric::kExerciseDuration, "exercise_duration", "", 0, unit::kSecond, Decimal::of(0),
     Decimal::of(65534)},
    {metric::kExerciseIntensity, "exercise_intensity", "", 0, unit::kPercent, Decimal::of(0),
     Decimal::of(100)},
    {metric::kMedication, "medication", "", 0, unit::kNone, Decimal::of(0), Decimal::of(0)},
    {metric::kMedicationMass, "medication_dose", "", 0, unit::kMilligram, Decimal::of(0),
     Decimal::of(100000)},
    {metric::kMedicationVolume, "medication_dose", "", 0, unit::kMillilitre, Decimal::of(0),
     Decimal::of(100000)},
    // scales
    {metric::kBodyWeight, "body_weight", "29463-7", 188736, unit::kKilogram, Decimal::of(3, -1),
     Decimal::of(500)},
    {metric::kBodyWeightPound, "body_weight", "29463-7", 188736, unit::kPound, Decimal::of(6, -1),
     Decimal::of(1103)},
    {metric::kBodyHeight, "body_height", "8302-2", 188740, unit::kMetre, Decimal::of(2, -1),
     Decimal::of(28, -1)},
    {metric::kBodyHeightCentimetre, "body_height", "8302-2", 188740, unit::kCentimetre,
     Decimal::of(20), Decimal::of(280)},
    {metric::kBodyHeightInch, "body_height", "8302-2", 188740, unit::kInch, Decimal::of(8),
     Decimal::of(111)},
    {metric::kBodyMassIndex, "body_mass_index", "39156-5", 188752, unit::kKilogramPerSquareMetre,
     Decimal::of(5), Decimal::of(120)},
    {metric::kBodyFat, "body_fat", "41982-0", 188748, unit::kPercent, Decimal::of(1),
     Decimal::of(80)},
    {metric::kBasalMetabolism, "basal_metabolism", "", 0, unit::kKilojoule, Decimal::of(1),
     Decimal::of(65534)},
    {metric::kMusclePercentage, "muscle_percentage", "", 0, unit::kPercent, Decimal::of(1),
     Decimal::of(99)},
    {metric::kMuscleMass, "muscle_mass", "73964-9", 0, unit::kKilogram, Decimal::of(1, -1),
     Decimal::of(500)},
    {metric::kMuscleMassPound, "muscle_mass", "73964-9", 0, unit::kPound, Decimal::of(2, -1),
     Decimal::of(1103)},
    {metric::kFatFreeMass, "fat_free_mass", "", 188756, unit::kKilogram, Decimal::of(1, -1),
     Decimal::of(500)},
    {metric::kFatFreeMassPound, "fat_free_mass", "", 188756, unit::kPound, Decimal::of(2, -1),
     Decimal::of(1103)},
    {metric::kSoftLeanMass, "soft_lean_mass", "", 188760, unit::kKilogram, Decimal::of(1, -1),
     Decimal::of(500)},
    {metric::kSoftLeanMassPound, "soft_lean_mass", "", 188760, unit::kPound, Decimal::of(2, -1),
     Decimal::of(1103)},
    {metric::kBodyWaterMass, "body_water_mass", "", 188764, unit::kKilogram, Decimal::of(1, -1),
     Decimal::of(500)},
    {metric::kBodyWaterMassPound, "body_water_mass", "", 188764, unit::kPound, Decimal::of(2, -1),
     Decimal::of(1103)},
    {metric::kBodyImpedance, "body_impedance", "", 0, unit::kOhm, Decimal::of(1),
     Decimal::of(6554)},
    // devices themselves
    {metric::kBatteryLevel, "battery_level", "", 67996, unit::kPercent, Decimal::of(0),
     Decimal::of(100)},
    {metric::kRecordsLost, "records_lost", "", 0, unit::kRecords, Decimal::of(1),
     Decimal::of(4294967295)},
    {metric::kRecordsLostRange, "records_lost_range", "", 0, unit::kNone, Decimal::of(0),
     Decimal::of(0)},
    // activity
    {metric::kSteps, "steps", "55423-8", 0, unit::kSteps, Decimal::of(0), Decimal::of(1000000)},
    {metric::kDistance, "distance", "", 0, unit::kMetre, Decimal::of(0), Decimal::of(10000000)},
    {metric::kSpeed, "speed", "", 0, unit::kMetrePerSecond, Decimal::of(0), Decimal::of(100)},
    {metric::kActivityDuration, "activity_duration", "", 0, unit::kSecond, Decimal::of(0),
     Decimal::of(4294967295)},
    // ventilators, pumps and rooms, by register map or line pattern
    {metric::kTidalVolume, "tidal_volume", "", 0, unit::kMillilitre, Decimal::of(0),
     Decimal::of(5000)},
    {metric::kMinuteVolume, "minute_volume", "", 0, unit::kLitrePerMinute, Decimal::of(0),
     Decimal::of(100)},
    {metric::kAirwayPressure, "airway_pressure", "", 0, unit::kCentimetreOfWater, Decimal::of(-50),
     Decimal::of(150)},
    {metric::kInspiredOxygen, "fio2", "", 0, unit::kPercent, Decimal::of(0), Decimal::of(100)},
    {metric::kInfusionRate, "infusion_rate", "", 0, unit::kMillilitrePerHour, Decimal::of(0),
     Decimal::of(5000)},
    {metric::kInfusedVolume, "infused_volume", "", 0, unit::kMillilitre, Decimal::of(0),
     Decimal::of(100000)},
    {metric::kRoomTemperature, "room_temperature", "", 0, unit::kDegreeCelsius, Decimal::of(-90),
     Decimal::of(80)},
    {metric::kRoomHumidity, "room_humidity", "", 0, unit::kPercent, Decimal::of(0),
     Decimal::of(100)},
    // what a message names by its own code; any unit of this catalogue
    {metric::kObservation, "observation", "", 0, unit::kNone, Decimal::of(0), Decimal::of(0)},
});

constexpr bool is_in_order() {
  for (std::size_t i = 0; i < kMetrics.size(); ++i)
    if (static_cast<std::size_t>(kMetrics[i].id) != i) return false;
  return true;
}
static_assert(is_in_order());

template <class Wanted>
const Metric* first(Wanted wanted) {
  const auto found = std::find_if(kMetrics.begin(), kMetrics.end(), wanted);
  return found == kMetrics.end() ? nullptr : &*found;
}

}  // namespace

std::string_view ucum(UnitId unit) {
  const auto position = static_cast<std::size_t>(unit);
  return position < kUnits.size() ? kUnits[position] : std::string_view{};
}

std::span<const Metric> metrics() { return kMetrics; }

const Metric* find(MetricId id) {
  const auto position = static_cast<std::size_t>(id);
  return position < kMetrics.size() ? &kMetrics[position] : nullptr;
}

const Metric* find(std::string_view name, std::string_view ucum_unit) {
  return first([&](const Metric& metric) {
    return metric.name == name && (ucum_unit.empty() || ucum(metric.unit) == ucum_unit);
  });
}

const Metric* find_loinc(std::string_view loinc, std::string_view ucum_unit) {
  if (loinc.empty()) return nullptr;
  return first([&](const Metric& metric) {
    return metric.loinc == loinc && ucum(metric.unit) == ucum_unit;
  });
}

const Metric* find_mdc(std::uint32_t mdc, UnitId unit) {
  if (mdc == 0) return nullptr;
  return first([&](const Metric& metric) { return metric.mdc == mdc && metric.unit == unit; });
}

std::optional<UnitId> unit_from(std::string_view ucum_code) {
  const auto found = std::find(kUnits.begin(), kUnits.end(), ucum_code);
  if (ucum_code.empty() || found == kUnits.end()) return std::nullopt;
  return UnitId{static_cast<std::uint16_t>(found - kUnits.begin())};
}

}  // namespace vitalgate::config
