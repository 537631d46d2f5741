// Finds frames of one length in a line that marks them weakly, byte by byte.
//
// A window slides over the bytes until its content is a frame; then the next frame is expected
// right behind. A false start costs one byte, never the frame it overlaps.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "firmware-bridge/source.h"

namespace vitalgate::bridge {

class FrameFinder {
 public:
  static constexpr std::size_t kSizeMax = 9;
  using IsFrame = bool (*)(std::span<const std::byte> window);

  // `size` from 1 to kSizeMax.
  FrameFinder(std::size_t size, IsFrame is_frame);

  // The frame that `byte` completes, valid until the next call; empty when it completes none.
  std::span<const std::byte> push(std::byte byte);

  // No byte was lost since the frame before: whoever collects frames may go on collecting.
  [[nodiscard]] bool in_step() const { return in_step_; }

  // bad_frames: how often a frame was due and something else came.
  [[nodiscard]] const SourceCounts& counts() const { return counts_; }

  // Forgets the window; its bytes count as skipped.
  void reset();

 private:
  std::size_t size_;
  IsFrame is_frame_;
  std::array<std::byte, kSizeMax> window_{};
  std::size_t filled_ = 0;
  bool complete_ = false;  // the window was handed out
  bool in_step_ = false;
  SourceCounts counts_;
};

}  // namespace vitalgate::bridge
