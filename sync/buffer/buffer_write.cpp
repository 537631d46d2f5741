// One transaction: rows become segments, full batches are sealed, bookkeeping rides along.
#include <algorithm>

#include "agent/core/limits.h"
#include "sync/buffer/batch_head.h"
#include "sync/buffer/buffer_impl.h"

namespace vitalgate::sync {
namespace {

// Bookkeeping beside readings: no more often, every row of it is a page written.
constexpr auto kBookkeepingInterval = std::chrono::seconds(1);
// All pages are read for it.
constexpr auto kFullDoubtedInterval = std::chrono::minutes(10);

std::uint8_t bit(Lane lane) { return static_cast<std::uint8_t>(1U << static_cast<unsigned>(lane)); }

}  // namespace

Result<std::vector<BatchInfo>> Buffer::Impl::commit(const CommitContext& context) {
  if (store == nullptr) return buffer_is_closed();
  std::vector<BatchInfo> sealed;
  // What was stored before still leaves: it is sealed, noted and deleted; nothing new is taken in.
  disk_full = !space.has_room(context.now);
  if (disk_full) VG_TRY(only_bookkeeping(context));
  for (auto& [ref, stream] : streams) VG_TRY(refresh_oldest(stream));
  VG_TRY(give_up_kept(context));
  VG_TRY(give_way(context));
  auto written = write(context, sealed);
  if (!written && written.error().code == Errc::unavailable && !store->is_broken()) {
    auto room = make_room(context);
    if (room) written = write(context, sealed);
    if (!written) VG_TRY(doubt_full(context.now));
  }
  if (!written) return written.error();
  committed(context, sealed);
  sealed.insert(sealed.end(), tombstones.begin(), tombstones.end());
  tombstones.clear();
  return sealed;
}

// A page that points behind the end of the database makes SQLite say that the disk is full.
Result<> Buffer::Impl::doubt_full(Clock::time_point now) {
  if (disk_full || (full_doubted && now - *full_doubted < kFullDoubtedInterval)) return {};
  full_doubted = now;
  const auto flaws = VG_TRY(store->structure_flaws());
  if (flaws.empty()) return {};
  return Error{Errc::corrupt, "the database is damaged: " + flaws.front(),
               std::string(kDamagedHint)};
}

Result<> Buffer::Impl::write(const CommitContext& context, std::vector<BatchInfo>& sealed) {
  VG_TRY(store->begin());
  stalled = 0;
  removal = {};
  const auto all = [&]() -> Result<> {
    for (auto& [ref, stream] : streams) {
      const std::size_t known = sealed.size();
      VG_TRY(write_stream(stream, context, sealed));
      // A batch number is kept in two places: with one page spoiled it is still not used again.
      if (sealed.size() == known) continue;
      stream.next_batch_floor = sealed.back().key.number + 1;
      VG_TRY(write_floors(stream, /*with_staged=*/true));
    }
    // A mark must never be ahead of its readings: while a lane waits, none moves.
    if (stalled == 0) VG_TRY(write_marks());
    VG_TRY(write_held());
    VG_TRY(write_bookkeeping(context));
    return store->commit();
  };
  auto done = all();
  if (done) return done;
  store->rollback();
  sealed.clear();
  removal = {};
  return done;
}

Result<> Buffer::Impl::write_stream(StreamState& stream, const CommitContext& context,
                                    std::vector<BatchInfo>& sealed) {
  stream.next_chain = stream.chain;
  if (stream.writer.open().empty()) return {};
  const bool holds_back = stream.writer.staged_bytes() > 0 && (disk_full || over_quota(stream));
  if (holds_back) {
    stalled |= bit(stream.ref.lane);
    stream.writer.part_staged();
  }
  BatchNumber number = stream.writer.next_batch();
  for (OpenBatch& batch : stream.writer.open()) {
    batch.staged_stored_bytes = 0;
    if (batch.has_staged()) {
      if (holds_back) return {};
      const auto written = VG_TRY(
          tables->put_segment(*store, stream.ref, stream.epoch, batch.staged(), stream.next_chain));
      batch.staged_stored_bytes = written.bytes;
      stream.next_chain = written.link;
    }
    const bool seal =
        stream.writer.due(batch, context.now) || (context.seal_all && !batch.rows.empty());
    if (seal) VG_TRY(write_batch(stream, batch, number++, context, sealed));
  }
  return {};
}

Result<> Buffer::Impl::write_batch(StreamState& stream, const OpenBatch& batch, BatchNumber number,
                                   const CommitContext& context, std::vector<BatchInfo>& sealed) {
  BatchRecord record{
      .key = {stream.ref.lane, number, stream.ref.generation},
      .range = batch.range,
      .bytes = static_cast<std::uint32_t>(batch.rows.size()),
      .stored_bytes = batch.stored_bytes + batch.staged_stored_bytes + kBatchRowBytes,
      .oldest_ms = batch.oldest_ms,
      .newest_ms = batch.newest_ms,
      .backfill = context.backfill,
      .tombstone = false,
      .head = {}};
  const std::string head =
      batch_head(options, stream.epoch, record, batch.rows, stream.oldest_ms, context.wall);
  VG_TRY(tables->put_batch(*store, record, stream.epoch, head));
  sealed.push_back(info_of(stream, record));
  return {};
}

Result<> Buffer::Impl::write_held() {
  std::int64_t room = limits::kQuarantineRowsMax - quarantined;
  for (const Held& one : held) {
    if (room-- <= 0) break;
    VG_TRY(tables->put_held(*store, one, options.agent_version));
  }
  if (room >= 0) return {};
  const auto kept = std::max<std::int64_t>(0, limits::kQuarantineRowsMax - quarantined);
  const auto lost = static_cast<std::int64_t>(held.size()) - kept;
  return store->put_meta(meta_key::kOverflow, quarantine_overflow + lost);
}

Result<> Buffer::Impl::write_bookkeeping(const CommitContext& context) {
  const bool readings = std::any_of(streams.begin(), streams.end(), [](const auto& entry) {
    return entry.second.writer.staged_bytes() > 0;
  });
  bookkeeping_in_transaction = !readings || context.seal_all || holds_refused() || !bookkept ||
                               context.now - *bookkept >= kBookkeepingInterval;
  if (!bookkeeping_in_transaction) return {};
  VG_TRY(write_checkpoints());
  const std::int64_t clock = store_ms(context.now);
  for (DeliveredRecord record : delivered) {
    record.store_ms = clock;
    VG_TRY(store->insert_delivered(record));
  }
  DayRate day = rate;
  day.add(sealed_bytes, clock);
  VG_TRY(store->put_meta(meta_key::kStoreClock, clock));
  VG_TRY(store->put_meta(meta_key::kSealedBytes, static_cast<std::int64_t>(day.bytes())));
  VG_TRY(store->put_meta(meta_key::kSegmentsOfKey, segments_of_key));
  return purge(context);
}

// In the transaction of every deletion. A floor above what is durable would leave a gap.
Result<> Buffer::Impl::write_streams(bool with_staged) {
  for (const auto& [ref, stream] : streams) VG_TRY(write_floors(stream, with_staged));
  return {};
}

Result<> Buffer::Impl::write_floors(const StreamState& stream, bool with_staged) {
  // A lane that waits for room stages rows that this transaction does not write.
  const bool waits = (stalled & bit(stream.ref.lane)) != 0;
  const Sequence next =
      with_staged && !waits ? stream.writer.next_sequence() : stream.writer.first_staged();
  const BatchNumber number = std::max(stream.writer.next_batch(), stream.next_batch_floor);
  return store->put_stream({stream.ref, stream.epoch, next, number});
}

void Buffer::Impl::committed(const CommitContext& context, const std::vector<BatchInfo>& sealed) {
  for (const BatchInfo& info : sealed) {
    StreamState& stream = of(info.key.stream());
    OpenBatch& batch = stream.writer.open().front();
    stream.writer.batch_sealed();
    stream.sealed(info, batch.newest_ms);
    stream.waiting += info.range.count();
    stream.waiting_bytes += info.bytes;
    stream.stored_bytes += batch.stored_bytes + batch.staged_stored_bytes + kBatchRowBytes;
    sealed_bytes += batch.staged_stored_bytes + kBatchRowBytes;
    readings_since_open += batch.staged_at.size();
    if (stream.oldest_ms == INT64_MAX) stream.oldest_ms = info.oldest_ms;
    stream.writer.open().pop_front();
  }
  for (auto& [ref, stream] : streams) {
    if ((stalled & bit(ref.lane)) != 0) continue;
    stream.chain = stream.next_chain;
    for (OpenBatch& batch : stream.writer.open()) {
      batch.stored_bytes += batch.staged_stored_bytes;
      sealed_bytes += batch.staged_stored_bytes;
      readings_since_open += batch.staged_at.size();
      segments_of_key += batch.has_staged() ? 1 : 0;
      batch.staged_stored_bytes = 0;
      batch.staged_is_committed();
    }
  }
  held_is_done();
  if (stalled == 0) marks.clear();
  segments_of_key += static_cast<std::int64_t>(sealed.size());
  if (bookkeeping_in_transaction) bookkeeping_is_done(context.now);
  removal_is_done();
  write_mark(context.now, /*now_or_never=*/context.seal_all);
  keep_keys_young(context.wall);
}

// A reading that a hub refused is held in the transaction of its checkpoint: apart from it, a crash
// between the two would lose it or hold it twice.
bool Buffer::Impl::holds_refused() const {
  return std::any_of(held.begin(), held.end(),
                     [](const Held& one) { return one.rule == kHubRule; });
}

void Buffer::Impl::held_is_done() {
  const auto count = static_cast<std::int64_t>(held.size());
  const auto kept = std::clamp<std::int64_t>(limits::kQuarantineRowsMax - quarantined, 0, count);
  quarantined += kept;
  quarantine_overflow += count - kept;
  held.clear();
}

void Buffer::Impl::bookkeeping_is_done(Clock::time_point now) {
  bookkept = now;
  dirty_checkpoints.clear();
  delivered.clear();
  rate.add(std::exchange(sealed_bytes, 0), store_ms(now));
  static_cast<void>(measure());  // only a figure: the next one will do
  space.restore_ballast(now);
}

Result<> Buffer::Impl::close() {
  if (store == nullptr) return buffer_is_closed();
  write_mark(Clock::now(), /*now_or_never=*/true);
  return store->checkpoint();
}

Result<> Buffer::Impl::write_checkpoints() {
  for (const auto& [destination, ref] : dirty_checkpoints)
    VG_TRY(store->put_checkpoint(options.destinations[destination], ref,
                                 of(ref).confirmed[destination]));
  return {};
}

}  // namespace vitalgate::sync
