// How far each source got, written in the transaction of its readings: after a crash the source
// asks for exactly what is not stored.
#include <bit>

#include "sync/buffer/buffer.h"

namespace vitalgate::sync {
namespace {

constexpr std::string_view kStream = "stream", kPosition = "position";

std::int64_t stored(std::uint64_t number) { return std::bit_cast<std::int64_t>(number); }

}  // namespace

Result<> Buffer::write_marks() {
  for (const auto& [key, mark] : marks_) {
    const auto& [source, slot] = key;
    VG_TRY(store_.put_meta(meta_key::mark(kStream, source, slot), stored(mark.stream)));
    VG_TRY(store_.put_meta(meta_key::mark(kPosition, source, slot), stored(mark.position)));
  }
  return {};
}

Result<std::vector<SourceMark>> Buffer::marks(std::string_view source) {
  std::vector<SourceMark> found;
  for (std::uint8_t slot = 0; slot < SourceMark::kSlots; ++slot) {
    const auto stream = VG_TRY(store_.meta(meta_key::mark(kStream, source, slot)));
    const auto position = VG_TRY(store_.meta(meta_key::mark(kPosition, source, slot)));
    if (stream == 0 && position == 0) continue;
    found.push_back(
        {slot, std::bit_cast<std::uint64_t>(stream), std::bit_cast<std::uint64_t>(position)});
  }
  return found;
}

}  // namespace vitalgate::sync
