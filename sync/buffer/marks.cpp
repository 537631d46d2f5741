// How far each source got, written in the transaction of its readings: after a crash the source
// asks for exactly what is not stored. And how far the store got, kept beside it.
#include <bit>

#include "agent/core/limits.h"
#include "sync/buffer/buffer_impl.h"
#include "sync/buffer/store_keys.h"

namespace vitalgate::sync {
namespace {

constexpr std::string_view kStream = "stream", kPosition = "position";

}  // namespace

Result<> Buffer::Impl::write_marks() {
  for (const auto& [key, mark] : marks) {
    const auto& [source, slot] = key;
    VG_TRY(store->put_meta(meta_key::mark(kStream, source, slot), stored(mark.stream)));
    VG_TRY(store->put_meta(meta_key::mark(kPosition, source, slot), stored(mark.position)));
  }
  return {};
}

Result<std::vector<SourceMark>> Buffer::marks(std::string_view source) {
  std::vector<SourceMark> found;
  for (std::uint8_t slot = 0; slot < SourceMark::kSlots; ++slot) {
    const auto stream = VG_TRY(impl_->store->meta(meta_key::mark(kStream, source, slot)));
    const auto position = VG_TRY(impl_->store->meta(meta_key::mark(kPosition, source, slot)));
    if (stream == 0 && position == 0) continue;
    found.push_back({slot, loaded(stream), loaded(position)});
  }
  return found;
}

Mark Buffer::Impl::current_mark() const {
  Mark mark{.epoch = epoch, .generation = generation};
  for (const auto& [ref, stream] : streams) {
    if (ref.generation != generation) continue;
    mark.lanes[static_cast<std::size_t>(ref.lane)] = {.last = stream.writer.first_staged() - 1,
                                                      .settled = stream.settled.prefix(),
                                                      .chain = stream.chain,
                                                      .next_batch = stream.writer.next_batch()};
  }
  return mark;
}

// A failure costs only the proof that nothing went missing since: it is tried again.
void Buffer::Impl::write_mark(Clock::time_point now, bool now_or_never) {
  Mark mark = current_mark();
  if (mark == written_mark && !now_or_never) return;
  const bool sync = now_or_never || !marked || now - *marked >= limits::kMarkInterval;
  if (!(sync ? mark_file.write(mark) : mark_file.write_soon(mark))) return;
  if (sync) marked = now;
  written_mark = std::move(mark);
}

}  // namespace vitalgate::sync
