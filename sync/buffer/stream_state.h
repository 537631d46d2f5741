// What the buffer remembers of one stream while it runs: little, whatever waits in it.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <vector>

#include "sync/buffer/lane_writer.h"
#include "sync/buffer/records.h"

namespace vitalgate::sync {

struct StreamState {
  StreamState(StreamRef of, std::string in_epoch, LaneWriter with, std::size_t destinations)
      : ref(of), epoch(std::move(in_epoch)), writer(std::move(with)), confirmed(destinations) {}

  StreamRef ref;
  std::string epoch;
  LaneWriter writer;
  std::vector<RangeSet> confirmed;   // per destination
  RangeSet gone;                     // deleted from the disk
  RangeSet settled;                  // gone, or confirmed by every required destination
  RangeSet declared;                 // as dropped, by tombstones that are stored
  Chain chain{};                     // after the last committed segment
  Chain next_chain{};                // after the segments of the running transaction
  BatchNumber next_batch_floor = 1;  // of batches in the running transaction
  std::uint64_t waiting = 0;         // readings in sealed batches that are not settled
  std::uint64_t waiting_bytes = 0;
  std::uint64_t stored_bytes = 0;  // of sealed batches on the disk, packed
  // Of what waits sealed: nothing was received before it (UTC); INT64_MAX when nothing waits.
  std::int64_t oldest_ms = INT64_MAX;
  Sequence oldest_known_at = 0;  // settled.prefix() + 1 for which it was found

  // Recomputes `settled`; `required` has a bit per destination.
  void settle(std::uint32_t required);

  // The bound above, when the first batch that waits has `first_ms`.
  [[nodiscard]] std::int64_t oldest_waiting_ms(std::int64_t first_ms) const;
  // A batch was sealed or found on the disk; ascending.
  void sealed(const BatchInfo& batch, std::int64_t newest_ms);

 private:
  // Receive times rise from batch to batch, but for clock steps and devices that overlap: batches
  // that begin before what came in front of them.
  struct Dip {
    Sequence last = 0;
    std::int64_t oldest_ms = 0;
  };
  std::deque<Dip> dips_;
  std::int64_t newest_ms_ = INT64_MIN;
};

}  // namespace vitalgate::sync
