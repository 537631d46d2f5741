// The durable queue between the devices and the cloud.
//
// append() gives a reading its sequence number and its contract row; commit() makes everything
// appended durable in one transaction and seals the batches that are full or old enough. Only
// what commit() returned for may be told to a source, and only sealed batches may be sent
// (promises P1 and P2). A batch leaves the disk when every destination confirmed it and
// `keep_sent` has passed (P3).
//
// Not thread-safe: the core thread is the only user.
#pragma once

#include <array>
#include <chrono>
#include <filesystem>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "sync/buffer/lane_writer.h"
#include "sync/buffer/store.h"

namespace vitalgate::sync {

struct BufferOptions {
  std::filesystem::path directory;
  std::string gateway;
  std::string site;
  std::string agent_version;
  std::uint32_t config_version = 0;
  std::vector<std::string> destinations;  // names; their order numbers them below
  BatchLimits batch;
  std::chrono::seconds keep_sent{0};
  std::uint64_t max_disk_bytes = 0;
};

// A sealed batch that some destination has not confirmed.
struct BatchInfo {
  BatchKey key;
  Range range;
  std::uint32_t bytes = 0;     // of its rows
  std::int64_t oldest_ms = 0;  // received, UTC
  bool backfill = false;
  std::uint32_t missing_at = 0;  // a bit per destination
};

// What an uplink needs to write the event: head, rows joined by commas, kEnvelopeTail.
struct BatchBody {
  BatchInfo info;
  std::string head;
  std::vector<std::string> segments;
};

// A reading that is held back: by admission, or by the hub's refusal.
struct Held {
  WallTime received;
  std::string device;
  std::string rule;     // stable word: `range`, `unit`, `hub`
  std::string reason;   // for a person; patient data stays inside the store
  std::string content;  // JSON of what is known of the reading
  std::string raw;
};

struct BufferTotals {
  std::uint64_t stored = 0;   // readings that ever got a sequence number
  std::uint64_t waiting = 0;  // of these, not confirmed by every destination
  std::uint64_t waiting_bytes = 0;
  std::optional<WallTime> oldest_waiting;
  std::int64_t quarantined = 0;
  std::int64_t quarantine_overflow = 0;  // held back and beyond limits::kQuarantineRowsMax: lost
};

class Buffer {
 public:
  static Result<Buffer> open(BufferOptions options, Clock::time_point now);

  // Memory only until commit().
  LaneWriter::Appended append(Lane lane, const Row& row, Sequence group_first,
                              Clock::time_point now);
  void hold(Held held);
  // How far a source got; durable with the readings appended before it. The last of a slot counts.
  void mark(std::string_view source, const SourceMark& mark);

  struct CommitContext {
    Clock::time_point now;
    WallTime wall;
    bool backfill = false;  // the link is down: batches sealed now say so
    bool seal_all = false;  // also batches that are neither full nor old: at a clean stop
  };
  // All or nothing. The batches it sealed are returned once, in lane and number order. After an
  // `unavailable` error everything appended is still here and the same call may be made again;
  // after `corrupt` the process must end and open the store anew.
  Result<std::vector<BatchInfo>> commit(const CommitContext& context);

  [[nodiscard]] std::size_t staged_bytes() const;
  // Whether a commit has anything to write that is not readings: confirmations, deletions.
  [[nodiscard]] bool has_bookkeeping() const { return !dirty_checkpoints_.empty(); }
  // When the next batch will be old enough to seal; nothing when none is open.
  [[nodiscard]] std::optional<Clock::time_point> seal_due_at() const;

  // The destination said *stored* for `range` of a lane. Numbers that were never sealed are cut
  // off: nobody can hold what was never sent. Durable with the next commit. Gives the batches
  // that are now complete at this destination.
  std::vector<BatchInfo> confirm(std::size_t destination, Lane lane, Range range);

  // The destination refuses one sealed reading for good: it is held (rule `hub`) and counts as
  // dealt with. `detail` is the hub's text. False when no such reading waits.
  Result<bool> reject(std::size_t destination, Lane lane, Sequence sequence,
                      std::string_view detail, WallTime now);

  // Sealed batches that `destination` has not confirmed, oldest first in each lane.
  [[nodiscard]] std::vector<BatchInfo> unconfirmed(std::size_t destination) const;

  Result<BatchBody> read(const BatchInfo& batch);

  // The marks of `source` that are durable, in slot order.
  Result<std::vector<SourceMark>> marks(std::string_view source);

  [[nodiscard]] const std::string& epoch() const { return epoch_; }
  [[nodiscard]] Sequence next_sequence(Lane lane) const { return of(lane).writer.next_sequence(); }
  [[nodiscard]] BatchNumber next_batch(Lane lane) const { return of(lane).writer.next_batch(); }
  [[nodiscard]] BufferTotals totals() const;

  // At a clean stop, after the last commit.
  Result<> close();

 private:
  struct LaneState {
    LaneWriter writer;
    std::map<Sequence, BatchInfo> waiting;  // by first sequence
    std::multiset<std::int64_t> oldest;     // of `waiting`
    std::uint64_t readings = 0;             // in `waiting`
    std::uint64_t bytes = 0;
    std::vector<RangeSet> confirmed;  // per destination

    void wait_for(const BatchInfo& batch);
    // The entry after the one that left.
    std::map<Sequence, BatchInfo>::iterator left(std::map<Sequence, BatchInfo>::iterator at);
  };

  Buffer(BufferOptions options, Store store, std::string epoch, Clock::time_point now);
  LaneState& of(Lane lane) { return *lanes_[static_cast<std::size_t>(lane)]; }
  [[nodiscard]] const LaneState& of(Lane lane) const {
    return *lanes_[static_cast<std::size_t>(lane)];
  }

  Result<> load();
  Result<> load_batches();
  Result<> write(const CommitContext& context, std::vector<BatchInfo>& sealed);
  Result<> write_lane(LaneState& lane, const CommitContext& context,
                      std::vector<BatchInfo>& sealed);
  Result<> write_marks();
  Result<> write_bookkeeping(Clock::time_point now);
  Result<> make_room();
  Result<> write_floors(bool with_staged);
  Result<> write_checkpoints();
  std::string head_of(const LaneState& lane, const OpenBatch& batch, BatchKey key,
                      const CommitContext& context) const;
  void committed(const std::vector<BatchInfo>& sealed);
  [[nodiscard]] std::int64_t store_ms(Clock::time_point now) const;

  BufferOptions options_;
  Store store_;
  std::string epoch_;
  std::array<std::unique_ptr<LaneState>, kLanes.size()> lanes_;
  std::vector<Held> held_;  // not durable yet
  std::map<std::pair<std::string, std::uint8_t>, SourceMark, std::less<>> marks_;  // likewise
  std::set<std::pair<std::size_t, Lane>> dirty_checkpoints_;
  std::vector<BatchKey> delivered_;  // everywhere, not durable yet
  std::uint32_t all_destinations_ = 0;
  std::int64_t quarantined_ = 0;
  std::int64_t quarantine_overflow_ = 0;
  // The store clock: time that this store was open, added up over all runs. Retention is counted
  // in it, so a wrong wall clock can never expire a reading early.
  std::int64_t store_ms_at_open_ = 0;
  Clock::time_point opened_;
  Clock::time_point purged_{};
};

}  // namespace vitalgate::sync
