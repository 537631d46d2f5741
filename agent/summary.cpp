#include "agent/summary.h"

#include <algorithm>

namespace vitalgate {

BufferStatus describe(const sync::Buffer& buffer) {
  const sync::BufferTotals totals = buffer.totals();
  BufferStatus status{.waiting = totals.waiting,
                      .waiting_bytes = totals.waiting_bytes,
                      .oldest_waiting = totals.oldest_waiting,
                      .stored = totals.stored,
                      .quarantined = static_cast<std::uint64_t>(totals.quarantined),
                      .dropped = static_cast<std::uint64_t>(totals.quarantine_overflow),
                      .epoch = buffer.epoch(),
                      .hint = {},
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
  const auto down = std::count_if(status.destinations.begin(), status.destinations.end(),
                                  [](const auto& d) { return d.state != "connected"; });
  const auto quiet = std::count_if(status.devices.begin(), status.devices.end(),
                                   [](const auto& d) { return d.state != "connected"; });
  const auto unsure =
      std::count_if(status.destinations.begin(), status.destinations.end(),
                    [](const auto& d) { return d.state == "connected" && !d.hint.empty(); });
  status.health = down + quiet + unsure == 0 ? Health::ok : Health::degraded;
  if (quiet > 0)
    status.reason = std::to_string(quiet) + " of " + std::to_string(status.devices.size()) +
                    (status.devices.size() == 1 ? " device is" : " devices are") + " not heard. ";
  if (down > 0)
    status.reason += "The hub is not reached; readings are kept. ";
  else if (unsure > 0)
    status.reason += "The hub does not confirm; readings are kept. ";
  else if (quiet > 0)
    status.reason += "Uploads are current. ";
  status.reason += status.buffer.dropped > 0 ? "Readings were dropped." : "Nothing lost.";
}

}  // namespace vitalgate
