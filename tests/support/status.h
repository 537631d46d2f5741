// The agent's own account, as `vitalgate --json status` prints it (vitalgate.status/1).
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "agent/core/clock.h"

namespace vitalgate::test {

struct StreamStatus {
  std::string id;
  std::uint64_t next_seq = 0;
  std::uint64_t next_batch = 0;
};

struct DestinationStatus {
  std::string name;
  std::string state;  // connected, connecting, down
  std::string detail;
  std::string hint;
  std::uint64_t in_flight = 0;
  std::uint64_t waiting = 0;
  std::uint64_t confirmed = 0;
};

struct DeviceStatus {
  std::string id;
  std::string driver;
  std::string state;  // connected, silent, waiting, held, refused
  std::string detail;
  std::string hint;
  std::optional<double> last_s;
  double per_minute = 0;
  std::uint64_t received = 0;
  std::uint64_t quarantined = 0;
  std::uint64_t bad_frames = 0;
  std::uint64_t skipped_bytes = 0;
};

struct Status {
  std::string gateway_id;
  std::string state;  // ok, degraded, failing
  std::string reason;
  int pid = 0;
  std::uint64_t waiting = 0;
  std::optional<double> oldest_waiting_s;
  std::uint64_t stored = 0;
  std::uint64_t quarantined = 0;
  std::uint64_t dropped = 0;
  std::string epoch;
  std::vector<StreamStatus> streams;
  std::vector<DestinationStatus> destinations;
  std::vector<DeviceStatus> devices;

  // Throws Failure when there is none.
  [[nodiscard]] const DeviceStatus& device(const std::string& id) const;
  [[nodiscard]] const DestinationStatus& destination() const;

  // Sequence numbers given out so far, over all streams.
  [[nodiscard]] std::uint64_t sequenced() const;
};

// Asked with one status after the other, says when the intake has ended and all of it is
// confirmed: something was stored, nothing new came for a second, nothing waits.
class Settled {
 public:
  bool operator()(const Status& now);

 private:
  std::uint64_t before_ = 0;
  Clock::time_point since_{};
};

// Throws Failure when the text is not such a status.
Status parse_status(const std::string& text);

}  // namespace vitalgate::test
