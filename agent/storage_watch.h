// StorageWatch: whether the buffer can be relied on, what is done about it when it cannot, and
// what is said of it.
//
// A failed call is no end: the buffer is mended (closed and opened as after a crash), at most once
// per limits::kStorageRetryDelay, for ever while the disk is merely in the way. Only when damage is
// met limits::kStorageStrikesMax times within limits::kStableAfter the process must end.
// Core thread only.
#pragma once

#include <string>

#include "agent/status.h"
#include "sync/buffer/buffer.h"

namespace vitalgate {

class StorageWatch {
 public:
  // Says what was lost before. `buffer` outlives this.
  explicit StorageWatch(sync::Buffer& buffer);

  // A call failed. An error when the process must end.
  Result<> failed(const Error& error, Clock::time_point now);
  // A commit succeeded: says what the buffer gave up, or could not take.
  void committed(std::size_t batches_dropped);

  // Says what was lost since the last time.
  void say_losses();

  // Mends what needs it. True when it did: everything read from the buffer before is void.
  Result<bool> mend(Clock::time_point now);

  // What is wrong; empty while all is well. Full lanes apart.
  [[nodiscard]] const std::string& problem() const { return problem_; }
  [[nodiscard]] const std::string& hint() const { return hint_; }
  // The lanes, a bit each, whose readings wait for room.
  [[nodiscard]] std::uint8_t full_lanes() const { return full_lanes_; }
  // When mend() will do something; nothing when all is well.
  [[nodiscard]] std::optional<Clock::time_point> mend_at() const;

  void describe(BufferStatus& status) const;

 private:
  sync::Buffer& buffer_;
  std::string problem_;
  std::string hint_;
  Clock::time_point mend_at_{};
  Clock::time_point struck_{};
  unsigned strikes_ = 0;
  std::size_t losses_said_ = 0;
  std::uint8_t full_lanes_ = 0;
};

}  // namespace vitalgate
