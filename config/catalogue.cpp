#include "config/catalogue.h"

#include <array>

namespace vitalgate::config {
namespace {

constexpr std::array<std::string_view, 5> kUnits{"", "/min", "%", "mm[Hg]", "Cel"};

constexpr Decimal whole(std::int64_t value) { return Decimal::of(value); }

constexpr Metric rate(std::string_view name, std::string_view loinc, std::uint32_t mdc,
                      std::int64_t low, std::int64_t high) {
  return {name, loinc, mdc, unit::kPerMinute, whole(low), whole(high)};
}

constexpr Metric pressure(std::string_view name, std::string_view loinc, std::uint32_t mdc,
                          std::int64_t low, std::int64_t high) {
  return {name, loinc, mdc, unit::kMillimetreOfMercury, whole(low), whole(high)};
}

constexpr Metric temperature(std::string_view name) {
  return {name, "8310-5", 150364, unit::kDegreeCelsius, whole(20), whole(47)};
}

// In the order of the numbers in namespace metric. The same clinical quantity has one name and
// one LOINC code; the MDC code says how it was measured. The second invasive channel is a
// pressure whose site the monitor does not name: MDC_PRESS_BLD, not the arterial line's code.
constexpr std::array kMetrics{
    rate("heart_rate", "8867-4", 147842, 10, 350),
    rate("heart_rate", "8867-4", 149530, 10, 350),
    rate("heart_rate", "8867-4", 149546, 10, 350),
    Metric{"spo2", "59408-5", 150456, unit::kPercent, whole(1), whole(100)},
    rate("respiratory_rate", "9279-1", 151562, 0, 150),
    pressure("end_tidal_co2", "19889-5", 151708, 0, 150),
    pressure("blood_pressure_systolic", "8480-6", 150021, 30, 300),
    pressure("blood_pressure_diastolic", "8462-4", 150022, 10, 250),
    pressure("blood_pressure_mean", "8478-0", 150023, 10, 280),
    pressure("blood_pressure_invasive_systolic", "76215-3", 150037, -40, 350),
    pressure("blood_pressure_invasive_diastolic", "76213-8", 150038, -40, 300),
    pressure("blood_pressure_invasive_mean", "76214-6", 150039, -40, 320),
    pressure("blood_pressure_invasive_2_systolic", "76215-3", 150017, -40, 350),
    pressure("blood_pressure_invasive_2_diastolic", "76213-8", 150018, -40, 300),
    pressure("blood_pressure_invasive_2_mean", "76214-6", 150019, -40, 320),
    temperature("body_temperature"),
    temperature("body_temperature_2"),
};

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

}  // namespace vitalgate::config
