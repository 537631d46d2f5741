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
}  // namespace metric

struct Metric {
  std::string_view name;   // contract `metric`
  std::string_view loinc;  // contract `code`, without the prefix
  std::uint32_t mdc;       // contract `mdc`: partition x 65536 + term; 0 where none exists
  UnitId unit;             // the only unit accepted for it
  Decimal low;             // hard range, both ends included
  Decimal high;
};

std::span<const Metric> metrics();

// Nothing for a number that is no metric.
const Metric* find(MetricId id);

}  // namespace vitalgate::config
