// What destinations say and what they are given: confirmations in, batches out.
#include <algorithm>

#include "agent/core/limits.h"
#include "sync/buffer/buffer_impl.h"

namespace vitalgate::sync {
namespace {

Error damage(const StreamState& stream, Range range, std::string_view what) {
  std::string text(what);
  text.append(": readings ").append(std::to_string(range.first)).append(" to ");
  text.append(std::to_string(range.last)).append(" of ");
  text.append(stream_id(stream.ref.lane, stream.epoch));
  return {Errc::corrupt, std::move(text), "vitalgate buffer verify"};
}

}  // namespace

BatchInfo Buffer::Impl::info_of(const StreamState& stream, const BatchRecord& batch) const {
  BatchInfo info{.key = batch.key,
                 .range = batch.range,
                 .bytes = batch.bytes,
                 .oldest_ms = batch.oldest_ms,
                 .backfill = batch.backfill,
                 .tombstone = batch.tombstone};
  for (std::size_t i = 0; i < stream.confirmed.size(); ++i)
    if (!stream.confirmed[i].contains(batch.range)) info.missing_at |= std::uint32_t{1} << i;
  return info;
}

// Sealed batches that share a number with `range`.
Result<std::vector<BatchInfo>> Buffer::Impl::batches_over(StreamState& stream, Range range) {
  std::vector<BatchInfo> found;
  if (store == nullptr) return buffer_is_closed();
  const Sequence first = VG_TRY(store->batch_at(stream.ref, range.first));
  range.first = first == 0 ? range.first : first;
  VG_TRY(store->each_batch(stream.ref, range, /*with_head=*/false, bound_of(stream),
                           [&](const BatchRecord& batch) -> Result<bool> {
                             found.push_back(info_of(stream, batch));
                             return true;
                           }));
  return found;
}

Result<std::vector<BatchInfo>> Buffer::Impl::confirm(std::size_t destination, StreamState& stream,
                                                     Range range) {
  std::vector<BatchInfo> complete;
  range.last = std::min(range.last, stream.writer.first_open() - 1);
  if (range.first == 0 || range.first > range.last) return complete;
  for (const Range& fresh : stream.confirmed[destination].add(range)) {
    dirty_checkpoints.emplace(destination, stream.ref);
    for (const BatchInfo& batch : VG_TRY(batches_over(stream, fresh))) {
      const bool here = (batch.missing_at >> destination & 1) == 0 &&
                        !(batch.range.last < fresh.first || batch.range.first > fresh.last);
      if (!here) continue;
      complete.push_back(batch);
      const bool told = batch.tombstone && stream.settled.contains(batch.range);
      if (told && batch.missing_at == 0)
        delivered.push_back({0, stream.ref, batch.range, 0});  // the last best-effort one
      if ((batch.missing_at & required) == 0) forget_waiting(stream, batch);
    }
  }
  return complete;
}

void Buffer::Impl::forget_waiting(StreamState& stream, const BatchInfo& batch) {
  if (stream.settled.contains(batch.range)) return;
  stream.settled.add(batch.range);
  stream.waiting -= std::min(stream.waiting, batch.tombstone ? 0 : batch.range.count());
  stream.waiting_bytes -= std::min<std::uint64_t>(stream.waiting_bytes, batch.bytes);
  if (!delivered.empty() && delivered.back().stream == stream.ref &&
      delivered.back().range.last + 1 == batch.range.first)
    delivered.back().range.last = batch.range.last;
  else
    delivered.push_back({0, stream.ref, batch.range, 0});
}

// The bound for the watermark moves with the first batch that waits. Looked for once a commit:
// until then it is too old at most, never too young.
Result<> Buffer::Impl::refresh_oldest(StreamState& stream) {
  const Sequence first = stream.settled.prefix() + 1;
  if (first == stream.oldest_known_at && stream.oldest_ms != INT64_MAX) return {};
  stream.oldest_known_at = first;
  stream.oldest_ms = INT64_MAX;
  if (stream.waiting == 0) return {};
  std::int64_t first_ms = INT64_MAX;
  for (const BatchInfo& batch : VG_TRY(batches_over(stream, {first, first})))
    first_ms = std::min(first_ms, batch.oldest_ms);
  stream.oldest_ms = stream.oldest_waiting_ms(first_ms);
  return {};
}

Result<std::string> Buffer::Impl::rows_of(const StreamState& stream, const SegmentRecord& segment) {
  auto rows = tables->rows_of(segment, stream.epoch);
  return rows ? std::move(rows) : damage(stream, segment.range, "a stored segment does not open");
}

// Deleted, or replaced by another since it was listed. If neither, it cannot be found any more.
Error Buffer::Impl::not_there(StreamState& stream, Range range) {
  const Range first{range.first, range.first};
  bool replaced = stream.gone.contains(first);
  if (!replaced) {
    const auto others = batches_over(stream, first);
    if (!others) return others.error();
    for (const BatchInfo& other : *others) replaced = replaced || other.range.last >= first.first;
  }
  if (!replaced) return damage(stream, range, "a sealed batch cannot be found any more");
  return {Errc::rejected, "the batch is not in the buffer any more", ""};
}

Result<BatchBody> Buffer::Impl::read(const BatchInfo& batch) {
  if (store == nullptr) return buffer_is_closed();
  StreamState& stream = of(batch.key.stream());
  BatchBody body{batch, {}, {}};
  bool found = false;
  const Range at{batch.range.first, batch.range.first};
  VG_TRY(store->each_batch(stream.ref, at, /*with_head=*/true, bound_of(stream),
                           [&](const BatchRecord& record) -> Result<bool> {
                             found = record.key.number == batch.key.number;
                             if (!found) return false;
                             auto head = tables->head_of(record, stream.epoch);
                             if (!head)
                               return damage(stream, record.range,
                                             "the head of a sealed batch does not open");
                             body.head = *std::move(head);
                             return false;
                           }));
  if (!found) return not_there(stream, batch.range);
  if (batch.tombstone) return body;
  Sequence next = batch.range.first;
  std::size_t bytes = 0;
  VG_TRY(store->each_segment(stream.ref, batch.range,
                             [&](const SegmentRecord& segment) -> Result<bool> {
                               if (segment.range.first != next) return false;
                               body.segments.push_back(VG_TRY(rows_of(stream, segment)));
                               bytes += body.segments.back().size() + (next != batch.range.first);
                               next = segment.range.last + 1;
                               return true;
                             }));
  if (next == batch.range.last + 1 && bytes == batch.bytes) return body;
  return damage(stream, batch.range, "a sealed batch has lost rows");
}

// What `destination` still needs of `range`.
std::vector<Range> Buffer::Impl::wanted_in(std::size_t destination, const StreamState& stream,
                                           Range range) const {
  std::vector<Range> wanted;
  range.last = std::min(range.last, stream.writer.first_open() - 1);
  if (range.first > range.last) return wanted;
  for (const Range& gap : stream.confirmed[destination].missing_in(range))
    for (const Range& part : stream.gone.missing_in(gap)) wanted.push_back(part);
  return wanted;
}

Result<std::vector<BatchInfo>> Buffer::Impl::unconfirmed(std::size_t destination,
                                                         StreamState& stream, Range range,
                                                         bool newest_first, std::size_t limit) {
  std::vector<BatchInfo> found;
  RangeSet seen;
  if (store == nullptr) return buffer_is_closed();
  const auto take = [&](const BatchRecord& record) -> Result<bool> {
    const BatchInfo info = info_of(stream, record);
    seen.add(record.range);
    const bool known = !found.empty() && found.back().key == info.key;
    const bool asked = record.range.first >= range.first;
    if (asked && (info.missing_at >> destination & 1) != 0 && !known) found.push_back(info);
    return found.size() < limit;
  };
  std::vector<Range> wanted = wanted_in(destination, stream, range);
  if (newest_first) std::reverse(wanted.begin(), wanted.end());
  for (const Range& part : wanted) {
    if (found.size() >= limit) break;
    // A batch that is confirmed in part is still asked for as a whole.
    const Sequence begun = VG_TRY(store->batch_at(stream.ref, part.first));
    const Range keys{begun == 0 ? part.first : begun, part.last};
    VG_TRY(newest_first
               ? store->each_batch_back(stream.ref, keys, bound_of(stream), take)
               : store->each_batch(stream.ref, keys, /*with_head=*/false, bound_of(stream), take));
    Range looked_at = part;
    if (found.size() >= limit && newest_first) looked_at.first = found.back().range.first;
    if (found.size() >= limit && !newest_first) looked_at.last = found.back().range.last;
    VG_TRY(all_seen(stream, seen,
                    {std::max(looked_at.first, part.first), std::min(looked_at.last, part.last)}));
  }
  return found;
}

// What waits is in some batch. A page whose map leads past one hides it from whoever looks it up,
// and SQLite finds nothing wrong in that.
Result<> Buffer::Impl::all_seen(const StreamState& stream, const RangeSet& seen, Range range) {
  const auto holes = seen.missing_in(range);
  if (holes.empty()) return {};
  return damage(stream, holes.front(), "sealed batches cannot be found any more");
}

Result<std::vector<BatchInfo>> Buffer::unconfirmed(std::size_t destination, StreamRef stream,
                                                   Sequence after, std::size_t limit) {
  if (impl_->find(stream) == nullptr) return std::vector<BatchInfo>();
  const Range range{after + 1, limits::kSequenceMax};
  return impl_->noted(impl_->unconfirmed(destination, impl_->of(stream), range, false, limit));
}

Result<std::vector<BatchInfo>> Buffer::unconfirmed_before(std::size_t destination, StreamRef stream,
                                                          Sequence before, std::size_t limit) {
  if (impl_->find(stream) == nullptr || before <= 1) return std::vector<BatchInfo>();
  const Range range{1, before - 1};
  return impl_->noted(impl_->unconfirmed(destination, impl_->of(stream), range, true, limit));
}

std::vector<BatchInfo> Buffer::unconfirmed(std::size_t destination) {
  std::vector<BatchInfo> all;
  for (const StreamRef ref : streams())
    if (auto some = unconfirmed(destination, ref, 0, SIZE_MAX))
      all.insert(all.end(), some->begin(), some->end());
  return all;
}

bool Buffer::has_confirmed(std::size_t destination, StreamRef stream, Range range) const {
  const StreamState* const known = impl_->find(stream);
  return known == nullptr || impl_->wanted_in(destination, *known, range).empty();
}

std::uint64_t Buffer::waiting(std::size_t destination) const {
  std::uint64_t readings = 0;
  for (const auto& [ref, stream] : impl_->streams)
    for (const Range& part : impl_->wanted_in(destination, stream, {1, limits::kSequenceMax}))
      for (const Range& stored : stream.declared.missing_in(part)) readings += stored.count();
  return readings;
}

}  // namespace vitalgate::sync
