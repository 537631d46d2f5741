// The growing end of one stream: rows wait here for the next commit, committed rows wait here for
// their batch to be full or old enough.
//
// Memory only. What is staged and not yet committed may be committed again after a failure with
// the same sequence numbers: nothing of it has left the gateway.
#pragma once

#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "agent/core/clock.h"
#include "sync/batch/row_writer.h"
#include "sync/buffer/buffer_types.h"

namespace vitalgate::sync {

// Rows joined by commas, and the times at which they were received (UTC).
struct Rows {
  Range range;
  std::string_view text;
  std::int64_t oldest_ms = 0;
  std::int64_t newest_ms = 0;
};

// Rows that become, or are, one batch.
struct OpenBatch {
  Range range;                // last < first while it is empty
  std::string rows;           // joined by commas
  std::size_t committed = 0;  // bytes of `rows` that are durable
  Sequence committed_through = 0;
  std::uint32_t stored_bytes = 0;                           // of the durable rows, packed
  std::uint32_t staged_stored_bytes = 0;                    // of those in the transaction
  std::int64_t oldest_ms = 0, newest_ms = 0;                // received, of all rows
  std::int64_t staged_oldest_ms = 0, staged_newest_ms = 0;  // of those that are not durable
  std::vector<std::uint32_t> staged_at;                     // where each staged row begins
  Clock::time_point began{};
  bool full = false;  // takes no more rows; sealed by the next commit

  [[nodiscard]] std::size_t count() const { return range.last + 1 - range.first; }
  [[nodiscard]] bool has_staged() const { return committed < rows.size(); }
  // The rows that are not durable yet, as the segment they will be.
  [[nodiscard]] Rows staged() const;
  void staged_is_committed();
};

class LaneWriter {
 public:
  LaneWriter(RowWriter writer, BatchLimits limits) : writer_(std::move(writer)), limits_(limits) {}

  // The next sequence and batch number; set once at open, before any row.
  void resume(Sequence next_sequence, BatchNumber next_batch);
  // Committed rows that belong to no batch yet; ascending, at open. `stored_bytes`: packed.
  void restore(const Rows& rows, std::uint32_t stored_bytes);

  // Gives the row the next sequence number. `group_first` as in RowWriter; 0 with a group in
  // the row means that this row is the group's first. The row's text stays valid until the next
  // call.
  struct Appended {
    Sequence sequence = 0;
    std::string_view text;
  };
  Appended append(const Row& row, Sequence group_first, Clock::time_point now);

  // Puts staged rows into a batch of their own: what is durable can then be sealed without them.
  void part_staged();

  // What is not durable, row by row, to be handed to the writer that takes this one's place.
  struct Staged {
    Sequence sequence = 0;
    std::string text;
    std::int64_t received_ms = 0;  // at the earliest
  };
  [[nodiscard]] std::vector<Staged> staged() const;
  void restage(const Staged& row, Clock::time_point now);

  [[nodiscard]] std::deque<OpenBatch>& open() { return open_; }
  [[nodiscard]] const std::deque<OpenBatch>& open() const { return open_; }
  [[nodiscard]] bool due(const OpenBatch& batch, Clock::time_point now) const;
  // When the youngest open batch will be due; nothing while it is empty.
  [[nodiscard]] std::optional<Clock::time_point> due_at() const;
  [[nodiscard]] Sequence next_sequence() const { return next_sequence_; }
  // The first number that is not durable: next_sequence() when nothing is staged.
  [[nodiscard]] Sequence first_staged() const;
  // The first number that is in no sealed batch.
  [[nodiscard]] Sequence first_open() const;
  [[nodiscard]] BatchNumber next_batch() const { return next_batch_; }
  void batch_sealed() { ++next_batch_; }
  [[nodiscard]] std::size_t staged_bytes() const;

 private:
  OpenBatch& room_for(std::size_t bytes, Clock::time_point now);
  void push(std::string_view text, std::int64_t received_ms, Clock::time_point now);

  RowWriter writer_;
  BatchLimits limits_;
  Sequence next_sequence_ = 1;
  BatchNumber next_batch_ = 1;
  std::deque<OpenBatch> open_;  // all but the last are full
  std::string scratch_;
};

}  // namespace vitalgate::sync
