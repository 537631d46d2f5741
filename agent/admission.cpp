#include "agent/admission.h"

#include <algorithm>

#include "agent/core/limits.h"

namespace vitalgate {
namespace {

constexpr auto kClockTolerance = std::chrono::minutes(5);
constexpr WallTime kOldestRecord{std::chrono::sys_days(std::chrono::year(1900) / 1 / 1)};

void set_time(sync::Row& row, const Arrival& arrival, const Reading& reading) {
  row.received = arrival.received.wall;
  row.observed = row.received;
  row.clock = ClockWord::gateway;
  if (!is_plausible(row.received)) {
    // The gateway's clock was never set: a time is needed, and it must not look like a true one.
    row.clock = ClockWord::estimated;
    row.flags.set(Flag::gateway_clock_unset);
    row.quality = std::max(row.quality, Quality::questionable);
    return;
  }
  if (!reading.device_time) return;
  const WallTime device_time = *reading.device_time;
  if (reading.on_gateway_clock && is_plausible(device_time)) {
    row.observed = std::min(device_time, row.received);
    return;
  }
  const bool possible =
      arrival.system_clock ? device_time >= kOldestRecord : is_plausible(device_time);
  if (!possible || device_time > row.received + kClockTolerance) {
    row.flags.set(Flag::device_clock_invalid);
    row.quality = std::max(row.quality, Quality::questionable);
    return;
  }
  row.observed = device_time;
  row.clock = ClockWord::device;
  if (device_time < row.received - kClockTolerance && !arrival.system_clock) {
    row.flags.set(Flag::device_clock_unverified);
    row.quality = std::max(row.quality, Quality::questionable);
  }
}

std::span<const std::byte> raw_of(const Arrival& arrival, const Reading& reading) {
  const std::size_t end = std::size_t{reading.raw.offset} + reading.raw.length;
  if (end > arrival.bytes.size()) return {};
  return std::span(arrival.bytes).subspan(reading.raw.offset, reading.raw.length);
}

std::string out_of_range(const config::Metric& metric, const Decimal& value) {
  return std::string(metric.name) + " " + value.to_text() + " is outside " + metric.low.to_text() +
         ".." + metric.high.to_text() + " " + std::string(config::ucum(metric.unit));
}

}  // namespace

Admission::Admission(const config::Settings& settings) {
  for (const config::DeviceSettings& device : settings.devices)
    origins_.push_back({device.id, device.lane, device.keep_raw});
  for (const config::SensorSettings& sensor : settings.sensors)
    if (const Origin* bridge = origin(sensor.device); bridge != nullptr)
      origins_.push_back({sensor.id, bridge->lane, bridge->keep_raw});
}

const Admission::Origin* Admission::origin(std::string_view id) const {
  const auto found = std::find_if(origins_.begin(), origins_.end(),
                                  [&](const Origin& origin) { return origin.id == id; });
  return found == origins_.end() ? nullptr : &*found;
}

Judgement Admission::judge(const Origin* origin, const Arrival& arrival,
                           const Reading& reading) const {
  Judgement judgement;
  sync::Row& row = judgement.row;
  row.device = arrival.device;
  row.value = &reading.value;
  row.code = reading.code;
  row.unit = reading.unit;
  row.quality = reading.quality;
  row.flags = reading.flags;
  row.group = reading.group;
  row.raw = raw_of(arrival, reading);
  set_time(row, arrival, reading);

  const auto refuse = [&](std::string_view rule, std::string reason) {
    judgement.rule = rule;
    judgement.reason = std::move(reason);
    return std::move(judgement);
  };
  if (origin == nullptr) return refuse("device", "device is not configured");
  row.metric = config::find(reading.metric);
  if (row.metric == nullptr) return refuse("metric", "metric is not in the catalogue");
  const auto* number = std::get_if<Decimal>(&reading.value);
  if (number != nullptr) {
    if (!number->in_range()) return refuse("range", "the number is beyond what can be written");
    if (!row.metric->is_open() && reading.unit != row.metric->unit)
      return refuse("unit", "unit '" + std::string(config::ucum(reading.unit)) + "' is not '" +
                                std::string(config::ucum(row.metric->unit)) + "'");
    if (!row.metric->is_open() &&
        (compare(*number, row.metric->low) < 0 || compare(*number, row.metric->high) > 0))
      return refuse("range", out_of_range(*row.metric, *number));
  }
  // CONTRACT: at most so many bytes. What is held back has no such limit.
  if (!origin->keep_raw || row.raw.size() > limits::kRawBytesMax) row.raw = {};
  return judgement;
}

}  // namespace vitalgate
