#include "firmware-bridge/serial/frame_finder.h"

#include <algorithm>

#include "agent/core/check.h"

namespace vitalgate::bridge {

FrameFinder::FrameFinder(std::size_t size, IsFrame is_frame) : size_(size), is_frame_(is_frame) {
  VG_CHECK(size >= 1 && size <= kSizeMax);
}

std::span<const std::byte> FrameFinder::push(std::byte byte) {
  if (complete_) {
    complete_ = false;
    filled_ = 0;
  }
  window_[filled_++] = byte;
  if (filled_ < size_) return {};

  const std::span<const std::byte> window(window_.data(), size_);
  if (is_frame_(window)) {
    ++counts_.frames;
    complete_ = true;
    in_step_ = true;
    return window;
  }
  if (in_step_) ++counts_.bad_frames;
  in_step_ = false;
  ++counts_.skipped_bytes;
  std::copy(window_.begin() + 1, window_.begin() + static_cast<std::ptrdiff_t>(size_),
            window_.begin());
  --filled_;
  return {};
}

void FrameFinder::reset() {
  if (!complete_) counts_.skipped_bytes += filled_;
  filled_ = 0;
  complete_ = false;
  in_step_ = false;
}

}  // namespace vitalgate::bridge
