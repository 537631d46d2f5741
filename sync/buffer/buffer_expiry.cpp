// Readings that were deleted before a best-effort destination had them: it is told so by a
// tombstone of its own. Neighbours with the same fate share one, so a destination that never comes
// back costs one row a stream, not one a batch.
#include <algorithm>
#include <set>

#include "sync/buffer/batch_head.h"
#include "sync/buffer/buffer_impl.h"

namespace vitalgate::sync {
namespace {

// Who has nothing of `range`, a bit per destination; nothing when somebody has only a part of it.
std::optional<std::uint32_t> missing_evenly(const StreamState& stream, Range range) {
  std::uint32_t missing = 0;
  for (std::size_t i = 0; i < stream.confirmed.size(); ++i) {
    if (stream.confirmed[i].contains(range)) continue;
    if (stream.confirmed[i].touches(range)) return std::nullopt;
    missing |= std::uint32_t{1} << i;
  }
  return missing;
}

}  // namespace

// The parts of a batch, each of which a destination has or lacks as a whole.
std::vector<Buffer::Impl::Expired> Buffer::Impl::parts_of(const StreamState& stream,
                                                          const BatchRecord& batch) const {
  std::set<Sequence> starts{batch.range.first};
  for (const RangeSet& confirmed : stream.confirmed)
    for (const Range& gap : confirmed.missing_in(batch.range)) {
      starts.insert(gap.first);
      if (gap.last < batch.range.last) starts.insert(gap.last + 1);
    }
  std::vector<Expired> parts;
  for (auto at = starts.begin(); at != starts.end(); ++at) {
    const auto next = std::next(at);
    const Range range{*at, next == starts.end() ? batch.range.last : *next - 1};
    parts.push_back({.stream = stream.ref,
                     .range = range,
                     .missing_at = missing_evenly(stream, range).value_or(0),
                     .oldest_ms = batch.oldest_ms,
                     .newest_ms = batch.newest_ms});
  }
  return parts;
}

void Buffer::Impl::note_removed(const StreamState& stream, const BatchRecord& batch) {
  std::uint32_t bytes = batch.stored_bytes;
  bool is_missed = false;
  removal.missed.resize(missed.size());
  for (const Expired& part : parts_of(stream, batch)) {
    const bool somewhere = part.missing_at != 0;
    removal.rows.push_back({stream.ref, part.range, std::exchange(bytes, 0), somewhere});
    if (!somewhere) continue;
    is_missed = true;
    removal.undeclared.push_back(part);
    for (std::size_t i = 0; i < missed.size(); ++i)
      if ((part.missing_at >> i & 1) != 0) removal.missed[i] += part.range.count();
  }
  if (is_missed) removal.expired.push_back(batch.key);
}

// In the transaction of the deletion, behind its rows.
Result<> Buffer::Impl::declare_expired(const CommitContext& context) {
  if (removal.undeclared.empty()) return {};
  std::vector<Expired> parts = std::exchange(removal.undeclared, {});
  std::sort(parts.begin(), parts.end(), [](const Expired& a, const Expired& b) {
    return std::tie(a.stream, a.range.first) < std::tie(b.stream, b.range.first);
  });
  Expired run = parts.front();
  for (std::size_t i = 1; i < parts.size(); ++i) {
    const Expired& part = parts[i];
    const bool follows = part.stream == run.stream && part.range.first == run.range.last + 1 &&
                         part.missing_at == run.missing_at;
    if (!follows) VG_TRY(put_expired(std::exchange(run, part), context));
    run.range.last = part.range.last;
    run.oldest_ms = std::min(run.oldest_ms, part.oldest_ms);
    run.newest_ms = std::max(run.newest_ms, part.newest_ms);
  }
  VG_TRY(put_expired(run, context));
  for (std::size_t i = 0; i < missed.size(); ++i)
    if (removal.missed[i] != 0)
      VG_TRY(store->put_meta(meta_key::missed(options.destinations[i]),
                             static_cast<std::int64_t>(missed[i] + removal.missed[i])));
  return {};
}

Result<> Buffer::Impl::put_expired(Expired run, const CommitContext& context) {
  StreamState& stream = of(run.stream);
  while (run.range.first > 1 && VG_TRY(absorb(stream, run, run.range.first - 1))) continue;
  while (VG_TRY(absorb(stream, run, run.range.last + 1))) continue;
  const BatchNumber number = std::max(stream.writer.next_batch(), stream.next_batch_floor);
  stream.next_batch_floor = number + 1;
  BatchRecord record{.key = {run.stream.lane, number, run.stream.generation},
                     .range = run.range,
                     .oldest_ms = run.oldest_ms,
                     .newest_ms = run.newest_ms,
                     .backfill = context.backfill,
                     .tombstone = true,
                     .head = {}};
  const std::string head = tombstone_head(options, stream.epoch, record, kExpired, context.wall);
  VG_TRY(tables->put_batch(*store, record, stream.epoch, head));
  removal.tombstones.push_back(info_of(stream, record));
  return {};
}

// Takes the tombstone at `neighbour` into `run`, if the same destinations wait for it.
Result<bool> Buffer::Impl::absorb(const StreamState& stream, Expired& run, Sequence neighbour) {
  if (!stream.declared.contains({neighbour, neighbour})) return false;
  const Sequence first = VG_TRY(store->batch_at(run.stream, neighbour));
  BatchRecord found;
  bool same = false;
  VG_TRY(store->each_batch(run.stream, {first, first}, /*with_head=*/true, bound_of(stream),
                           [&](const BatchRecord& record) -> Result<bool> {
                             found = record;
                             found.head = {};
                             same = record.tombstone && record.range.last >= neighbour &&
                                    missing_evenly(stream, record.range) == run.missing_at &&
                                    tombstone_reason(
                                        VG_TRY(tables->head_of(record, stream.epoch))) == kExpired;
                             return false;
                           }));
  if (!same) return false;
  VG_TRY(store->remove(run.stream, found.range));
  removal.expired.push_back(found.key);
  std::erase_if(removal.tombstones, [&](const BatchInfo& known) { return known.key == found.key; });
  run.range.first = std::min(run.range.first, found.range.first);
  run.range.last = std::max(run.range.last, found.range.last);
  run.oldest_ms = std::min(run.oldest_ms, found.oldest_ms);
  run.newest_ms = std::max(run.newest_ms, found.newest_ms);
  return true;
}

std::uint64_t Buffer::missed(std::size_t destination) const { return impl_->missed[destination]; }

}  // namespace vitalgate::sync
