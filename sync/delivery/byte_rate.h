// ByteRate: a token bucket. A second's worth may go at once; a batch larger than what is left goes
// too, and those behind it wait for longer. Pure.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

#include "agent/core/clock.h"

namespace vitalgate::sync {

class ByteRate {
 public:
  // Without a rate everything goes at once.
  explicit ByteRate(std::optional<std::uint64_t> per_second) : per_second_(per_second) {}

  // When the next batch may go.
  [[nodiscard]] Clock::time_point ready_at() const { return spent_until_ - kBurst; }
  [[nodiscard]] bool is_ready(Clock::time_point now) const {
    return !per_second_ || now >= ready_at();
  }
  void spend(std::uint64_t bytes, Clock::time_point now) {
    if (per_second_) spent_until_ = std::max(spent_until_, now) + worth(bytes);
  }
  // What was spent was not sent.
  void refund(std::uint64_t bytes) {
    if (per_second_) spent_until_ -= worth(bytes);
  }

 private:
  static constexpr std::chrono::seconds kBurst{1};

  [[nodiscard]] Clock::duration worth(std::uint64_t bytes) const {
    return std::chrono::microseconds(bytes * 1'000'000 / *per_second_);
  }

  std::optional<std::uint64_t> per_second_;
  Clock::time_point spent_until_ = Clock::time_point() + kBurst;
};

}  // namespace vitalgate::sync
