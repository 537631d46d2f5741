// What gives way when space runs out: first what every destination has, then, only if configured,
// the oldest of the lowest lane, declared as dropped; otherwise the sources wait.
#include <algorithm>
#include <limits>

#include "agent/core/limits.h"
#include "sync/buffer/batch_head.h"
#include "sync/buffer/buffer_impl.h"
#include "sync/buffer/schema.h"

namespace vitalgate::sync {
namespace {

constexpr auto kPurgeInterval = std::chrono::seconds(10);
constexpr std::int64_t kAnyAge = std::numeric_limits<std::int64_t>::max();
// Of the quota: above it only urgent readings are taken.
constexpr std::uint64_t kUrgentReservePercent = 3;
// And at least this: a commit of one reading touches a dozen pages.
constexpr std::uint64_t kUrgentReserveBytesMin = 32 * kPageBytes;
// An urgent reading is never given up.
constexpr std::array kGiveWay{Lane::feeds, Lane::waves, Lane::vitals};

}  // namespace

Result<> Buffer::Impl::measure() {
  used_bytes = static_cast<std::uint64_t>(VG_TRY(store->pages_used())) * kPageBytes;
  return {};
}

bool Buffer::Impl::over_quota(Lane lane) const {
  std::uint64_t used = 0;
  for (const auto& [ref, stream] : streams)
    if (ref.lane == lane) used += stream.stored_bytes;
  const std::uint64_t percent = options.quota_percent[static_cast<std::size_t>(lane)];
  return used * 100 >= space.quota_bytes() * percent;
}

bool Buffer::Impl::only_reserve_left() const {
  const std::uint64_t quota = space.quota_bytes();
  return used_bytes + std::max(quota * kUrgentReservePercent / 100, kUrgentReserveBytesMin) >=
         quota;
}

bool Buffer::Impl::over_quota(const StreamState& stream) const {
  const Lane lane = stream.ref.lane;
  if (stream.writer.staged_bytes() == 0) return false;
  return (lane != Lane::urgent && only_reserve_left()) || over_quota(lane);
}

Result<> Buffer::Impl::in_transaction(const std::function<Result<>()>& work) {
  removal = {};
  VG_TRY(store->begin());
  auto done = work();
  if (done) done = store->commit();
  if (!done) {
    store->rollback();
    removal = {};
    return done;
  }
  removal_is_done();
  return {};
}

Result<> Buffer::Impl::purge(const CommitContext& context) {
  const auto now = context.now;
  const auto interval =
      std::clamp<Clock::duration>(options.keep_sent, std::chrono::seconds(1), kPurgeInterval);
  if (purged && now - *purged < interval) return {};
  purged = now;
  const auto keep_ms = std::chrono::milliseconds(options.keep_sent).count();
  VG_TRY(purge_older(context, store_ms(now) - keep_ms, std::nullopt));
  if (only_reserve_left()) VG_TRY(purge_older(context, kAnyAge, std::nullopt));
  for (const Lane lane : kLanes)
    if (over_quota(lane)) VG_TRY(purge_older(context, kAnyAge, lane));
  if (removal.rows.size() >= limits::kPurgeBatchesPerCommit) purged.reset();  // there may be more
  return {};
}

// Deletes batches that every required destination had at `store_ms` or before, oldest first and of
// `lane` alone if it is given; how many, at most limits::kPurgeBatchesPerCommit.
Result<std::size_t> Buffer::Impl::purge_older(const CommitContext& context, std::int64_t store_ms,
                                              std::optional<Lane> lane) {
  std::vector<DeliveredRecord> rows;
  VG_TRY(store->each_delivered([&](const DeliveredRecord& row) {
    if (row.store_ms > store_ms) return false;
    if (!lane || row.stream.lane == *lane) rows.push_back(row);
    return rows.size() < limits::kPurgeBatchesPerCommit;
  }));
  std::size_t count = 0;
  for (const DeliveredRecord& row : rows) {
    if (count >= limits::kPurgeBatchesPerCommit) break;
    count += VG_TRY(purge_row(row, limits::kPurgeBatchesPerCommit - count));
  }
  if (count == 0) return count;
  VG_TRY(declare_expired(context));
  VG_TRY(write_gone());
  VG_TRY(write_streams(/*with_staged=*/true));
  return count;
}

Result<std::size_t> Buffer::Impl::purge_row(const DeliveredRecord& row, std::size_t limit) {
  VG_TRY(store->remove_delivered(row.id));
  const StreamState* const stream = find(row.stream);
  if (stream == nullptr) return std::size_t{0};
  std::vector<BatchRecord> batches;
  bool more = false;
  VG_TRY(store->each_batch(row.stream, row.range, /*with_head=*/false, bound_of(*stream),
                           [&](const BatchRecord& batch) -> Result<bool> {
                             more = batches.size() >= limit;
                             if (more) return false;
                             const bool whole = batch.range.last <= row.range.last &&
                                                stream->settled.contains(batch.range);
                             if (whole) batches.push_back(batch);
                             return true;
                           }));
  std::size_t count = 0;
  for (const BatchRecord& batch : batches) {
    // A tombstone stays until everybody was told.
    if (batch.tombstone && info_of(*stream, batch).missing_at != 0) continue;
    VG_TRY(store->remove(stream->ref, batch.range));
    note_removed(*stream, batch);
    ++count;
  }
  if (more) {
    DeliveredRecord rest = row;
    rest.range.first = batches.back().range.last + 1;
    VG_TRY(store->insert_delivered(rest));
  }
  return count;
}

// In the transaction of every deletion, behind all of its rows.
Result<> Buffer::Impl::write_gone() {
  std::map<StreamRef, RangeSet> gone;
  for (const Removed& one : removal.rows)
    if (!one.declared)
      gone.try_emplace(one.stream, of(one.stream).gone).first->second.add(one.range);
  for (const auto& [ref, ranges] : gone) VG_TRY(store->put_checkpoint(kGone, ref, ranges));
  return {};
}

void Buffer::Impl::removal_is_done() {
  for (const Removed& one : removal.rows) {
    StreamState& stream = of(one.stream);
    stream.settled.add(one.range);
    stream.stored_bytes -= std::min<std::uint64_t>(stream.stored_bytes, one.stored_bytes);
    if (one.declared) continue;
    stream.gone.add(one.range);
    stream.declared.remove(one.range);
  }
  for (const BatchInfo& tombstone : removal.tombstones) {
    StreamState& stream = of(tombstone.key.stream());
    stream.writer.resume(stream.writer.next_sequence(), tombstone.key.number + 1);
    stream.declared.add(tombstone.range);
    tombstones.push_back(tombstone);
  }
  for (const BatchKey key : removal.expired) {
    std::erase_if(tombstones, [&](const BatchInfo& known) { return known.key == key; });
    expired.push_back(key);
  }
  for (std::size_t i = 0; i < removal.missed.size(); ++i) missed[i] += removal.missed[i];
  removal = {};
}

// The disk is full: nothing is taken in, but what is delivered can still be noted and deleted.
Result<> Buffer::Impl::only_bookkeeping(const CommitContext& context) {
  auto done = delete_delivered(context);
  if (!done && !store->is_broken() && space.give_up_ballast()) {
    if (auto moved = store->checkpoint(); !moved && store->is_broken()) return moved;
    done = delete_delivered(context);
  }
  // Full is the caller's news; a disk that fails is another matter.
  return !done && store->is_broken() ? Result<>(done.error()) : Result<>();
}

// In a transaction of its own, deletions first: the checkpoint may need the pages they free. How
// many batches went.
Result<std::size_t> Buffer::Impl::delete_delivered(const CommitContext& context) {
  std::size_t count = 0;
  const bool with_held = holds_refused();
  VG_TRY(in_transaction([&]() -> Result<> {
    count = VG_TRY(purge_older(context, kAnyAge, std::nullopt));
    for (const DeliveredRecord& row : delivered) {
      if (count >= limits::kPurgeBatchesPerCommit) break;
      count += VG_TRY(purge_row(row, limits::kPurgeBatchesPerCommit - count));
    }
    VG_TRY(declare_expired(context));
    VG_TRY(write_gone());
    VG_TRY(write_streams(/*with_staged=*/false));
    if (with_held) VG_TRY(write_held());
    return write_checkpoints();
  }));
  if (with_held) held_is_done();
  dirty_checkpoints.clear();
  std::erase_if(delivered, [&](const DeliveredRecord& row) {
    const StreamState& stream = of(row.stream);
    for (const Range& rest : stream.gone.missing_in(row.range))
      if (!stream.declared.contains(rest)) return false;
    return true;
  });
  bookkept = context.now;
  return count;
}

Result<> Buffer::Impl::make_room(const CommitContext& context) {
  const auto freed = [&] {
    const auto count = delete_delivered(context);
    return count && *count > 0;
  };
  if (freed()) return {};
  if (store->is_broken()) return Error{Errc::unavailable, "the disk fails", "look at `dmesg`"};
  if (options.when_full == config::WhenFull::drop_lowest && drop_oldest(context)) return {};
  // Without a free block SQLite can neither delete nor empty its log.
  if (!space.give_up_ballast())
    return Error{Errc::unavailable, "the buffer is full; devices wait",
                 "free space on the disk, or raise buffer.max_disk"};
  VG_TRY(store->checkpoint());
  if (freed()) return {};
  return Error{Errc::unavailable, "the buffer is full; devices wait",
               "free space on the disk, or raise buffer.max_disk"};
}

Result<> Buffer::Impl::drop_oldest(const CommitContext& context) {
  for (const Lane lane : kGiveWay)
    for (auto& [ref, stream] : streams)
      if (ref.lane == lane && stream.waiting > 0) return drop_oldest_of(stream, context);
  return Error{Errc::unavailable, "nothing may be given up", ""};
}

// A store that is full of what is kept for a replay must not slow the intake down: as much of it
// goes as the readings that wait need.
Result<> Buffer::Impl::give_up_kept(const CommitContext& context) {
  constexpr int kRounds = 8;
  for (int round = 0; round < kRounds; ++round) {
    const auto at = std::find_if(streams.begin(), streams.end(),
                                 [this](const auto& entry) { return over_quota(entry.second); });
    if (at == streams.end()) return {};
    const Lane lane = at->first.lane;
    const auto of_lane = over_quota(lane) ? std::optional(lane) : std::nullopt;
    std::size_t count = 0;
    VG_TRY(in_transaction([&]() -> Result<> {
      count = VG_TRY(purge_older(context, kAnyAge, of_lane));
      return write_streams(/*with_staged=*/false);
    }));
    VG_TRY(measure());
    if (count == 0) return {};
  }
  return {};
}

// Only if configured: a lane over its quota gives up its own oldest, a full store the lowest
// lane's.
Result<> Buffer::Impl::give_way(const CommitContext& context) {
  if (options.when_full != config::WhenFull::drop_lowest) return {};
  for (auto& [ref, stream] : streams) {
    if (ref.lane == Lane::urgent || !over_quota(stream)) continue;
    if (over_quota(ref.lane)) {
      for (auto& [other, older] : streams)
        if (other.lane == ref.lane && older.waiting > 0) {
          static_cast<void>(drop_oldest_of(older, context));
          break;
        }
    } else {
      static_cast<void>(drop_oldest(context));
    }
    VG_TRY(measure());
  }
  return {};
}

// Up to limits::kPurgeBatchesPerCommit batches in a row become one tombstone.
Result<> Buffer::Impl::drop_oldest_of(StreamState& stream, const CommitContext& context) {
  std::vector<BatchRecord> victims;
  VG_TRY(store->each_batch(
      stream.ref, {stream.settled.prefix() + 1, limits::kSequenceMax}, /*with_head=*/false,
      bound_of(stream), [&](const BatchRecord& batch) -> Result<bool> {
        const bool follows = victims.empty() || victims.back().range.last + 1 == batch.range.first;
        const bool waits = !batch.tombstone && !stream.settled.touches(batch.range);
        if (waits && follows) victims.push_back(batch);
        return (waits || victims.empty()) && victims.size() < limits::kPurgeBatchesPerCommit;
      }));
  if (victims.empty()) return Error{Errc::unavailable, "nothing may be given up", ""};
  const Range range{victims.front().range.first, victims.back().range.last};
  const Loss loss{stream_id(stream.ref.lane, stream.epoch), range, "no_room"};
  BatchRecord record{.key = {stream.ref.lane, stream.writer.next_batch(), stream.ref.generation},
                     .range = range,
                     .oldest_ms = victims.front().oldest_ms,
                     .newest_ms = victims.back().newest_ms,
                     .backfill = context.backfill,
                     .tombstone = true,
                     .head = {}};
  VG_TRY(in_transaction([&]() -> Result<> {
    VG_TRY(store->remove(stream.ref, range));
    const std::string head =
        tombstone_head(options, stream.epoch, record, loss.reason, context.wall);
    VG_TRY(tables->put_batch(*store, record, stream.epoch, head));
    return store->insert_loss(loss);
  }));
  stream.writer.batch_sealed();
  for (const BatchRecord& victim : victims) {
    stream.stored_bytes -= std::min<std::uint64_t>(stream.stored_bytes, victim.stored_bytes);
    stream.waiting -= victim.range.count();
    stream.waiting_bytes -= victim.bytes;
    dropped.push_back(victim.key);
  }
  losses.push_back(loss);
  stream.declared.add(range);
  tombstones.push_back(info_of(stream, record));
  return {};
}

}  // namespace vitalgate::sync
