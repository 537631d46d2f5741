#include "tests/support/status.h"

#include "tests/support/failure.h"

namespace vitalgate::test {
namespace {

using Json = nlohmann::json;

std::optional<double> seconds(const Json& value) {
  return value.is_null() ? std::nullopt : std::optional(value.get<double>());
}

StreamStatus stream(const Json& json) {
  return {json.at("stream_id"), json.at("next_seq"), json.at("next_batch")};
}

DestinationStatus destination_from(const Json& json) {
  return {json.at("name"),      json.at("state"),   json.at("detail"),   json.at("hint"),
          json.at("in_flight"), json.at("waiting"), json.at("confirmed")};
}

DeviceStatus device_from(const Json& json) {
  return {json.at("id"),         json.at("driver"),       json.at("state"),
          json.at("detail"),     json.at("hint"),         seconds(json.at("last_s")),
          json.at("per_minute"), json.at("received"),     json.at("quarantined"),
          json.at("bad_frames"), json.at("skipped_bytes")};
}

Status status_from(const Json& json) {
  const Json& buffer = json.at("buffer");
  Status status;
  status.gateway_id = json.at("gateway_id");
  status.state = json.at("state");
  status.reason = json.at("reason");
  status.pid = json.at("pid");
  status.waiting = buffer.at("waiting");
  status.oldest_waiting_s = seconds(buffer.at("oldest_waiting_s"));
  status.stored = buffer.at("stored");
  status.quarantined = buffer.at("quarantined");
  status.dropped = buffer.at("dropped");
  status.epoch = buffer.at("epoch");
  for (const Json& each : buffer.at("streams")) status.streams.push_back(stream(each));
  for (const Json& each : json.at("destinations")) {
    status.destinations.push_back(destination_from(each));
  }
  for (const Json& each : json.at("devices")) status.devices.push_back(device_from(each));
  return status;
}

}  // namespace

const DeviceStatus& Status::device(const std::string& id) const {
  for (const DeviceStatus& each : devices) {
    if (each.id == id) return each;
  }
  throw Failure("the status knows no device " + id, "compare it with the configuration");
}

const DestinationStatus& Status::destination() const {
  if (destinations.empty()) throw Failure("the status knows no destination", "");
  return destinations.front();
}

std::uint64_t Status::sequenced() const {
  std::uint64_t sum = 0;
  for (const StreamStatus& each : streams) sum += each.next_seq - 1;
  return sum;
}

bool Settled::operator()(const Status& now) {
  constexpr auto kQuiet = std::chrono::seconds(1);
  if (now.sequenced() != before_ || since_ == Clock::time_point{}) {
    before_ = now.sequenced();
    since_ = Clock::now();
  }
  return before_ > 0 && now.waiting == 0 && Clock::now() - since_ >= kQuiet;
}

Status parse_status(const std::string& text) {
  const Json json = Json::parse(text, nullptr, false);
  try {
    return status_from(json);
  } catch (const Json::exception& error) {
    throw Failure(std::string("not a vitalgate.status/1: ") + error.what(), "");
  }
}

}  // namespace vitalgate::test
