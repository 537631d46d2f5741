#include "firmware-bridge/gatt/heart_rate.h"

#include <bit>
#include <string>

#include "agent/core/byte_reader.h"
#include "firmware-bridge/gatt/describe.h"
#include "firmware-bridge/gatt/row.h"

namespace vitalgate::bridge::gatt {
namespace {

constexpr std::uint16_t kEnergyMost = 65535;
constexpr std::string_view kContact[] = {"not_supported", "not_detected", "detected"};
constexpr std::string_view kLocations[] = {"other", "chest",    "wrist", "finger",
                                           "hand",  "ear_lobe", "foot"};

std::uint16_t u16_at(std::span<const std::byte> bytes, std::size_t at) {
  return static_cast<std::uint16_t>(std::to_integer<unsigned>(bytes[at]) |
                                    std::to_integer<unsigned>(bytes[at + 1]) << 8U);
}

}  // namespace

Result<HeartRate> parse_heart_rate(std::span<const std::byte> value) {
  ByteReader in(value);
  HeartRate measurement;
  const std::uint8_t flags = in.u8();
  measurement.rate = has_bit(flags, 0) ? in.u16_le() : in.u8();
  if (has_bit(flags, 2))
    measurement.contact = has_bit(flags, 1) ? SkinContact::detected : SkinContact::not_detected;
  if (has_bit(flags, 3)) measurement.energy = in.u16_le();
  if (has_bit(flags, 4)) {
    if (in.remaining() % 2 != 0) return truncated();
    measurement.has_rr = true;
    measurement.rr = in.take(in.remaining());
  }
  if (!in.ok()) return truncated();
  measurement.bytes = in.offset();
  return measurement;
}

Decimal rr_milliseconds(std::uint16_t raw) {
  // raw x 1000/1024 = raw x 125/2^7, and 1/2^n = 5^n/10^n.
  constexpr std::int64_t kScale[] = {125, 625, 3125, 15625, 78125, 390625, 1953125, 9765625};
  if (raw == 0) return Decimal::of(0);
  const int halvings = std::min(std::countr_zero(raw), 7);
  return Decimal::of((raw >> halvings) * kScale[7 - halvings], halvings - 7);
}

void add_readings(const HeartRate& measurement, std::vector<Reading>& out) {
  Reading shared = shared_parts(measurement.bytes);
  if (measurement.contact == SkinContact::not_detected) {
    shared.flags.set(Flag::no_contact);
    shared.quality = Quality::questionable;
  }
  out.reserve(out.size() + 2 + measurement.rr.size() / 2);
  add_row(out, shared, metric::kHeartRateEcg, to_measured(Decimal::of(measurement.rate)));
  for (std::size_t at = 0; at + 1 < measurement.rr.size(); at += 2) {
    const std::uint16_t raw = u16_at(measurement.rr, at);
    add_row(out, shared, metric::kRrInterval, to_measured(rr_milliseconds(raw)));
  }
  if (!measurement.energy) return;
  if (*measurement.energy == kEnergyMost) shared.flags.set(Flag::above_limit);
  add_row(out, shared, metric::kEnergyExpended, Decimal::of(*measurement.energy));
}

Fields to_fields(const HeartRate& measurement) {
  Fields fields;
  fields.add("heart_rate", measurement.rate)
      .add("contact", kContact[static_cast<std::size_t>(measurement.contact)]);
  if (measurement.energy) fields.add("energy_kj", *measurement.energy);
  if (measurement.has_rr) {
    std::vector<std::int64_t> raw;
    for (std::size_t at = 0; at + 1 < measurement.rr.size(); at += 2)
      raw.push_back(u16_at(measurement.rr, at));
    fields.add("rr_raw", std::move(raw));
  }
  return fields;
}

Result<SensorLocation> parse_sensor_location(std::span<const std::byte> value) {
  if (value.size() != 1) return wrong_length();
  return SensorLocation{std::to_integer<std::uint8_t>(value[0])};
}

void add_readings(const SensorLocation& location, std::vector<Reading>& out) {
  add_row(out, shared_parts(1), metric::kBodySensorLocation,
          std::string(name_of(location.code, kLocations)));
}

Fields to_fields(const SensorLocation& location) {
  Fields fields;
  fields.add("location", location.code).add("name", name_of(location.code, kLocations));
  return fields;
}

}  // namespace vitalgate::bridge::gatt
