// What a person asks for: check, export, give space back, send again, new key, destroy.
#include <algorithm>

#include "agent/core/limits.h"
#include "sync/buffer/buffer_impl.h"
#include "sync/buffer/row_text.h"
#include "sync/buffer/schema.h"

namespace vitalgate::sync {
namespace {

std::string range_text(Range range) {
  return std::to_string(range.first) + ".." + std::to_string(range.last);
}

// The next stream after the one that is done; false after the last.
template <class Progress>
bool next_stream(const std::map<StreamRef, StreamState>& streams, Progress& progress) {
  const auto at = streams.upper_bound(progress.stream);
  if (at == streams.end()) return false;
  progress.stream = at->first;
  progress.after = 0;
  return true;
}

}  // namespace

Result<> Buffer::Impl::verify_everything() {
  Verification progress;
  while (!progress.done) {
    VG_TRY(verify_some(progress, 256));
    if (options.progress) options.progress();
  }
  if (progress.damages.empty()) return {};
  return Error{Errc::corrupt, progress.damages.front(), std::string(kDamagedHint)};
}

// Batches of one stream behind `progress.after`: each is read as if it were sent.
Result<> Buffer::Impl::verify_some(Verification& progress, std::size_t segments) {
  if (store == nullptr) return buffer_is_closed();
  if (!progress.started) {
    progress.started = true;
    progress.stream = streams.begin()->first;
    for (const std::string& flaw : VG_TRY(store->structure_flaws()))
      progress.damages.push_back("database: " + flaw);
  }
  StreamState& stream = of(progress.stream);
  std::vector<BatchInfo> batches;
  auto listed =
      store->each_batch(stream.ref, {progress.after + 1, limits::kSequenceMax}, /*with_head=*/false,
                        bound_of(stream), [&](const BatchRecord& batch) -> Result<bool> {
                          batches.push_back(info_of(stream, batch));
                          return batches.size() * 2 < segments;
                        });
  if (!listed) {
    if (listed.error().code != Errc::corrupt) return listed;
    progress.damages.push_back(listed.error().what);
  }
  for (const BatchInfo& batch : batches) {
    const auto body = read(batch);
    if (!body && body.error().code != Errc::corrupt) return body.error();
    if (!body) progress.damages.push_back(body.error().what);
    progress.segments += body ? body->segments.size() : 0;
    progress.readings += body && !batch.tombstone ? batch.range.count() : 0;
    ++progress.batches;
    progress.after = batch.range.last;
  }
  if (listed && batches.size() * 2 >= segments) return {};
  verify_tail(progress, stream);
  progress.done = !next_stream(streams, progress);
  return {};
}

// Segments that are in no batch yet, and the order of all.
void Buffer::Impl::verify_tail(Verification& progress, StreamState& stream) {
  Chain chain{};
  Sequence last = 0;
  const auto checked = store->each_segment(
      stream.ref, {1, limits::kSequenceMax}, [&](const SegmentRecord& segment) -> Result<bool> {
        if (last + 1 == segment.range.first && last != 0 && chain != segment.before)
          progress.damages.push_back("chain broken before readings " + range_text(segment.range) +
                                     " of " + stream_id(stream.ref.lane, stream.epoch));
        chain = tables->link_after(segment, stream.epoch);
        last = segment.range.last;
        if (segment.range.first < stream.writer.first_open()) return true;
        const auto rows = rows_of(stream, segment);
        if (!rows) progress.damages.push_back(rows.error().what);
        ++progress.segments;
        progress.readings += segment.range.count();
        return true;
      });
  if (!checked) progress.damages.push_back(checked.error().what);
}

Result<> Buffer::verify_some(Verification& progress, std::size_t segments) {
  auto done = impl_->verify_some(progress, segments);
  // The next mend() then looks at everything.
  impl_->suspicious = impl_->suspicious || !progress.damages.empty();
  return done;
}

Result<> Buffer::export_some(Export& progress, std::size_t bytes, std::string& out) {
  if (impl_->store == nullptr) return buffer_is_closed();
  if (!progress.started) {
    progress.started = true;
    progress.stream = impl_->streams.begin()->first;
  }
  StreamState& stream = impl_->of(progress.stream);
  const std::size_t before = out.size();
  bool more = false;
  VG_TRY(impl_->noted(
      impl_->store->each_segment(stream.ref, {progress.after + 1, limits::kSequenceMax},
                                 [&](const SegmentRecord& segment) -> Result<bool> {
                                   more = out.size() - before >= bytes;
                                   if (more) return false;
                                   const std::string rows = VG_TRY(impl_->rows_of(stream, segment));
                                   append_lines(out, rows);
                                   progress.readings += segment.range.count();
                                   progress.after = segment.range.last;
                                   return true;
                                 })));
  if (!more) progress.done = !next_stream(impl_->streams, progress);
  return {};
}

Result<std::int64_t> Buffer::compact_some(int pages) {
  if (impl_->store == nullptr) return buffer_is_closed();
  const std::int64_t released = VG_TRY(impl_->noted(impl_->store->release_pages(pages)));
  if (released < pages) VG_TRY(impl_->noted(impl_->store->checkpoint()));
  return released * static_cast<std::int64_t>(kPageBytes);
}

Result<Buffer::Replay> Buffer::replay(WallTime from, WallTime to) {
  if (impl_->store == nullptr) return buffer_is_closed();
  return impl_->noted(
      impl_->replay(from.time_since_epoch().count(), to.time_since_epoch().count()));
}

Result<Buffer::Replay> Buffer::Impl::replay(std::int64_t from_ms, std::int64_t to_ms) {
  Replay replay;
  for (auto& entry : streams) {
    StreamState& stream = entry.second;
    std::vector<BatchInfo> chosen;
    VG_TRY(store->each_batch(
        stream.ref, {1, limits::kSequenceMax}, /*with_head=*/false, bound_of(stream),
        [&](const BatchRecord& batch) -> Result<bool> {
          const bool inside = batch.newest_ms >= from_ms && batch.oldest_ms < to_ms;
          // Also one that another destination still waits for.
          const bool told = std::any_of(
              stream.confirmed.begin(), stream.confirmed.end(),
              [&](const RangeSet& confirmed) { return confirmed.touches(batch.range); });
          if (inside && told && !batch.tombstone) chosen.push_back(info_of(stream, batch));
          return true;
        }));
    for (const BatchInfo& batch : chosen) {
      unsettle(stream, batch);
      ++replay.batches;
      replay.readings += batch.range.count();
    }
    if (!chosen.empty()) stream.oldest_known_at = 0;
    VG_TRY(refresh_oldest(stream));
  }
  VG_TRY(in_transaction([&]() -> Result<> {
    VG_TRY(write_held());
    return write_checkpoints();
  }));
  held_is_done();
  dirty_checkpoints.clear();
  delivered.clear();
  VG_TRY(load_delivered());
  return replay;
}

void Buffer::Impl::unsettle(StreamState& stream, const BatchInfo& batch) {
  const bool waited = !stream.settled.contains(batch.range);
  stream.settled.remove(batch.range);
  for (std::size_t i = 0; i < stream.confirmed.size(); ++i) {
    stream.confirmed[i].remove(batch.range);
    dirty_checkpoints.emplace(i, stream.ref);
  }
  if (waited) return;
  stream.waiting += batch.range.count();
  stream.waiting_bytes += batch.bytes;
}

Result<> Buffer::rotate_key(WallTime now) {
  if (impl_->store == nullptr) return buffer_is_closed();
  return impl_->rotate_key(now);
}

Result<> Buffer::Impl::rotate_key(WallTime now) {
  VG_TRY(keyring->rotate(now.time_since_epoch().count()));
  segments_of_key = 0;
  // Readings under the keys before may still wait; what nobody needs any more is wiped.
  return keyring->keep_only(VG_TRY(noted(store->used_keys())));
}

// A key that cannot be renewed now is renewed later: the one in use is still good.
void Buffer::Impl::keep_keys_young(WallTime wall) {
  if (!is_plausible(wall)) return;
  const std::int64_t created = keyring->info().created_ms;
  const std::int64_t age_max = std::chrono::milliseconds(limits::kKeyAgeMax).count();
  const bool old = created != 0 && wall.time_since_epoch().count() - created > age_max;
  if (old || segments_of_key > limits::kSegmentsPerKeyMax) static_cast<void>(rotate_key(wall));
}

Result<Buffer::Erasure> Buffer::erase() {
  Erasure erasure{
      .epoch = impl_->epoch, .keys = {}, .waiting = totals().waiting, .stored = totals().stored};
  const std::filesystem::path directory = impl_->options.directory;
  impl_->store.reset();
  erasure.keys = VG_TRY(impl_->keyring->erase());
  // From here on nothing can be read; the files only take space.
  for (const std::string& name : VG_TRY(impl_->disk->list(directory)))
    if (name == kStoreName || name == kUnfinishedName || name.starts_with("damaged-") ||
        name == "mark" || name == "ballast")
      VG_TRY(impl_->disk->remove(directory / name));
  VG_TRY(impl_->disk->sync_directory(directory));
  return erasure;
}

}  // namespace vitalgate::sync
