// Single readings and parts of sealed batches: what a refusal by the hub comes down to. Nothing
// that is stored changes; a part is cut from the stored rows whenever it is sent.
#include <algorithm>

#include "agent/core/limits.h"
#include "sync/buffer/batch_head.h"
#include "sync/buffer/buffer_impl.h"
#include "sync/buffer/row_text.h"

namespace vitalgate::sync {
namespace {

// The rows of `range`, joined by commas as they are sent.
std::string rows_in(const BatchBody& body, Range range) {
  std::string lines;
  for (const std::string& rows : body.segments) append_lines(lines, rows);
  std::string cut;
  std::string_view rest = lines;
  for (Sequence sequence = body.info.range.first; sequence <= range.last; ++sequence) {
    const std::size_t end = rest.find('\n');
    if (end == std::string_view::npos) return {};
    if (sequence > range.first) cut.push_back(',');
    if (sequence >= range.first) cut.append(rest.substr(0, end));
    rest.remove_prefix(end + 1);
  }
  return cut;
}

}  // namespace

// In the stream's row: no batch bears these numbers, so no other row could show them.
Result<BatchNumber> Buffer::Impl::reserve_batches(StreamState& stream, BatchNumber count) {
  if (store == nullptr) return buffer_is_closed();
  const BatchNumber first = std::max(stream.writer.next_batch(), stream.next_batch_floor);
  stream.next_batch_floor = first + count;
  VG_TRY(in_transaction([&] { return write_floors(stream, /*with_staged=*/false); }));
  stream.writer.resume(stream.writer.next_sequence(), first + count);
  // The second place that knows them: a log that lost its end would give them out again.
  Mark mark = current_mark();
  if (mark_file.write(mark)) written_mark = std::move(mark);
  return first;
}

Result<BatchNumber> Buffer::reserve_batches(StreamRef stream, BatchNumber count) {
  if (impl_->find(stream) == nullptr)
    return Error{Errc::rejected, "the stream is not in the buffer any more", ""};
  return impl_->noted(impl_->reserve_batches(impl_->of(stream), count));
}

Result<BatchBody> Buffer::Impl::piece(const BatchInfo& whole, BatchInfo part) {
  const BatchBody body = VG_TRY(read(whole));
  std::string rows = rows_in(body, part.range);
  part.bytes = static_cast<std::uint32_t>(rows.size());
  std::string head = piece_head(options, of(whole.key.stream()).epoch, part, body.head, rows);
  BatchBody cut{part, std::move(head), {}};
  cut.segments.push_back(std::move(rows));
  return cut;
}

Result<BatchBody> Buffer::piece(const BatchInfo& whole, const BatchInfo& part) {
  VG_CHECK(part.range.first >= whole.range.first && part.range.last <= whole.range.last);
  return impl_->noted(impl_->piece(whole, part));
}

Result<bool> Buffer::Impl::reject(std::size_t destination, StreamState& stream, Sequence sequence,
                                  std::string_view detail, WallTime now) {
  const Range one{sequence, sequence};
  if (sequence == 0 || sequence >= stream.writer.first_open() ||
      stream.confirmed[destination].contains(one))
    return false;
  const auto batches = VG_TRY(batches_over(stream, one));
  if (batches.empty() || batches.front().range.last < sequence || batches.front().tombstone)
    return false;
  const BatchBody body = VG_TRY(read(batches.front()));
  held.push_back({.received = now,
                  .device = {},
                  .rule = std::string(kHubRule),
                  .reason = std::string(detail.substr(0, limits::kTextValueBytesMax)),
                  .content = rows_in(body, one),
                  .raw = {}});
  return true;
}

Result<bool> Buffer::reject(std::size_t destination, StreamRef stream, Sequence sequence,
                            std::string_view detail, WallTime now) {
  if (impl_->find(stream) == nullptr) return false;
  return impl_->noted(impl_->reject(destination, impl_->of(stream), sequence, detail, now));
}

}  // namespace vitalgate::sync
