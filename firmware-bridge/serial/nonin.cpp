#include "firmware-bridge/serial/nonin.h"

#include <algorithm>
#include <array>

#include "config/catalogue.h"

namespace vitalgate::bridge {
namespace {

constexpr std::uint16_t kNoRate = 511;
constexpr std::uint8_t kNoSaturation = 127;
constexpr std::array kDoubtful{Flag::artifact, Flag::out_of_track, Flag::sensor_alarm,
                               Flag::sensor_fault};

template <class Number>
Value value_or(const std::optional<Number>& number, Absent missing) {
  if (!number) return missing;
  return Decimal::of(*number);
}

}  // namespace

std::optional<std::uint16_t> nonin_rate(std::uint8_t high, std::uint8_t low) {
  const auto rate = static_cast<std::uint16_t>((high & 0x03) << 7 | (low & 0x7F));
  if (rate == kNoRate) return std::nullopt;
  return rate;
}

std::optional<std::uint8_t> nonin_saturation(std::uint8_t byte) {
  const auto percent = static_cast<std::uint8_t>(byte & 0x7F);
  if (percent == kNoSaturation) return std::nullopt;
  return percent;
}

std::vector<Reading> to_readings(const NoninMeasurement& measurement) {
  const bool doubtful = std::any_of(kDoubtful.begin(), kDoubtful.end(), [&measurement](Flag flag) {
    return measurement.flags.has(flag);
  });
  Reading common;
  common.quality = doubtful ? Quality::questionable : Quality::good;
  common.flags = measurement.flags;
  common.group = 1;
  common.raw = measurement.raw;
  common.device_time = measurement.device_time;

  std::vector<Reading> readings(2, common);
  readings[0].metric = config::metric::kPulseRateOximeter;
  readings[0].value = value_or(measurement.heart_rate, measurement.missing);
  readings[1].metric = config::metric::kSpo2;
  readings[1].value = value_or(measurement.spo2, measurement.missing);
  for (Reading& reading : readings) reading.unit = config::find(reading.metric)->unit;
  return readings;
}

}  // namespace vitalgate::bridge
