// The growing end of one lane: rows wait here for the next commit, committed rows wait here for
// their batch to be full or old enough.
//
// Memory only. What is staged and not yet committed may be committed again after a failure with
// the same sequence numbers: nothing of it has left the gateway.
#pragma once

#include <deque>
#include <optional>
#include <string>

#include "agent/core/clock.h"
#include "sync/batch/row_writer.h"
#include "sync/buffer/store.h"

namespace vitalgate::sync {

struct BatchLimits {
  std::uint32_t max_readings = 200;
  std::uint32_t max_bytes = 60'000;
  std::chrono::milliseconds max_age{10'000};
};

// Rows that become, or are, one batch.
struct OpenBatch {
  Range range;                // last < first while it is empty
  std::string rows;           // joined by commas
  std::size_t committed = 0;  // bytes of `rows` that are durable
  Sequence committed_through = 0;
  std::int64_t oldest_ms = 0;                               // received, of all rows
  std::int64_t staged_oldest_ms = 0, staged_newest_ms = 0;  // of those that are not durable
  Clock::time_point began{};
  bool full = false;  // takes no more rows; sealed by the next commit

  [[nodiscard]] std::size_t count() const { return range.last + 1 - range.first; }
  [[nodiscard]] bool has_staged() const { return committed < rows.size(); }
  // The rows that are not durable yet, as the segment they will be.
  [[nodiscard]] SegmentRecord staged(Lane lane) const;
  void staged_is_committed();
};

class LaneWriter {
 public:
  LaneWriter(Lane lane, RowWriter writer, BatchLimits limits)
      : lane_(lane), writer_(std::move(writer)), limits_(limits) {}

  // The next sequence and batch number; set once at open, before any row.
  void resume(Sequence next_sequence, BatchNumber next_batch);
  // A committed segment that belongs to no batch yet; ascending, at open.
  void restore(const SegmentRecord& segment);

  // Gives the row the next sequence number. `group_first` as in RowWriter; 0 with a group in
  // the row means that this row is the group's first. The row's text stays valid until the next
  // call.
  struct Appended {
    Sequence sequence = 0;
    std::string_view text;
  };
  Appended append(const Row& row, Sequence group_first, Clock::time_point now);

  [[nodiscard]] std::deque<OpenBatch>& open() { return open_; }
  [[nodiscard]] const std::deque<OpenBatch>& open() const { return open_; }
  [[nodiscard]] bool due(const OpenBatch& batch, Clock::time_point now) const;
  // When the youngest open batch will be due; nothing while it is empty.
  [[nodiscard]] std::optional<Clock::time_point> due_at() const;
  [[nodiscard]] Sequence next_sequence() const { return next_sequence_; }
  // The first number that is not durable: next_sequence() when nothing is staged.
  [[nodiscard]] Sequence first_staged() const;
  [[nodiscard]] BatchNumber next_batch() const { return next_batch_; }
  void batch_sealed() { ++next_batch_; }
  [[nodiscard]] Lane lane() const { return lane_; }
  [[nodiscard]] std::size_t staged_bytes() const;

 private:
  OpenBatch& room_for(std::size_t bytes, Clock::time_point now);

  Lane lane_;
  RowWriter writer_;
  BatchLimits limits_;
  Sequence next_sequence_ = 1;
  BatchNumber next_batch_ = 1;
  std::deque<OpenBatch> open_;  // all but the last are full
  std::string scratch_;
};

}  // namespace vitalgate::sync
