// The metric catalogue: what a reading can be, with its codes, units and hard range.
//
// Codes and units: LOINC, ISO/IEEE 11073-10101 and UCUM. Ranges are what a living patient and a
// working device can give; outside of them a value is held back (quarantine). They are no
// clinical alarm limits. A MetricId is a position in this table inside one build; what is stored
// and uploaded are the names.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "agent/core/decimal.h"
#include "agent/core/reading.h"

namespace vitalgate::config {

namespace unit {
inline constexpr UnitId kNone{0};
inline constexpr UnitId kPerMinute{1};
inline constexpr UnitId kPercent{2};
inline constexpr UnitId kMillimetreOfMercury{3};
inline constexpr UnitId kDegreeCelsius{4};
inline constexpr UnitId kKilopascal{5};
inline constexpr UnitId kDegreeFahrenheit{6};
inline constexpr UnitId kMillisecond{7};
inline constexpr UnitId kSecond{8};
inline constexpr UnitId kMinute{9};
inline constexpr UnitId kHour{10};
inline constexpr UnitId kKilojoule{11};
inline constexpr UnitId kKilocalorie{12};
inline constexpr UnitId kKilogram{13};
inline constexpr UnitId kGram{14};
inline constexpr UnitId kMilligram{15};
inline constexpr UnitId kPound{16};
inline constexpr UnitId kMetre{17};
inline constexpr UnitId kCentimetre{18};
inline constexpr UnitId kInch{19};
inline constexpr UnitId kKilogramPerSquareMetre{20};
inline constexpr UnitId kOhm{21};
inline constexpr UnitId kMilligramPerDecilitre{22};
inline constexpr UnitId kMillimolePerLitre{23};
inline constexpr UnitId kMilligramPerDecilitrePerMinute{24};
inline constexpr UnitId kLitre{25};
inline constexpr UnitId kMillilitre{26};
inline constexpr UnitId kMillilitrePerHour{27};
inline constexpr UnitId kLitrePerMinute{28};
inline constexpr UnitId kMetrePerSecond{29};
inline constexpr UnitId kCentimetreOfWater{30};
inline constexpr UnitId kSteps{31};
inline constexpr UnitId kRecords{32};
inline constexpr UnitId kOne{33};
inline constexpr UnitId kWatt{34};
inline constexpr UnitId kTeraPerLitre{35};
inline constexpr UnitId kGigaPerLitre{36};
inline constexpr UnitId kGramPerLitre{37};
inline constexpr UnitId kGramPerDecilitre{38};
inline constexpr UnitId kMilligramPerLitre{39};
inline constexpr UnitId kMicrogramPerLitre{40};
inline constexpr UnitId kMicrogramPerDecilitre{41};
inline constexpr UnitId kNanogramPerLitre{42};
inline constexpr UnitId kNanogramPerMillilitre{43};
inline constexpr UnitId kNanogramPerDecilitre{44};
inline constexpr UnitId kPicogramPerMillilitre{45};
inline constexpr UnitId kMicromolePerLitre{46};
inline constexpr UnitId kNanomolePerLitre{47};
inline constexpr UnitId kPicomolePerLitre{48};
inline constexpr UnitId kMillimolePerMole{49};
inline constexpr UnitId kMilliequivalentPerLitre{50};
inline constexpr UnitId kUnitPerLitre{51};
inline constexpr UnitId kInternationalUnitPerLitre{52};
inline constexpr UnitId kMilliInternationalUnitPerLitre{53};
inline constexpr UnitId kMicroInternationalUnitPerMillilitre{54};
inline constexpr UnitId kFemtolitre{55};
inline constexpr UnitId kPicogram{56};
inline constexpr UnitId kMillimetrePerHour{57};
inline constexpr UnitId kMillivolt{58};
inline constexpr UnitId kPh{59};
}  // namespace unit

// UCUM code of a unit; empty for kNone and for a number that is no unit.
std::string_view ucum(UnitId unit);

namespace metric {
inline constexpr MetricId kHeartRateEcg{0};
inline constexpr MetricId kPulseRateOximeter{1};
inline constexpr MetricId kPulseRateCuff{2};
inline constexpr MetricId kSpo2{3};
inline constexpr MetricId kRespiratoryRate{4};
inline constexpr MetricId kEndTidalCo2{5};
inline constexpr MetricId kCuffSystolic{6};
inline constexpr MetricId kCuffDiastolic{7};
inline constexpr MetricId kCuffMean{8};
inline constexpr MetricId kInvasiveSystolic{9};
inline constexpr MetricId kInvasiveDiastolic{10};
inline constexpr MetricId kInvasiveMean{11};
inline constexpr MetricId kInvasive2Systolic{12};
inline constexpr MetricId kInvasive2Diastolic{13};
inline constexpr MetricId kInvasive2Mean{14};
inline constexpr MetricId kBodyTemperature{15};
inline constexpr MetricId kBodyTemperature2{16};
// heart rate sensors
inline constexpr MetricId kRrInterval{17};
inline constexpr MetricId kEnergyExpended{18};
inline constexpr MetricId kBodySensorLocation{19};
// cuffs that speak kPa, cuff pressure while it is inflated, users
inline constexpr MetricId kCuffSystolicKpa{20};
inline constexpr MetricId kCuffDiastolicKpa{21};
inline constexpr MetricId kCuffMeanKpa{22};
inline constexpr MetricId kCuffPressure{23};
inline constexpr MetricId kCuffPressureKpa{24};
inline constexpr MetricId kUserIndex{25};
// thermometers: the MDC code names the site
inline constexpr MetricId kTemperatureOral{26};
inline constexpr MetricId kTemperatureRectal{27};
inline constexpr MetricId kTemperatureEar{28};
inline constexpr MetricId kTemperatureTympanic{29};
inline constexpr MetricId kTemperatureAxillary{30};
inline constexpr MetricId kTemperatureFinger{31};
inline constexpr MetricId kTemperatureToe{32};
inline constexpr MetricId kTemperatureGastrointestinal{33};
inline constexpr MetricId kBodyTemperatureFahrenheit{34};
inline constexpr MetricId kTemperatureOralFahrenheit{35};
inline constexpr MetricId kTemperatureRectalFahrenheit{36};
inline constexpr MetricId kTemperatureEarFahrenheit{37};
inline constexpr MetricId kTemperatureTympanicFahrenheit{38};
inline constexpr MetricId kTemperatureAxillaryFahrenheit{39};
inline constexpr MetricId kTemperatureFingerFahrenheit{40};
inline constexpr MetricId kTemperatureToeFahrenheit{41};
inline constexpr MetricId kTemperatureGastrointestinalFahrenheit{42};
// oximeters
inline constexpr MetricId kPerfusionIndex{43};
inline constexpr MetricId kSpo2Fast{44};
inline constexpr MetricId kSpo2Slow{45};
inline constexpr MetricId kPulseRateFast{46};
inline constexpr MetricId kPulseRateSlow{47};
inline constexpr MetricId kSpco{48};
inline constexpr MetricId kSpmet{49};
inline constexpr MetricId kPlethVariability{50};
// glucose: the MDC code names the sample; mass and substance concentration are different LOINC
// codes
inline constexpr MetricId kGlucoseCapillaryBlood{51};
inline constexpr MetricId kGlucoseCapillaryPlasma{52};
inline constexpr MetricId kGlucoseVenousBlood{53};
inline constexpr MetricId kGlucoseVenousPlasma{54};
inline constexpr MetricId kGlucoseArterialBlood{55};
inline constexpr MetricId kGlucoseArterialPlasma{56};
inline constexpr MetricId kGlucoseUndeterminedBlood{57};
inline constexpr MetricId kGlucoseUndeterminedPlasma{58};
inline constexpr MetricId kGlucoseInterstitialFluid{59};
inline constexpr MetricId kGlucoseControl{60};
inline constexpr MetricId kGlucoseCapillaryBloodMolar{61};
inline constexpr MetricId kGlucoseCapillaryPlasmaMolar{62};
inline constexpr MetricId kGlucoseVenousBloodMolar{63};
inline constexpr MetricId kGlucoseVenousPlasmaMolar{64};
inline constexpr MetricId kGlucoseArterialBloodMolar{65};
inline constexpr MetricId kGlucoseArterialPlasmaMolar{66};
inline constexpr MetricId kGlucoseUndeterminedBloodMolar{67};
inline constexpr MetricId kGlucoseUndeterminedPlasmaMolar{68};
inline constexpr MetricId kGlucoseInterstitialFluidMolar{69};
inline constexpr MetricId kGlucoseControlMolar{70};
inline constexpr MetricId kGlucoseTrend{71};
inline constexpr MetricId kGlucoseQuality{72};
inline constexpr MetricId kGlucoseSampleLocation{73};
inline constexpr MetricId kHba1c{74};
inline constexpr MetricId kCarbohydrateIntake{75};
inline constexpr MetricId kCarbohydrateSource{76};
inline constexpr MetricId kMealContext{77};
inline constexpr MetricId kTester{78};
inline constexpr MetricId kHealthStatus{79};
inline constexpr MetricId kExerciseDuration{80};
inline constexpr MetricId kExerciseIntensity{81};
inline constexpr MetricId kMedication{82};
inline constexpr MetricId kMedicationMass{83};
inline constexpr MetricId kMedicationVolume{84};
// scales
inline constexpr MetricId kBodyWeight{85};
inline constexpr MetricId kBodyWeightPound{86};
inline constexpr MetricId kBodyHeight{87};
inline constexpr MetricId kBodyHeightCentimetre{88};
inline constexpr MetricId kBodyHeightInch{89};
inline constexpr MetricId kBodyMassIndex{90};
inline constexpr MetricId kBodyFat{91};
inline constexpr MetricId kBasalMetabolism{92};
inline constexpr MetricId kMusclePercentage{93};
inline constexpr MetricId kMuscleMass{94};
inline constexpr MetricId kMuscleMassPound{95};
inline constexpr MetricId kFatFreeMass{96};
inline constexpr MetricId kFatFreeMassPound{97};
inline constexpr MetricId kSoftLeanMass{98};
inline constexpr MetricId kSoftLeanMassPound{99};
inline constexpr MetricId kBodyWaterMass{100};
inline constexpr MetricId kBodyWaterMassPound{101};
inline constexpr MetricId kBodyImpedance{102};
// devices themselves
inline constexpr MetricId kBatteryLevel{103};
inline constexpr MetricId kRecordsLost{104};
inline constexpr MetricId kRecordsLostRange{105};
// activity
inline constexpr MetricId kSteps{106};
inline constexpr MetricId kDistance{107};
inline constexpr MetricId kSpeed{108};
inline constexpr MetricId kActivityDuration{109};
// ventilators, pumps and rooms, by register map or line pattern
inline constexpr MetricId kTidalVolume{110};
inline constexpr MetricId kMinuteVolume{111};
inline constexpr MetricId kAirwayPressure{112};
inline constexpr MetricId kInspiredOxygen{113};
inline constexpr MetricId kInfusionRate{114};
inline constexpr MetricId kInfusedVolume{115};
inline constexpr MetricId kRoomTemperature{116};
inline constexpr MetricId kRoomHumidity{117};
// what a message names by its own code; any unit of this catalogue
inline constexpr MetricId kObservation{118};
}  // namespace metric

struct Metric {
  MetricId id;
  std::string_view name;   // contract `metric`
  std::string_view loinc;  // contract `code`, without the prefix; empty where none exists
  std::uint32_t mdc;       // contract `mdc`: partition x 65536 + term; 0 where none exists
  UnitId unit;             // the only unit accepted for this entry; kNone: text, or any unit
  Decimal low;             // hard range, both ends included
  Decimal high;

  // Whether its number may have any unit and range: what a message names by its own code.
  [[nodiscard]] constexpr bool is_open() const { return id == metric::kObservation; }
};

std::span<const Metric> metrics();

// Nothing for a number that is no metric.
const Metric* find(MetricId id);

// The entry of that name and UCUM unit; with an empty unit the first of that name. Nothing when
// there is none.
const Metric* find(std::string_view name, std::string_view ucum_unit);

// The first entry with that code and UCUM unit. Nothing when there is none.
const Metric* find_loinc(std::string_view loinc, std::string_view ucum_unit);
const Metric* find_mdc(std::uint32_t mdc, UnitId unit);

// Nothing for a text that is no unit of this catalogue.
std::optional<UnitId> unit_from(std::string_view ucum_code);

}  // namespace vitalgate::config
