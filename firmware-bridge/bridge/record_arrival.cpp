#include "firmware-bridge/bridge/record_arrival.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "agent/core/limits.h"
#include "config/catalogue.h"

namespace vitalgate::bridge::wire {
namespace {

// Every characteristic's readings fit one arrival, so that one record is one mark.
static_assert(kValueMax <= limits::kReadingsPerArrivalMax);

std::span<const std::byte> view(Bytes bytes) {
  return {reinterpret_cast<const std::byte*>(bytes.data), bytes.size};
}

std::string hex(std::uint16_t number) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string text;
  for (int shift = 12; shift >= 0; shift -= 4) text.push_back(kDigits[number >> shift & 15]);
  return text;
}

std::string printable(Bytes text) {
  std::string out;
  for (const std::byte each : view(text)) {
    const char letter = static_cast<char>(each);
    out.push_back(letter >= ' ' && letter <= '~' ? letter : '?');
  }
  return out;
}

const std::string* sensor_on(std::uint8_t channel, const Origin& origin) {
  const auto found = std::find_if(origin.sensors.begin(), origin.sensors.end(),
                                  [&](const auto& sensor) { return sensor.channel == channel; });
  return found == origin.sensors.end() ? nullptr : &found->id;
}

Reading observation(std::string code, Value value) {
  Reading reading;
  reading.metric = config::metric::kObservation;
  reading.value = std::move(value);
  reading.code = std::move(code);
  return reading;
}

// One reading that says that there was something, with all of its bytes.
void not_understood(std::string code, Bytes bytes, const Origin& origin, Arrival& out) {
  out.device = origin.bridge;
  out.bytes.assign(view(bytes).begin(), view(bytes).end());
  out.not_understood = true;
  Reading reading = observation(std::move(code), Absent::error);
  reading.quality = Quality::questionable;
  reading.raw = {0, static_cast<std::uint16_t>(bytes.size)};
  out.readings = {std::move(reading)};
}

// A CGM record counts from a session's start and a glucose context from its measurement: without
// them it may be minutes old or days.
bool is_placed(std::uint16_t characteristic, const gatt::Context& context) {
  if (characteristic == 0x2AA7) return context.session_start.has_value();
  return characteristic != 0x2A34 || context.glucose_time.has_value();
}

void take_value(Bytes payload, const Origin& origin, Arrival& out) {
  GattValue value;
  if (!from_payload(payload, value)) return not_understood("gatt:", payload, origin, out);
  const std::string* sensor = sensor_on(value.channel, origin);
  const gatt::Characteristic* known = gatt::find_characteristic(value.characteristic);
  if (sensor == nullptr || known == nullptr)
    return not_understood("gatt:" + hex(value.characteristic), value.value, origin, out);
  gatt::Context& context = origin.contexts[value.channel];
  const bool decoded =
      known->decode == nullptr || known->decode(view(value.value), context, out.readings);
  if (!decoded || out.readings.size() > limits::kReadingsPerArrivalMax)
    return not_understood("gatt:" + hex(value.characteristic), value.value, origin, out);
  for (Reading& reading : out.readings) {
    if (reading.device_time || is_placed(value.characteristic, context)) continue;
    reading.flags.set(Flag::device_clock_unverified);
    reading.quality = std::max(reading.quality, Quality::questionable);
  }
  gatt::remember(value.characteristic, view(value.value), context);
  out.device = *sensor;
  out.bytes.assign(view(value.value).begin(), view(value.value).end());
}

void take_sensor(Bytes payload, const Origin& origin, Arrival& out) {
  SensorState state;
  if (!from_payload(payload, state)) return not_understood("local:sensor", payload, origin, out);
  const std::string* sensor = sensor_on(state.channel, origin);
  origin.contexts.erase(state.channel);  // another one may come
  out.device = sensor != nullptr ? *sensor : origin.bridge;
  std::string text = state.attached != 0 ? "attached" : "detached";
  if (state.name.size > 0) text.append(": ").append(printable(state.name));
  if (sensor == nullptr) text.append(", channel ").append(std::to_string(state.channel));
  out.readings = {observation("local:sensor", std::move(text))};
}

}  // namespace

Arrival to_arrival(const Record& record, const Origin& origin, Stamp received,
                   std::optional<WallTime> measured) {
  Arrival out;
  out.received = received;
  switch (record.kind) {
    case Kind::gatt_value:
      take_value(record.payload, origin, out);
      break;
    case Kind::sensor_state:
      take_sensor(record.payload, origin, out);
      break;
    default:
      not_understood("local:record-" + std::to_string(static_cast<unsigned>(record.kind)),
                     record.payload, origin, out);
  }
  for (Reading& reading : out.readings) {
    // A sensor's own time says more: it may have measured long before it told the bridge.
    if (reading.device_time) continue;
    reading.device_time = measured;
    reading.on_gateway_clock = measured.has_value();
    if (measured) continue;
    reading.flags.set(Flag::bridge_clock_unknown);
    reading.quality = std::max(reading.quality, Quality::questionable);
  }
  return out;
}

Arrival lost_arrival(std::uint64_t first, std::uint64_t last, const Origin& origin,
                     Stamp received) {
  Reading count;
  count.metric = config::metric::kRecordsLost;
  count.unit = config::unit::kRecords;
  count.value = Decimal::of(static_cast<std::int64_t>(last - first + 1));
  count.group = 1;
  Reading range;
  range.metric = config::metric::kRecordsLostRange;
  range.value = std::to_string(first).append("-").append(std::to_string(last));
  range.group = 1;
  Arrival out;
  out.device = origin.bridge;
  out.received = received;
  out.readings = {std::move(count), std::move(range)};
  return out;
}

}  // namespace vitalgate::bridge::wire
