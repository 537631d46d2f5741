// Status: one picture of the running agent. What the CLI shows is this, and nothing else.
//
// Holds ids, counts, times and our own words: never a value of a patient.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "agent/core/clock.h"

namespace vitalgate {

enum class Health : std::uint8_t { ok, degraded, failing };

struct StreamStatus {
  std::string stream_id;
  std::string lane;
  std::uint64_t next_seq = 0;
  std::uint64_t next_batch = 0;
};

// Readings that will never be delivered.
struct LossStatus {
  std::string stream_id;
  std::uint64_t first_seq = 0;
  std::uint64_t last_seq = 0;
  std::string reason;
};

struct KeyStatus {
  std::string fingerprint;  // of the key-encryption key
  std::string recovery;     // fingerprint; empty: no recovery key is enrolled
  bool software = true;     // in a plain file, not in a credential
  std::uint64_t current = 0;
  std::int64_t created_ms = 0;  // UTC, of the current data key
};

struct BufferStatus {
  std::uint64_t waiting = 0;
  std::uint64_t waiting_bytes = 0;
  std::optional<WallTime> oldest_waiting;
  std::uint64_t stored = 0;
  std::uint64_t quarantined = 0;
  std::uint64_t dropped = 0;
  std::uint64_t quota_bytes = 0;
  std::uint64_t used_bytes = 0;
  std::uint64_t free_on_disk_bytes = 0;
  bool ballast_out = false;
  std::optional<double> days_left;  // room at the rate of the last day
  std::uint64_t written_bytes = 0;  // to the device, since start
  std::optional<double> written_per_reading;
  KeyStatus key;
  std::uint64_t loss_ranges = 0;
  std::vector<LossStatus> losses;  // the first limits::kLossesShown of them
  std::string epoch;
  std::string storage = "ok";  // else what is wrong
  std::string hint;
  std::vector<std::string> full_lanes;  // their devices are told to wait
  std::vector<StreamStatus> streams;    // those that hold anything
};

struct DestinationStatus {
  std::string name;
  bool required = true;  // else best-effort
  std::string state;     // connected, connecting, down, paused
  std::string detail;    // why, or where to
  std::string hint;
  std::uint64_t in_flight = 0;
  std::uint64_t waiting = 0;           // batches
  bool more_waiting = false;           // and others that are not counted
  std::uint64_t live = 0;              // of `waiting`, sealed since the link came up
  std::uint64_t bisected = 0;          // of `waiting`, refused and on their way in parts
  std::uint64_t waiting_readings = 0;  // all
  double per_second = 0;               // readings it confirms
  std::optional<std::chrono::seconds> drain = {};      // what waits will take, at this rate
  std::optional<Clock::time_point> next_attempt = {};  // while paused
  std::uint64_t confirmed = 0;                         // readings, since start
  std::uint64_t repeated = 0;                          // batches sent again, since start
  std::optional<int> certificate_days = {};  // until the first of our own or the CA's runs out
  std::uint64_t missed = 0;                  // readings that were deleted before it had them
  std::optional<Clock::time_point> last_confirmed;
};

struct DeviceStatus {
  std::string id;
  std::string driver;
  std::string port;
  std::string state;  // connected, silent, waiting, held, refused
  std::string detail;
  std::string hint;
  std::optional<Clock::time_point> last;
  std::uint64_t per_minute = 0;
  std::uint64_t received = 0;
  std::uint64_t quarantined = 0;
  std::uint64_t bad_frames = 0;
  std::uint64_t skipped_bytes = 0;
};

struct Status {
  std::string gateway_id;
  std::string site_id;
  std::string version;
  Clock::time_point started;
  Health health = Health::ok;
  std::string reason;
  BufferStatus buffer;
  std::vector<DestinationStatus> destinations;
  std::vector<DeviceStatus> devices;
};

// `vitalgate.status/1`; ages are counted to `now`.
std::string to_json(const Status& status, Clock::time_point now, WallTime wall);

// Where the core thread leaves its latest picture and others find it. Any thread.
class StatusBoard {
 public:
  void publish(Status status);
  [[nodiscard]] std::shared_ptr<const Status> latest() const;  // null before the first

 private:
  mutable std::mutex mutex_;
  std::shared_ptr<const Status> latest_;
};

}  // namespace vitalgate
