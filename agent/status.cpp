#include "agent/status.h"

#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

namespace vitalgate {
namespace {

using Json = nlohmann::ordered_json;

double seconds(std::chrono::milliseconds duration) {
  return std::round(static_cast<double>(std::max<std::int64_t>(0, duration.count())) / 100) / 10;
}

Json age(const std::optional<Clock::time_point>& then, Clock::time_point now) {
  if (!then) return nullptr;
  return seconds(std::chrono::duration_cast<std::chrono::milliseconds>(now - *then));
}

Json to_json(const KeyStatus& key) {
  return {{"fingerprint", key.fingerprint},
          {"recovery", key.recovery},
          {"software", key.software},
          {"current", key.current},
          {"created_at", key.created_ms > 0
                             ? Json(to_rfc3339(WallTime(std::chrono::milliseconds(key.created_ms))))
                             : Json(nullptr)}};
}

Json to_json(const std::vector<LossStatus>& losses) {
  Json ranges = Json::array();
  for (const LossStatus& loss : losses)
    ranges.push_back({{"stream_id", loss.stream_id},
                      {"first_seq", loss.first_seq},
                      {"last_seq", loss.last_seq},
                      {"reason", loss.reason}});
  return ranges;
}

template <class T>
Json or_null(const std::optional<T>& value) {
  return value ? Json(*value) : Json(nullptr);
}

Json to_json(const BufferStatus& buffer, WallTime wall) {
  Json streams = Json::array();
  for (const StreamStatus& stream : buffer.streams)
    streams.push_back({{"stream_id", stream.stream_id},
                       {"lane", stream.lane},
                       {"next_seq", stream.next_seq},
                       {"next_batch", stream.next_batch}});
  return {{"waiting", buffer.waiting},
          {"waiting_bytes", buffer.waiting_bytes},
          {"oldest_waiting_s",
           buffer.oldest_waiting ? Json(seconds(wall - *buffer.oldest_waiting)) : Json(nullptr)},
          {"stored", buffer.stored},
          {"quarantined", buffer.quarantined},
          {"dropped", buffer.dropped},
          {"quota_bytes", buffer.quota_bytes},
          {"used_bytes", buffer.used_bytes},
          {"free_on_disk_bytes", buffer.free_on_disk_bytes},
          {"ballast_out", buffer.ballast_out},
          {"days_left", or_null(buffer.days_left)},
          {"written_bytes", buffer.written_bytes},
          {"written_per_reading", or_null(buffer.written_per_reading)},
          {"key", to_json(buffer.key)},
          {"loss_ranges", buffer.loss_ranges},
          {"losses", to_json(buffer.losses)},
          {"full_lanes", buffer.full_lanes},
          {"epoch", buffer.epoch},
          {"storage", buffer.storage},
          {"hint", buffer.hint},
          {"streams", std::move(streams)}};
}

Json to_json(const DestinationStatus& destination, Clock::time_point now) {
  return {{"name", destination.name},
          {"role", destination.required ? "required" : "best-effort"},
          {"state", destination.state},
          {"detail", destination.detail},
          {"hint", destination.hint},
          {"in_flight", destination.in_flight},
          {"waiting", destination.waiting},
          {"more_waiting", destination.more_waiting},
          {"live", destination.live},
          {"bisected", destination.bisected},
          {"waiting_readings", destination.waiting_readings},
          {"per_second", std::round(destination.per_second * 10) / 10},
          {"drain_s", destination.drain ? Json(destination.drain->count()) : Json(nullptr)},
          {"next_attempt_s",
           destination.next_attempt ? age(now, *destination.next_attempt) : Json(nullptr)},
          {"confirmed", destination.confirmed},
          {"repeated", destination.repeated},
          {"missed", destination.missed},
          {"certificate_days",
           destination.certificate_days ? Json(*destination.certificate_days) : Json(nullptr)},
          {"last_confirmed_s", age(destination.last_confirmed, now)}};
}

Json to_json(const DeviceStatus& device, Clock::time_point now) {
  return {{"id", device.id},
          {"driver", device.driver},
          {"port", device.port},
          {"state", device.state},
          {"detail", device.detail},
          {"hint", device.hint},
          {"last_s", age(device.last, now)},
          {"per_minute", device.per_minute},
          {"received", device.received},
          {"quarantined", device.quarantined},
          {"bad_frames", device.bad_frames},
          {"skipped_bytes", device.skipped_bytes}};
}

std::string_view word(Health health) {
  switch (health) {
    case Health::ok:
      return "ok";
    case Health::degraded:
      return "degraded";
    case Health::failing:
      return "failing";
  }
  return "";
}

}  // namespace

std::string to_json(const Status& status, Clock::time_point now, WallTime wall) {
  Json destinations = Json::array();
  for (const DestinationStatus& destination : status.destinations)
    destinations.push_back(to_json(destination, now));
  Json devices = Json::array();
  for (const DeviceStatus& device : status.devices) devices.push_back(to_json(device, now));
  const auto up = std::chrono::duration_cast<std::chrono::seconds>(now - status.started).count();
  const Json json{{"schema", "vitalgate.status/1"},
                  {"gateway_id", status.gateway_id},
                  {"site_id", status.site_id},
                  {"version", status.version},
                  {"pid", ::getpid()},
                  {"uptime_s", up},
                  {"time", to_rfc3339(wall)},
                  {"state", word(status.health)},
                  {"reason", status.reason},
                  {"buffer", to_json(status.buffer, wall)},
                  {"destinations", std::move(destinations)},
                  {"devices", std::move(devices)}};
  // Words that came from a broker may not be UTF-8: shown as replacement characters.
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

void StatusBoard::publish(Status status) {
  auto fresh = std::make_shared<const Status>(std::move(status));
  const std::scoped_lock lock(mutex_);
  latest_.swap(fresh);
}

std::shared_ptr<const Status> StatusBoard::latest() const {
  const std::scoped_lock lock(mutex_);
  return latest_;
}

}  // namespace vitalgate
