// What goes into the buffer and comes out of it, beside readings.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "agent/core/clock.h"
#include "config/settings.h"
#include "sync/buffer/keyring.h"
#include "sync/buffer/ranges.h"

namespace vitalgate::sync {

// When a batch is sealed.
struct BatchLimits {
  std::uint32_t max_readings = 200;
  std::uint32_t max_bytes = 60'000;
  std::chrono::milliseconds max_age{10'000};
};

struct BufferOptions {
  std::filesystem::path directory;
  std::string gateway;
  std::string site;
  std::string agent_version;
  std::uint32_t config_version = 0;
  std::vector<std::string> destinations;  // names; their order numbers them
  // A bit per destination: what is deleted does not wait for it. All of them: as if none were.
  std::uint32_t best_effort = 0;
  BatchLimits batch;
  std::chrono::seconds keep_sent{0};
  std::uint64_t max_disk_bytes = 0;  // of everything in `directory`, ballast and log included
  std::uint64_t ballast_bytes = 0;
  std::array<std::uint8_t, kLanes.size()> quota_percent{100, 100, 100, 100};  // by lane
  config::WhenFull when_full = config::WhenFull::wait;
  KeySettings keys;
  Disk* disk = nullptr;  // null: the system's
  // Called every now and then while a large store is verified or salvaged; may be empty.
  std::function<void()> progress = {};

  // Takes a protection away, to show that the tests of it bite. Never set outside of them.
  struct Weakness {
    bool synchronous_normal = false;
    bool skip_chain = false;
    bool forget_floors = false;  // with skip_chain: numbers that were deleted are given out again
  } weakness = {};
};

// Destinations that readings are kept for, a bit each.
inline std::uint32_t required_of(const BufferOptions& options) {
  const std::uint32_t all = (std::uint32_t{1} << options.destinations.size()) - 1;
  return (all & ~options.best_effort) != 0 ? all & ~options.best_effort : all;
}

// A sealed batch that some destination has not confirmed.
struct BatchInfo {
  BatchKey key;
  Range range;
  std::uint32_t bytes = 0;     // of its rows
  std::int64_t oldest_ms = 0;  // received, UTC
  bool backfill = false;
  bool tombstone = false;        // carries no readings: declares `range` as dropped
  std::uint32_t missing_at = 0;  // a bit per destination
};

// What an uplink needs to write the event: head, rows joined by commas, kEnvelopeTail.
struct BatchBody {
  BatchInfo info;
  std::string head;
  std::vector<std::string> segments;
};

// The rule of a reading that a hub refused.
inline constexpr std::string_view kHubRule = "hub";

// A reading that is held back: by admission, or by the hub's refusal.
struct Held {
  WallTime received;
  std::string device;
  std::string rule;     // stable word: `range`, `unit`, `hub`
  std::string reason;   // for a person; patient data stays inside the store
  std::string content;  // JSON of what is known of the reading
  std::string raw;
};

// Readings that had a sequence number and will never be delivered.
struct Loss {
  std::string stream_id;
  Range range;
  std::string reason;  // stable word: `damaged`, `rolled_back`, `no_room`
};

struct SpaceReport {
  std::uint64_t quota_bytes = 0;  // what readings may take
  std::uint64_t used_bytes = 0;
  std::uint64_t free_on_disk_bytes = 0;
  bool ballast_out = false;         // given up to keep going on a full disk
  std::optional<double> days_left;  // at the rate of the last day; nothing when too new to say
  std::optional<double> written_per_reading;  // bytes that went to the device, since start
  std::uint64_t written_bytes = 0;
};

struct BufferTotals {
  std::uint64_t stored = 0;   // readings that ever got a sequence number, in this epoch
  std::uint64_t waiting = 0;  // of all epochs: not confirmed by every required destination
  std::uint64_t waiting_bytes = 0;
  std::optional<WallTime> oldest_waiting;
  std::int64_t quarantined = 0;
  std::int64_t quarantine_overflow = 0;  // held back and beyond limits::kQuarantineRowsMax: lost
  std::uint64_t dropped = 0;             // readings in losses()
  SpaceReport space;
};

}  // namespace vitalgate::sync
