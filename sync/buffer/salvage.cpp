#include "sync/buffer/salvage.h"

#include <algorithm>
#include <map>
#include <set>

#include "agent/core/limits.h"
#include "sync/buffer/batch_head.h"
#include "sync/buffer/schema.h"
#include "sync/buffer/sealed_tables.h"
#include "sync/buffer/store_copy.h"

namespace vitalgate::sync {
namespace {

namespace fs = std::filesystem;

// Batch numbers that the damaged store gave out and that nothing here knows of stay unused.
constexpr BatchNumber kNumberJump = 1'000'000;
// Places where reading is tried again behind a damaged page.
constexpr int kJumpsMax = 4096;

using NextKey = Result<Sequence> (Store::*)(StreamRef, Sequence);

// The first readings of all rows that can still be found, ascending. Behind a damaged page it
// goes on in growing steps, and looks back from where it got hold again.
std::vector<Sequence> keys_of(Store& from, StreamRef stream, NextKey next, NextKey before) {
  std::set<Sequence> keys;
  Sequence at = 1;
  Sequence step = 1;
  Sequence damaged_after = 0;  // not 0: nothing was readable since
  for (int jumps = 0; jumps < kJumpsMax && at <= limits::kSequenceMax;) {
    const auto found = (from.*next)(stream, at);
    if (!found) {
      damaged_after = damaged_after == 0 ? at : damaged_after;
      at += step;
      step *= 2;
      ++jumps;
      continue;
    }
    if (*found == 0) break;
    for (Sequence back = *found; damaged_after != 0 && back > damaged_after;) {
      const auto earlier = (from.*before)(stream, back - 1);
      if (!earlier || *earlier < damaged_after || !keys.insert(*earlier).second) break;
      back = *earlier;
    }
    damaged_after = 0;
    step = 1;
    keys.insert(*found);
    at = *found + 1;
  }
  return {keys.begin(), keys.end()};
}

struct OldStream {
  StreamRecord record;
  std::map<std::string, RangeSet> confirmed;  // by destination
  RangeSet deleted;                           // as the store says
  RangeSet gone;                              // or as can be told from other places
  RangeSet carried;
};

class Salvage {
 public:
  Salvage(const SalvageContext& context, Store& to)
      : context_(context), to_(to), tables_(context.keyring, context.options.gateway) {}

  // Streams that the damaged store may not be able to name any more.
  void know_kept(const fs::path& damaged);
  // Errors are of the new store; what cannot be read of the old one is left out.
  Result<> carry(Store& from);
  Result<> finish();

 private:
  void know_streams(Store& from);
  Result<> carry_stream(Store& from, OldStream& old);
  Result<bool> carry_batch(Store& from, OldStream& old, Sequence first);
  Result<> carry_loose(Store& from, OldStream& old);
  Result<> flush_loose(OldStream& old);
  Result<> carry_others(Store& from);
  Result<> close_stream(OldStream& old);
  Result<> declare(OldStream& old, Range range, std::string_view reason);
  [[nodiscard]] bool is_missed(const OldStream& old, Range range) const;
  void know_mark();

  // Segments in a row that are in no batch; the texts are their own.
  struct Loose {
    SegmentRecord segment;
    std::string sealed;
    std::string rows;
  };

