#include "sync/buffer/buffer.h"

#include <algorithm>

#include "sync/buffer/buffer_impl.h"

namespace vitalgate::sync {

Buffer::Impl::Impl(BufferOptions with, Clock::time_point now)
    : options(std::move(with)),
      disk(options.disk != nullptr ? options.disk : &system_disk()),
      space(*disk, options.directory, options.max_disk_bytes, options.ballast_bytes),
      mark_file(*disk, options.directory),
      required(required_of(options)),
      missed(options.destinations.size()),
      opened(now) {}

Error buffer_is_closed() {
  return {Errc::unavailable, "the buffer is closed after a failure", "it is tried again"};
}

StreamState& Buffer::Impl::of(StreamRef ref) {
  const auto at = streams.find(ref);
  VG_CHECK(at != streams.end());
  return at->second;
}

const StreamState* Buffer::Impl::find(StreamRef ref) const {
  const auto at = streams.find(ref);
  return at == streams.end() ? nullptr : &at->second;
}

std::int64_t Buffer::Impl::store_ms(Clock::time_point now) const {
  return store_ms_at_open +
         std::chrono::duration_cast<std::chrono::milliseconds>(now - opened).count();
}

Error Buffer::Impl::noted(Error error) {
  const bool damaged = error.code == Errc::corrupt;
  suspicious = suspicious || damaged;
  needs_mending = needs_mending || damaged || store == nullptr || store->is_broken();
  return error;
}

Buffer::Buffer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Buffer::Buffer(Buffer&&) noexcept = default;
Buffer& Buffer::operator=(Buffer&&) noexcept = default;
Buffer::~Buffer() = default;

Result<Buffer> Buffer::open(BufferOptions options, Clock::time_point now) {
  auto impl = std::make_unique<Impl>(std::move(options), now);
  VG_TRY(impl->start(now));
  return Buffer(std::move(impl));
}

LaneWriter::Appended Buffer::append(Lane lane, const Row& row, Sequence group_first,
                                    Clock::time_point now) {
  return impl_->current(lane).writer.append(row, group_first, now);
}

void Buffer::hold(Held held) { impl_->held.push_back(std::move(held)); }

void Buffer::mark(std::string_view source, const SourceMark& mark) {
  VG_CHECK(mark.slot < SourceMark::kSlots);
  impl_->marks.insert_or_assign({std::string(source), mark.slot}, mark);
}

Result<std::vector<BatchInfo>> Buffer::commit(const CommitContext& context) {
  return impl_->noted(impl_->commit(context));
}

std::uint8_t Buffer::stalled() const { return impl_->stalled; }
std::optional<Error> Buffer::disk_full() const {
  if (!impl_->disk_full) return std::nullopt;
  return Error{Errc::unavailable, "the disk is full; devices wait",
               "free space on the disk of " + impl_->options.directory.string()};
}

bool Buffer::needs_mending() const { return impl_->needs_mending; }

Result<> Buffer::mend(Clock::time_point now) {
  impl_->needs_mending = true;
  impl_->store.reset();  // the next one needs the lock
  auto fresh = std::make_unique<Impl>(impl_->options, now);
  fresh->suspicious = impl_->suspicious;
  fresh->remembered = impl_->current_mark();
  VG_TRY(fresh->start(now));
  VG_TRY(fresh->adopt(*impl_, now));
  impl_ = std::move(fresh);
  return {};
}

std::size_t Buffer::staged_bytes() const {
  std::size_t bytes = 0;
  for (const auto& [ref, stream] : impl_->streams) bytes += stream.writer.staged_bytes();
  for (const Held& held : impl_->held) bytes += held.content.size() + held.raw.size() + 64;
  return bytes;
}

bool Buffer::has_bookkeeping() const {
  return !impl_->dirty_checkpoints.empty() || !impl_->delivered.empty();
}

std::optional<Clock::time_point> Buffer::seal_due_at() const {
  std::optional<Clock::time_point> due;
  for (const auto& [ref, stream] : impl_->streams) {
    // A lane that waits for room would be due for ever.
    if ((impl_->stalled >> static_cast<unsigned>(ref.lane) & 1) != 0) continue;
    if (const auto at = stream.writer.due_at()) due = due ? std::min(*due, *at) : *at;
  }
  return due;
}

Result<std::vector<BatchInfo>> Buffer::confirm(std::size_t destination, StreamRef stream,
                                               Range range) {
  if (impl_->find(stream) == nullptr) return std::vector<BatchInfo>();
  return impl_->noted(impl_->confirm(destination, impl_->of(stream), range));
}

std::vector<StreamRef> Buffer::streams() const {
  std::vector<StreamRef> refs;
  for (const auto& [ref, stream] : impl_->streams) refs.push_back(ref);
  return refs;
}

std::optional<StreamRef> Buffer::find_stream(std::string_view stream_id) const {
  for (const auto& [ref, stream] : impl_->streams)
    if (sync::stream_id(ref.lane, stream.epoch) == stream_id) return ref;
  return std::nullopt;
}

Result<BatchBody> Buffer::read(const BatchInfo& batch) { return impl_->noted(impl_->read(batch)); }

const std::string& Buffer::epoch() const { return impl_->epoch; }

const std::string& Buffer::epoch_of(StreamRef stream) const { return impl_->of(stream).epoch; }

Sequence Buffer::next_sequence(Lane lane) const {
  return impl_->current(lane).writer.next_sequence();
}

BatchNumber Buffer::next_batch(Lane lane) const { return impl_->current(lane).writer.next_batch(); }

BufferTotals Buffer::totals() const { return impl_->totals(); }

const std::vector<Loss>& Buffer::losses() const { return impl_->losses; }

std::vector<BatchKey> Buffer::take_dropped() { return std::exchange(impl_->dropped, {}); }
std::vector<BatchKey> Buffer::take_expired() { return std::exchange(impl_->expired, {}); }

Keyring::Info Buffer::keys() const { return impl_->keyring->info(); }

BufferTotals Buffer::Impl::totals() const {
  BufferTotals totals;
  std::int64_t oldest = INT64_MAX;
  for (const auto& [ref, stream] : streams) {
    if (ref.generation == generation) totals.stored += stream.writer.first_staged() - 1;
    totals.waiting += stream.waiting;
    totals.waiting_bytes += stream.waiting_bytes;
    if (stream.waiting > 0) oldest = std::min(oldest, stream.oldest_ms);
    for (const OpenBatch& batch : stream.writer.open()) {
      if (batch.committed == 0) continue;
      totals.waiting += batch.committed_through + 1 - batch.range.first;
      totals.waiting_bytes += batch.committed;
      oldest = std::min(oldest, batch.oldest_ms);
    }
  }
  if (oldest != INT64_MAX) totals.oldest_waiting = WallTime(std::chrono::milliseconds(oldest));
  totals.quarantined = quarantined;
  totals.quarantine_overflow = quarantine_overflow;
  for (const Loss& loss : losses) totals.dropped += loss.range.count();
  SpaceReport& report = totals.space;
  report.quota_bytes = space.quota_bytes();
  report.used_bytes = used_bytes;
  report.free_on_disk_bytes = space.free_on_disk();
  report.ballast_out = space.ballast_out();
  if (const auto per_day = rate.per_day(store_ms(Clock::now())); per_day && *per_day > 0)
    report.days_left =
        static_cast<double>(report.quota_bytes - std::min(report.quota_bytes, used_bytes)) /
        *per_day;
  report.written_bytes = device_bytes_written() - device_bytes_at_open;
  if (readings_since_open > 0)
    report.written_per_reading =
        static_cast<double>(report.written_bytes) / static_cast<double>(readings_since_open);
  return totals;
}

Result<> Buffer::close() { return impl_->noted(impl_->close()); }

}  // namespace vitalgate::sync
