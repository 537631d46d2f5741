#include "firmware-bridge/gatt/segments.h"

namespace vitalgate::bridge::gatt {

Result<std::optional<std::span<const std::byte>>> SegmentJoiner::push(
    std::span<const std::byte> segment) {
  constexpr std::uint8_t kCounters = 64;
  if (segment.empty()) {
    reset();
    return Error{Errc::malformed, "a segment without a header", {}};
  }
  const auto header = SegmentHeader::of(std::to_integer<std::uint8_t>(segment[0]));
  const auto part = segment.subspan(1);
  if (header.first) {
    reset();
  } else if (!collecting_ || header.counter != next_counter_) {
    reset();
    return Error{Errc::malformed, "a segment that does not follow the one before", {}};
  }
  if (whole_.size() + part.size() > kWholeBytesMax) {
    reset();
    return Error{Errc::malformed, "more segments than a value may have", {}};
  }
  whole_.insert(whole_.end(), part.begin(), part.end());
  collecting_ = !header.last;
  next_counter_ = static_cast<std::uint8_t>((header.counter + 1) % kCounters);
  if (header.last) return std::optional(std::span<const std::byte>(whole_));
  return std::optional<std::span<const std::byte>>();
}

void SegmentJoiner::reset() {
  if (collecting_) ++lost_;
  whole_.clear();
  collecting_ = false;
}

}  // namespace vitalgate::bridge::gatt
