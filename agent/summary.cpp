#include "agent/summary.h"

#include <algorithm>

#include "agent/core/limits.h"

namespace vitalgate {

namespace {

KeyStatus describe(const sync::Keyring::Info& keys) {
  return {.fingerprint = keys.key_fingerprint,
          .recovery = keys.recovery_fingerprint,
          .software = keys.software_key,
          .current = keys.current,
          .created_ms = keys.created_ms};
}

std::vector<LossStatus> first_of(const std::vector<sync::Loss>& losses) {
  std::vector<LossStatus> first;
  for (const sync::Loss& loss : losses) {
    if (first.size() == limits::kLossesShown) break;
    first.push_back({loss.stream_id, loss.range.first, loss.range.last, loss.reason});
  }
  return first;
}

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text.append(text.empty() ? "" : ", ").append(word);
  return text;
}

}  // namespace

BufferStatus describe(const sync::Buffer& buffer) {
  const sync::BufferTotals totals = buffer.totals();
  BufferStatus status{
      .waiting = totals.waiting,
      .waiting_bytes = totals.waiting_bytes,
      .oldest_waiting = totals.oldest_waiting,
      .stored = totals.stored,
      .quarantined = static_cast<std::uint64_t>(totals.quarantined),
      .dropped = totals.dropped + static_cast<std::uint64_t>(totals.quarantine_overflow),
      .quota_bytes = totals.space.quota_bytes,
      .used_bytes = totals.space.used_bytes,
      .free_on_disk_bytes = totals.space.free_on_disk_bytes,
      .ballast_out = totals.space.ballast_out,
      .days_left = totals.space.days_left,
      .written_bytes = totals.space.written_bytes,
      .written_per_reading = totals.space.written_per_reading,
      .key = describe(buffer.keys()),
      .loss_ranges = buffer.losses().size(),
      .losses = first_of(buffer.losses()),
      .epoch = buffer.epoch(),
      .hint = {},
      .full_lanes = {},
      .streams = {}};
  for (const Lane lane : kLanes) {
    if (buffer.next_sequence(lane) == 1) continue;
    status.streams.push_back({sync::stream_id(lane, buffer.epoch()), std::string(name(lane)),
                              buffer.next_sequence(lane), buffer.next_batch(lane)});
  }
  return status;
}

void summarise(Status& status) {
  if (status.buffer.storage != "ok") {
    status.health = Health::failing;
    status.reason = "The buffer cannot be written; devices are told to wait.";
    return;
  }
  const std::string full = joined(status.buffer.full_lanes);
  const auto in_state = [&](std::string_view state, bool is_it, bool required) {
    return std::count_if(
        status.destinations.begin(), status.destinations.end(),
        [&](const auto& d) { return d.required == required && (d.state == state) == is_it; });
  };
  const auto paused = in_state("paused", true, true);
  const auto down = in_state("connected", false, true) - paused;
  const auto less = in_state("connected", false, false);
  const auto quiet = std::count_if(status.devices.begin(), status.devices.end(),
                                   [](const auto& d) { return d.state != "connected"; });
  const auto unsure =
      std::count_if(status.destinations.begin(), status.destinations.end(),
                    [](const auto& d) { return d.state == "connected" && !d.hint.empty(); });
  status.health =
      down + paused + less + quiet + unsure == 0 && full.empty() ? Health::ok : Health::degraded;
  if (!full.empty()) {
    // What a patient's alarm hangs on must not wait.
    const auto& lanes = status.buffer.full_lanes;
    if (std::any_of(lanes.begin(), lanes.end(),
                    [](const std::string& lane) { return lane == "urgent" || lane == "vitals"; }))
      status.health = Health::failing;
    status.reason = "The buffer is full for " + full + "; these devices are told to wait. ";
  }
  if (quiet > 0)
    status.reason += std::to_string(quiet) + " of " + std::to_string(status.devices.size()) +
                     (status.devices.size() == 1 ? " device is" : " devices are") + " not heard. ";
  if (down > 0)
    status.reason += "The hub is not reached; readings are kept. ";
  else if (paused > 0)
    status.reason += "The hub does not take readings; they are kept. ";
  else if (unsure > 0)
    status.reason += "The hub does not confirm; readings are kept. ";
  else if (quiet > 0)
    status.reason += "Uploads are current. ";
  if (less > 0) status.reason += "A best-effort destination gets nothing. ";
  status.reason += status.buffer.dropped > 0 ? "Readings were lost: see vitalgate buffer status."
                                             : "Nothing lost.";
}

}  // namespace vitalgate
