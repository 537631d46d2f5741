#include "firmware-bridge/firmware/simulated_patient.h"

#include "firmware-bridge/firmware/kept.h"

namespace vitalgate::bridge::firmware {
namespace {

constexpr uint32_t kReservedBytes = kRingBytes / 4;

size_t heart_rate(uint64_t number, wire::Writer& out) {
  out.number(0x10, 1);  // RR intervals follow; contact is not supported
  out.number(60 + number % 40, 1);
  for (unsigned i = 0; i < 9; ++i) out.number(i < 4 ? 700 + (number >> (8 * i) & 255) : 800, 2);
  return out.size();
}

size_t oximeter(uint64_t number, wire::Writer& out) {
  out.number(0, 1);  // SpO2 and pulse rate, nothing else
  out.number(90 + number % 10, 2);
  out.number(60 + number / 10 % 100, 2);
  return out.size();
}

size_t thermometer(uint64_t number, wire::Writer& out) {
  out.number(0, 1);  // Celsius
  out.number(0xFD000000 | (36'000 + number % 1000), 4);
  return out.size();
}

}  // namespace

wire::GattValue simulated_value(uint64_t number, uint8_t (&bytes)[wire::kValueMax]) {
  wire::Writer writer(bytes, sizeof bytes);
  switch (number % kChannels) {
    case 0:
      return {0, 0x2A37, {bytes, heart_rate(number, writer)}};
    case 1:
      return {1, 0x2A5F, {bytes, oximeter(number, writer)}};
    default:
      return {2, 0x2A1C, {bytes, thermometer(number, writer)}};
  }
}

bool SimulatedPatient::poll(uint64_t now, uint8_t (&bytes)[wire::kValueMax], wire::GattValue& out) {
  const uint64_t number = ring_.newest() + 1;
  if (number > until_) return false;
  if (per_second_ == 0 ? ring_.free_bytes() < kReservedBytes
                       : made_ * 1000 >= (now - began_) * per_second_)
    return false;
  ++made_;
  out = simulated_value(number, bytes);
  return true;
}

void SimulatedPatient::make(uint64_t until, uint32_t per_second, uint64_t now) {
  if (until == until_ && per_second == per_second_) return;
  until_ = until;
  per_second_ = per_second;
  began_ = now;
  made_ = 0;
}

}  // namespace vitalgate::bridge::firmware
