// BacklogPace: how many bytes of old batches may be on their way, so that a new one waits behind
// them for half a second at most, however slow the link is. Pure.
//
// What the transport needs for a batch beyond the least it ever needed is the queue in front of
// it, as in LEDBAT (RFC 6817): while that is short the allowance grows, when it is long it shrinks.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>

#include "agent/core/clock.h"

namespace vitalgate::sync {

class BacklogPace {
 public:
  explicit BacklogPace(std::uint64_t most) : most_(most) { restart(); }

  [[nodiscard]] std::uint64_t allowed() const { return allowed_; }

  // A new connection: nothing is known of it.
  void restart() {
    allowed_ = std::min(most_, kFirst);
    least_ = Clock::duration::max();
    is_finding_out_ = true;
  }

  // The transport took an old batch that was sent at `sent`.
  void took(std::uint64_t bytes, Clock::time_point sent, Clock::time_point now) {
    const Clock::duration needed = std::max(now - sent, Clock::duration(1));
    least_ = std::min(least_, needed);
    if (needed - least_ > kQueueMax) {
      if (sent < shrunk_) return;  // sent before it took effect
      shrunk_ = now;
      is_finding_out_ = false;
      allowed_ = std::max(kLeast, allowed_ - allowed_ / 4);
    } else {
      // Doubles with each round until the first queue, then grows by a batch with each round.
      const std::uint64_t more = is_finding_out_ ? bytes : bytes * bytes / allowed_;
      allowed_ = std::min(most_, allowed_ + more);
    }
  }

 private:
  static constexpr auto kQueueMax = std::chrono::milliseconds(400);
  static constexpr std::uint64_t kFirst = 262'144;
  static constexpr std::uint64_t kLeast = 65'536;

  std::uint64_t most_;
  std::uint64_t allowed_ = 0;
  Clock::duration least_{};
  Clock::time_point shrunk_{};
  bool is_finding_out_ = true;
};

}  // namespace vitalgate::sync
