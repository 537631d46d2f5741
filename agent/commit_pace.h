// CommitPace: when what has arrived is made durable. Pure: time and sizes are arguments.
//
// At once when a source asked for it; else `commit_interval` after the first waiting reading, or
// when limits::kCommitBytes wait. A slow disk is not asked again before four times its last
// commit has passed, at most the interval: the commits then grow instead of following each other.
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>

#include "agent/core/clock.h"

namespace vitalgate {

class CommitPace {
 public:
  explicit CommitPace(std::chrono::milliseconds interval) : interval_(interval) {}

  void arrived(Clock::time_point now, bool urgent);
  // The buffer has confirmations or deletions to write.
  void has_bookkeeping(Clock::time_point now);

  // What the buffer says at this moment.
  struct Waiting {
    std::size_t staged_bytes = 0;
    std::optional<Clock::time_point> seal_due;
  };
  [[nodiscard]] bool is_due(Clock::time_point now, const Waiting& waiting) const;
  // When is_due() turns true by itself; nothing when nothing waits.
  [[nodiscard]] std::optional<Clock::time_point> due_at(const Waiting& waiting) const;

  // A commit took from `began` to `ended`. `left_bytes` found no room: tried again at leisure.
  void committed(Clock::time_point began, Clock::time_point ended, std::size_t left_bytes);
  // A commit failed: not again before limits::kStorageRetryDelay.
  void failed(Clock::time_point now);
  // Whatever held it up is over.
  void try_now() { not_before_ = {}; }

 private:
  std::chrono::milliseconds interval_;
  std::optional<Clock::time_point> first_;  // reading that waits
  std::optional<Clock::time_point> bookkeeping_;
  std::optional<Clock::time_point> leftovers_;  // when they are tried again
  bool urgent_ = false;
  std::size_t left_bytes_ = 0;
  Clock::time_point rested_{};      // the disk may be asked again for a full load
  Clock::time_point not_before_{};  // after a failure
};

}  // namespace vitalgate
