// Buffer's way back into memory: what the tables hold becomes lanes, waiting batches and counters.
#include <algorithm>

#include "agent/core/limits.h"
#include "sync/buffer/buffer.h"

namespace vitalgate::sync {

Result<Buffer> Buffer::open(BufferOptions options, Clock::time_point now) {
  VG_CHECK(options.destinations.size() <= limits::kDestinationsMax);
  Store store = VG_TRY(Store::open(options.directory, options.gateway, options.max_disk_bytes));
  std::string epoch = VG_TRY(store.epoch());
  Buffer buffer(std::move(options), std::move(store), std::move(epoch), now);
  VG_TRY(buffer.load());
  return buffer;
}

Result<> Buffer::load() {
  store_ms_at_open_ = VG_TRY(store_.meta(meta_key::kStoreClock));
  quarantined_ = VG_TRY(store_.quarantine_rows());
  quarantine_overflow_ = VG_TRY(store_.meta(meta_key::kOverflow));
  for (std::size_t i = 0; i < options_.destinations.size(); ++i)
    VG_TRY(store_.each_checkpoint(options_.destinations[i], [&](Lane lane, Range range) {
      of(lane).confirmed[i].add(range);
    }));
  VG_TRY(load_batches());
  return {};
}

Result<> Buffer::load_batches() {
  std::array<Sequence, kLanes.size()> sealed_through{};
  std::array<BatchNumber, kLanes.size()> last_batch{};
  std::vector<BatchKey> reopened;  // delivered to all that were configured then, not to all now
  VG_TRY(store_.each_batch([&](const BatchRecord& batch) {
    const auto at = static_cast<std::size_t>(batch.key.lane);
    sealed_through[at] = std::max(sealed_through[at], batch.range.last);
    last_batch[at] = std::max(last_batch[at], batch.key.number);
    LaneState& lane = of(batch.key.lane);
    std::uint32_t missing_at = 0;
    for (std::size_t i = 0; i < lane.confirmed.size(); ++i)
      if (!lane.confirmed[i].contains(batch.range)) missing_at |= std::uint32_t{1} << i;
    if (missing_at == 0) {
      // Confirmed in the moment before a crash, or by every destination that is left.
      if (!batch.delivered) delivered_.push_back(batch.key);
      return;
    }
    if (batch.delivered) reopened.push_back(batch.key);
    lane.wait_for(BatchInfo{batch.key, batch.range, batch.bytes, batch.oldest_ms, batch.backfill,
                            missing_at});
  }));
  for (const BatchKey& key : reopened) VG_TRY(store_.mark_undelivered(key));
  for (const Lane lane : kLanes) {
    const auto at = static_cast<std::size_t>(lane);
    Sequence next = sealed_through[at] + 1;
    const auto floor =
        static_cast<Sequence>(VG_TRY(store_.meta(meta_key::floor("sequence", lane))));
    const auto batch =
        static_cast<BatchNumber>(VG_TRY(store_.meta(meta_key::floor("batch", lane))));
    LaneWriter& writer = of(lane).writer;
    VG_TRY(store_.each_segment(lane, sealed_through[at], [&](const SegmentRecord& segment) {
      writer.restore(segment);
      next = segment.range.last + 1;
    }));
    writer.resume(std::max(next, floor), std::max(last_batch[at] + 1, batch));
  }
  return {};
}

}  // namespace vitalgate::sync
