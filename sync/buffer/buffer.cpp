#include "sync/buffer/buffer.h"

#include <algorithm>
#include <limits>

#include "agent/core/limits.h"
#include "sync/batch/envelope.h"

namespace vitalgate::sync {
namespace {

constexpr auto kPurgeInterval = std::chrono::seconds(1);

}  // namespace

void Buffer::LaneState::wait_for(const BatchInfo& batch) {
  waiting.emplace(batch.range.first, batch);
  oldest.insert(batch.oldest_ms);
  readings += batch.range.last - batch.range.first + 1;
  bytes += batch.bytes;
}

std::map<Sequence, BatchInfo>::iterator Buffer::LaneState::left(
    std::map<Sequence, BatchInfo>::iterator at) {
  const BatchInfo& batch = at->second;
  oldest.erase(oldest.find(batch.oldest_ms));
  readings -= batch.range.last - batch.range.first + 1;
  bytes -= batch.bytes;
  return waiting.erase(at);
}

Buffer::Buffer(BufferOptions options, Store store, std::string epoch, Clock::time_point now)
    : options_(std::move(options)),
      store_(std::move(store)),
      epoch_(std::move(epoch)),
      opened_(now) {
  all_destinations_ = (std::uint32_t{1} << options_.destinations.size()) - 1;
  for (const Lane lane : kLanes)
    lanes_[static_cast<std::size_t>(lane)] = std::make_unique<LaneState>(
        LaneState{LaneWriter(lane, RowWriter(options_.gateway, lane, epoch_), options_.batch),
                  {},
                  {},
                  0,
                  0,
                  std::vector<RangeSet>(options_.destinations.size())});
}

LaneWriter::Appended Buffer::append(Lane lane, const Row& row, Sequence group_first,
                                    Clock::time_point now) {
  return of(lane).writer.append(row, group_first, now);
}

void Buffer::hold(Held held) { held_.push_back(std::move(held)); }

void Buffer::mark(std::string_view source, const SourceMark& mark) {
  VG_CHECK(mark.slot < SourceMark::kSlots);
  marks_.insert_or_assign({std::string(source), mark.slot}, mark);
}

std::size_t Buffer::staged_bytes() const {
  std::size_t bytes = 0;
  for (const auto& lane : lanes_) bytes += lane->writer.staged_bytes();
  for (const Held& held : held_) bytes += held.content.size() + held.raw.size() + 64;
  return bytes;
}

std::optional<Clock::time_point> Buffer::seal_due_at() const {
  std::optional<Clock::time_point> due;
  for (const auto& lane : lanes_)
    if (const auto at = lane->writer.due_at()) due = due ? std::min(*due, *at) : *at;
  return due;
}

Result<std::vector<BatchInfo>> Buffer::commit(const CommitContext& context) {
  std::vector<BatchInfo> sealed;
  auto written = write(context, sealed);
  if (!written && written.error().code == Errc::unavailable && make_room()) {
    sealed.clear();
    written = write(context, sealed);
  }
  if (!written) return written.error();
  committed(sealed);
  return sealed;
}

Result<> Buffer::write(const CommitContext& context, std::vector<BatchInfo>& sealed) {
  VG_TRY(store_.begin());
  const auto all = [&]() -> Result<> {
    for (const auto& lane : lanes_) VG_TRY(write_lane(*lane, context, sealed));
    VG_TRY(write_marks());
    return write_bookkeeping(context.now);
  };
  auto done = all();
  if (done) done = store_.commit();
  if (!done) store_.rollback();
  return done;
}

Result<> Buffer::write_lane(LaneState& lane, const CommitContext& context,
                            std::vector<BatchInfo>& sealed) {
  BatchNumber number = lane.writer.next_batch();
  for (const OpenBatch& batch : lane.writer.open()) {
    if (batch.has_staged()) VG_TRY(store_.insert_segment(batch.staged(lane.writer.lane())));
    const bool seal =
        lane.writer.due(batch, context.now) || (context.seal_all && !batch.rows.empty());
    if (!seal) continue;
    const BatchKey key{lane.writer.lane(), number++};
    const BatchInfo info{key,
                         batch.range,
                         static_cast<std::uint32_t>(batch.rows.size()),
                         batch.oldest_ms,
                         context.backfill,
                         all_destinations_};
    const BatchRecord record{.key = key,
                             .range = info.range,
                             .bytes = info.bytes,
                             .oldest_ms = info.oldest_ms,
                             .backfill = info.backfill};
    VG_TRY(store_.insert_batch(record, head_of(lane, batch, key, context)));
    sealed.push_back(info);
  }
  return {};
}

std::string Buffer::head_of(const LaneState& lane, const OpenBatch& batch, BatchKey key,
                            const CommitContext& context) const {
  // Everything received before the oldest reading that still waits has been sent.
  const std::int64_t watermark =
      lane.oldest.empty() ? batch.oldest_ms : std::min(batch.oldest_ms, *lane.oldest.begin());
  const Envelope envelope{.gateway = options_.gateway,
                          .site = options_.site,
                          .epoch = epoch_,
                          .key = key,
                          .first = batch.range.first,
                          .last = batch.range.last,
                          .sealed = context.wall,
                          .low_watermark = WallTime(std::chrono::milliseconds(watermark)),
                          .backfill = context.backfill,
                          .agent_version = options_.agent_version,
                          .config_version = options_.config_version};
  return envelope_head(envelope, batch.rows);
}

Result<> Buffer::write_bookkeeping(Clock::time_point now) {
  const std::int64_t clock = store_ms(now);
  VG_TRY(write_checkpoints());
  for (const BatchKey& key : delivered_) VG_TRY(store_.mark_delivered(key, clock));
  std::int64_t room = limits::kQuarantineRowsMax - quarantined_;
  for (const Held& held : held_) {
    if (room-- <= 0) break;
    VG_TRY(
        store_.insert_quarantine({held.received.time_since_epoch().count(), held.device, held.rule,
                                  held.reason, held.content, held.raw, options_.agent_version}));
  }
  if (room < 0) {
    const auto kept = std::max<std::int64_t>(0, limits::kQuarantineRowsMax - quarantined_);
    const auto lost = static_cast<std::int64_t>(held_.size()) - kept;
    VG_TRY(store_.put_meta(meta_key::kOverflow, quarantine_overflow_ + lost));
  }
  VG_TRY(store_.put_meta(meta_key::kStoreClock, clock));
  if (now - purged_ < kPurgeInterval) return {};
  const auto keep_ms = std::chrono::milliseconds(options_.keep_sent).count();
  const std::size_t purged = VG_TRY(store_.purge(clock - keep_ms, limits::kPurgeBatchesPerCommit));
  if (purged < limits::kPurgeBatchesPerCommit) purged_ = now;
  return write_floors(true);
}

// In the transaction of every deletion. A floor above what is durable would leave a gap.
Result<> Buffer::write_floors(bool with_staged) {
  for (const auto& lane : lanes_) {
    const LaneWriter& writer = lane->writer;
    const Sequence next = with_staged ? writer.next_sequence() : writer.first_staged();
    VG_TRY(store_.put_meta(meta_key::floor("sequence", writer.lane()),
                           static_cast<std::int64_t>(next)));
    VG_TRY(store_.put_meta(meta_key::floor("batch", writer.lane()),
                           static_cast<std::int64_t>(writer.next_batch())));
  }
  return {};
}

// The store is full: what every destination has may go before its time. The deletions come
// first, because the checkpoint may need the pages they free.
Result<> Buffer::make_room() {
  VG_TRY(store_.begin());
  const std::size_t fresh = std::min(delivered_.size(), limits::kPurgeBatchesPerCommit);
  const auto purge = [&]() -> Result<> {
    for (std::size_t i = 0; i < fresh; ++i) VG_TRY(store_.remove(delivered_[i]));
    const std::int64_t any_age = std::numeric_limits<std::int64_t>::max();
    const std::size_t purged = VG_TRY(store_.purge(any_age, limits::kPurgeBatchesPerCommit));
    if (fresh + purged == 0)
      return Error{Errc::unavailable, "nothing delivered is left to delete", ""};
    VG_TRY(write_floors(/*with_staged=*/false));
    VG_TRY(write_checkpoints());
    return store_.commit();
  };
  auto done = purge();
  if (!done) {
    store_.rollback();
    return done;
  }
  delivered_.erase(delivered_.begin(), delivered_.begin() + static_cast<std::ptrdiff_t>(fresh));
  dirty_checkpoints_.clear();
  return {};
}

Result<> Buffer::write_checkpoints() {
  for (const auto& [destination, lane] : dirty_checkpoints_)
    VG_TRY(store_.put_checkpoint(options_.destinations[destination], lane,
                                 of(lane).confirmed[destination].ranges()));
  return {};
}

void Buffer::committed(const std::vector<BatchInfo>& sealed) {
  for (const BatchInfo& batch : sealed) {
    LaneState& lane = of(batch.key.lane);
    lane.writer.batch_sealed();
    lane.wait_for(batch);
    lane.writer.open().pop_front();
  }
  for (const auto& lane : lanes_)
    for (OpenBatch& batch : lane->writer.open()) batch.staged_is_committed();
  const auto held = static_cast<std::int64_t>(held_.size());
  const std::int64_t kept =
      std::clamp<std::int64_t>(limits::kQuarantineRowsMax - quarantined_, 0, held);
  quarantined_ += kept;
  quarantine_overflow_ += held - kept;
  held_.clear();
  marks_.clear();
  dirty_checkpoints_.clear();
  delivered_.clear();
}

std::vector<BatchInfo> Buffer::confirm(std::size_t destination, Lane lane, Range range) {
  LaneState& state = of(lane);
  const std::uint32_t bit = std::uint32_t{1} << destination;
  std::vector<BatchInfo> complete;
  Sequence sealed_through = state.writer.next_sequence() - 1;
  if (!state.writer.open().empty()) sealed_through = state.writer.open().front().range.first - 1;
  range.last = std::min(range.last, sealed_through);
  if (range.first == 0 || range.first > range.last) return complete;

  for (const Range& fresh : state.confirmed[destination].add(range)) {
    dirty_checkpoints_.emplace(destination, lane);
    auto at = state.waiting.upper_bound(fresh.first);
    if (at != state.waiting.begin()) --at;
    while (at != state.waiting.end() && at->first <= fresh.last) {
      BatchInfo& batch = at->second;
      const bool now_complete =
          (batch.missing_at & bit) != 0 && state.confirmed[destination].contains(batch.range);
      if (now_complete) {
        batch.missing_at &= ~bit;
        complete.push_back(batch);
      }
      if (batch.missing_at != 0) {
        ++at;
        continue;
      }
      delivered_.push_back(batch.key);
      at = state.left(at);
    }
  }
  return complete;
}

Result<bool> Buffer::reject(std::size_t destination, Lane lane, Sequence sequence,
                            std::string_view detail, WallTime now) {
  LaneState& state = of(lane);
  auto at = state.waiting.upper_bound(sequence);
  if (at == state.waiting.begin()) return false;
  const BatchInfo batch = std::prev(at)->second;
  if (batch.range.last < sequence || state.confirmed[destination].contains({sequence, sequence}))
    return false;
  const BatchBody body = VG_TRY(read(batch));
  std::string marker = "\"seq\":" + std::to_string(sequence) + ",";
  for (const std::string& rows : body.segments) {
    const auto found = rows.find(marker);
    if (found == std::string::npos) continue;
    const auto begin = rows.rfind("{\"reading_id\":", found);
    const auto end = rows.find("},{\"reading_id\":", found);
    hold({.received = now,
          .device = {},
          .rule = "hub",
          .reason = std::string(detail.substr(0, limits::kTextValueBytesMax)),
          .content = rows.substr(begin, end == std::string::npos ? end : end + 1 - begin),
          .raw = {}});
    return true;
  }
  return Error{Errc::corrupt, "a stored reading is not in its batch", ""};
}

std::vector<BatchInfo> Buffer::unconfirmed(std::size_t destination) const {
  std::vector<BatchInfo> batches;
  for (const auto& lane : lanes_)
    for (const auto& [first, batch] : lane->waiting)
      if ((batch.missing_at >> destination & 1) != 0) batches.push_back(batch);
  return batches;
}

Result<BatchBody> Buffer::read(const BatchInfo& batch) {
  BatchBody body{batch, VG_TRY(store_.head(batch.key)),
                 VG_TRY(store_.segments(batch.key.lane, batch.range))};
  std::size_t bytes = body.segments.empty() ? 0 : body.segments.size() - 1;
  for (const std::string& rows : body.segments) bytes += rows.size();
  if (bytes != batch.bytes)
    return Error{Errc::corrupt, "a sealed batch has lost rows in the buffer", ""};
  return body;
}

BufferTotals Buffer::totals() const {
  BufferTotals totals;
  std::optional<std::int64_t> oldest;
  const auto since = [&](std::int64_t ms) { oldest = oldest ? std::min(*oldest, ms) : ms; };
  for (const auto& lane : lanes_) {
    totals.stored += lane->writer.first_staged() - 1;
    totals.waiting += lane->readings;
    totals.waiting_bytes += lane->bytes;
    if (!lane->oldest.empty()) since(*lane->oldest.begin());
    for (const OpenBatch& batch : std::as_const(lane->writer).open()) {
      if (batch.committed == 0) continue;
      totals.waiting += batch.committed_through + 1 - batch.range.first;
      totals.waiting_bytes += batch.committed;
      since(batch.oldest_ms);
    }
  }
  if (oldest) totals.oldest_waiting = WallTime(std::chrono::milliseconds(*oldest));
  totals.quarantined = quarantined_;
  totals.quarantine_overflow = quarantine_overflow_;
  return totals;
}

std::int64_t Buffer::store_ms(Clock::time_point now) const {
  return store_ms_at_open_ +
         std::chrono::duration_cast<std::chrono::milliseconds>(now - opened_).count();
}

Result<> Buffer::close() { return store_.checkpoint(); }

}  // namespace vitalgate::sync