  const SalvageContext& context_;
  Store& to_;
  SealedTables tables_;
  std::map<StreamRef, OldStream> old_;
  std::vector<Loose> loose_;
  std::vector<Loss> declared_;  // by tombstones that are carried
  std::size_t loose_bytes_ = 0;
  const WallTime now_ = wall_now();
};

void Salvage::know_mark() {
  if (!context_.mark) return;
  const Mark& mark = *context_.mark;
  for (const Lane lane : kLanes) {
    const Mark::Lane& known = mark.lanes[static_cast<std::size_t>(lane)];
    OldStream& old = old_[{lane, mark.generation}];
    old.record.ref = {lane, mark.generation};
    old.record.epoch = mark.epoch;
    old.record.next_sequence = std::max(old.record.next_sequence, known.last + 1);
    old.record.next_batch = std::max(old.record.next_batch, known.next_batch);
    if (known.settled > 0) old.gone.add({1, known.settled});
  }
}

void Salvage::know_kept(const fs::path& damaged) {
  for (StreamRecord& record : kept_streams(context_.disk, damaged, context_.keyring.tagger()))
    old_[record.ref].record = std::move(record);
}

void Salvage::know_streams(Store& from) {
  if (const auto streams = from.streams())
    for (const StreamRecord& record : *streams) old_[record.ref].record = record;
  const auto names = from.destinations();
  std::vector<std::string> all{std::string(kGone)};
  if (names) all.insert(all.end(), names->begin(), names->end());
  for (const std::string& name : all)
    static_cast<void>(from.each_checkpoint(name, [&](StreamRef ref, Range range) {
      const auto at = old_.find(ref);
      if (at == old_.end() || range.first == 0 || range.first > range.last) return;
      (name == kGone ? at->second.gone : at->second.confirmed[name]).add(range);
      if (name == kGone) at->second.deleted.add(range);
    }));
}

Result<> Salvage::carry(Store& from) {
  know_streams(from);
  know_mark();
  for (auto& [ref, old] : old_) VG_TRY(carry_stream(from, old));
  return carry_others(from);
}

Result<> Salvage::carry_stream(Store& from, OldStream& old) {
  for (const Sequence first : keys_of(from, old.record.ref, &Store::batch_from, &Store::batch_at)) {
    VG_TRY(carry_batch(from, old, first));
    if (context_.options.progress) context_.options.progress();
  }
  return carry_loose(from, old);
}

// Only as a whole: false, with nothing carried, when anything of it does not open.
Result<bool> Salvage::carry_batch(Store& from, OldStream& old, Sequence first) {
  const StreamRef ref = old.record.ref;
  BatchRecord batch;
  std::string head;
  const auto found =
      from.each_batch(ref, {first, first}, /*with_head=*/true, tables_.bound_of(old.record.epoch),
                      [&](const BatchRecord& record) -> Result<bool> {
                        batch = record;
                        head = record.head;
                        return false;
                      });
  batch.head = head;
  if (!found || batch.range.first != first || old.carried.touches(batch.range)) return false;
  old.record.next_batch = std::max(old.record.next_batch, batch.key.number + 1);
  const auto clear_head = tables_.head_of(batch, old.record.epoch);
  if (!clear_head) return false;
  std::vector<std::pair<SegmentRecord, std::string>> segments;
  Sequence next = first;
  std::size_t bytes = 0;
  const auto read =
      from.each_segment(ref, batch.range, [&](const SegmentRecord& segment) -> Result<bool> {
        const std::string rows = VG_TRY(tables_.rows_of(segment, old.record.epoch));
        if (segment.range.first != next) return false;
        bytes += rows.size() + (next != first ? 1 : 0);
        next = segment.range.last + 1;
        segments.emplace_back(segment, std::string(segment.sealed));
        return true;
      });
  const bool whole = read && next == batch.range.last + 1 && bytes == batch.bytes;
  if (!whole && !batch.tombstone) return false;
  VG_TRY(tables_.copy_batch(to_, batch, old.record.epoch));
  for (auto& [segment, sealed] : segments) {
    segment.sealed = sealed;
    VG_TRY(to_.insert_segment(segment));
  }
  old.carried.add(batch.range);
  if (batch.tombstone)
    if (const std::string reason(tombstone_reason(*clear_head)); reason != kExpired)
      declared_.push_back({stream_id(ref.lane, old.record.epoch), batch.range, reason});
  return true;
}

Result<> Salvage::carry_loose(Store& from, OldStream& old) {
  const BatchLimits& limits = context_.options.batch;
  for (const Sequence first :
       keys_of(from, old.record.ref, &Store::segment_from, &Store::segment_at)) {
    Loose one;
    const auto read = from.each_segment(old.record.ref, {first, first},
                                        [&](const SegmentRecord& segment) -> Result<bool> {
                                          one.segment = segment;
                                          one.sealed = segment.sealed;
                                          return false;
                                        });
    one.segment.sealed = one.sealed;
    if (!read || one.segment.range.first != first || old.carried.touches(one.segment.range))
      continue;
    auto rows = tables_.rows_of(one.segment, old.record.epoch);
    if (!rows) continue;
    one.rows = *std::move(rows);
    const bool fits =
        !loose_.empty() && loose_.back().segment.range.last + 1 == first &&
        one.segment.range.last - loose_.front().segment.range.first < limits.max_readings &&
        loose_bytes_ + 1 + one.rows.size() <= limits.max_bytes;
    if (!fits) VG_TRY(flush_loose(old));
    loose_bytes_ += one.rows.size() + (loose_.empty() ? 0 : 1);
    loose_.push_back(std::move(one));
    loose_.back().segment.sealed = loose_.back().sealed;
  }
  return flush_loose(old);
}

// A batch of its own, with a number that was never used.
Result<> Salvage::flush_loose(OldStream& old) {
  if (loose_.empty()) return {};
  const StreamRef ref = old.record.ref;
  BatchRecord batch{.key = {ref.lane, old.record.next_batch++ + kNumberJump, ref.generation},
                    .range = {loose_.front().segment.range.first, loose_.back().segment.range.last},
                    .bytes = static_cast<std::uint32_t>(loose_bytes_),
                    .stored_bytes = kBatchRowBytes,
                    .oldest_ms = loose_.front().segment.oldest_ms,
                    .newest_ms = loose_.front().segment.newest_ms,
                    .backfill = true,
                    .head = {}};
  std::string rows;
  for (Loose& one : loose_) {
    one.segment.sealed = one.sealed;
    batch.oldest_ms = std::min(batch.oldest_ms, one.segment.oldest_ms);
    batch.newest_ms = std::max(batch.newest_ms, one.segment.newest_ms);
    batch.stored_bytes += static_cast<std::uint32_t>(one.sealed.size());
    rows.append(rows.empty() ? "" : ",").append(one.rows);
    VG_TRY(to_.insert_segment(one.segment));
  }
  const std::string head =
      batch_head(context_.options, old.record.epoch, batch, rows, batch.oldest_ms, now_);
  VG_TRY(tables_.put_batch(to_, batch, old.record.epoch, head));
  old.carried.add(batch.range);
  loose_.clear();
  loose_bytes_ = 0;
  return {};
}

Result<> Salvage::carry_others(Store& from) {
  std::vector<std::pair<std::string, std::int64_t>> meta;
  static_cast<void>(from.each_meta(
      [&](std::string_view key, std::int64_t value) { meta.emplace_back(key, value); }));
  for (const auto& [key, value] : meta) VG_TRY(to_.put_meta(key, value));
  std::vector<Loss> losses;
  if (auto known = from.losses()) losses = *std::move(known);
  // A loss whose row is gone is still declared by its tombstone.
  for (const Loss& loss : declared_)
    if (std::none_of(losses.begin(), losses.end(), [&](const Loss& known) {
          return known.stream_id == loss.stream_id && known.range == loss.range;
        }))
      losses.push_back(loss);
  for (const Loss& loss : losses) VG_TRY(to_.insert_loss(loss));
  std::vector<QuarantineRecord> kept;
  static_cast<void>(from.each_quarantined([&](const QuarantineRecord& record) -> Result<> {
    if (tables_.held_of(record)) kept.push_back(record);
    return {};
  }));
  for (const QuarantineRecord& record : kept) VG_TRY(to_.insert_quarantine(record));
  return {};
}

Result<> Salvage::finish() {
  know_mark();
  Generation generation = 0;
  for (auto& [ref, old] : old_) {
    generation = std::max<Generation>(generation, static_cast<Generation>(ref.generation + 1));
    VG_TRY(close_stream(old));
  }
  if (generation > kGenerationMax)
    return Error{Errc::rejected, "the buffer was salvaged too often",
                 "give buffer.directory a new, empty directory"};
  const std::string epoch = new_epoch();
  for (const Lane lane : kLanes) VG_TRY(to_.put_stream({{lane, generation}, epoch}));
  return {};
}

// Every number up to the last one known is carried, done with, or declared as lost.
Result<> Salvage::close_stream(OldStream& old) {
  const StreamRef ref = old.record.ref;
  const Sequence last = std::max(old.record.next_sequence - 1, old.carried.highest());
  const Sequence last_carried = std::max(old.carried.highest(), old.gone.prefix());
  if (last > 0) {
    RangeSet everywhere;  // at every required destination that there is now
    const std::uint32_t required = required_of(context_.options);
    if (required != 0) everywhere.add({1, last});
    for (std::size_t i = 0; i < context_.options.destinations.size(); ++i)
      if ((required >> i & 1) != 0)
        for (const Range& gap :
             old.confirmed[context_.options.destinations[i]].missing_in({1, last}))
          everywhere.remove(gap);
    for (const Range& range : everywhere.ranges()) old.gone.add(range);
    RangeSet gone;
    for (const Range& hole : old.carried.missing_in({1, last})) {
      RangeSet lost;
      for (const Range& part : old.gone.missing_in(hole)) lost.add(part);
      RangeSet expired;
      for (const Range& done : lost.missing_in(hole))
        for (const Range& part : old.deleted.missing_in(done))
          if (is_missed(old, part)) expired.add(part);
      for (const Range& done : lost.missing_in(hole))
        for (const Range& part : expired.missing_in(done)) gone.add(part);
      for (const Range& range : expired.ranges()) VG_TRY(declare(old, range, kExpired));
      for (const Range& range : lost.ranges())
        VG_TRY(declare(old, range, range.first > last_carried ? "rolled_back" : "damaged"));
    }
    VG_TRY(to_.put_checkpoint(kGone, ref, gone));
    for (const auto& [name, ranges] : old.confirmed) VG_TRY(to_.put_checkpoint(name, ref, ranges));
  }
  return to_.put_stream({ref, old.record.epoch, last + 1, old.record.next_batch + kNumberJump});
}

// Whether a best-effort destination lacks it; the required ones have it.
bool Salvage::is_missed(const OldStream& old, Range range) const {
  const BufferOptions& options = context_.options;
  for (std::size_t i = 0; i < options.destinations.size(); ++i) {
    if ((required_of(options) >> i & 1) != 0) continue;
    const auto confirmed = old.confirmed.find(options.destinations[i]);
    if (confirmed == old.confirmed.end() || !confirmed->second.contains(range)) return true;
  }
  return false;
}

Result<> Salvage::declare(OldStream& old, Range range, std::string_view reason) {
  const StreamRef ref = old.record.ref;
  BatchRecord batch{.key = {ref.lane, old.record.next_batch++ + kNumberJump, ref.generation},
                    .range = range,
                    .oldest_ms = now_.time_since_epoch().count(),
                    .newest_ms = now_.time_since_epoch().count(),
                    .backfill = true,
                    .tombstone = true,
                    .head = {}};
  const std::string head = tombstone_head(context_.options, old.record.epoch, batch, reason, now_);
  VG_TRY(tables_.put_batch(to_, batch, old.record.epoch, head));
  if (reason == kExpired) return {};
  return to_.insert_loss({stream_id(ref.lane, old.record.epoch), range, std::string(reason)});
}

}  // namespace

Result<> salvage(const SalvageContext& context, const std::optional<fs::path>& damaged) {
  return make_store(context.disk, context.options.directory, [&](Database database) -> Result<> {
    Store to(std::move(database), context.keyring.tagger());
    VG_TRY(to.begin());
    Salvage work(context, to);
    if (damaged) {
      work.know_kept(*damaged);
      auto source = open_damaged(context.disk, *damaged);
      // A disk that cannot be read now may be readable later: nothing is given up for it.
      if (!source && source.error().code == Errc::unavailable) return source.error();
      if (source) {
        Store from(*std::move(source), context.keyring.tagger(), Store::BadRow::skip);
        VG_TRY(work.carry(from));
      }
    }
    VG_TRY(work.finish());
    VG_TRY(keep_streams(context.disk, context.options.directory / kUnfinishedName,
                        context.keyring.tagger(), VG_TRY(to.streams())));
    return to.commit();
  });
}

}  // namespace vitalgate::sync
