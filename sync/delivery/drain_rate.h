// DrainRate: readings a second that a destination confirms, as an average that forgets within a
// minute. Pure.
#pragma once

#include <chrono>
#include <cmath>
#include <cstdint>
#include <optional>

#include "agent/core/clock.h"

namespace vitalgate::sync {

class DrainRate {
 public:
  void add(std::uint64_t readings, Clock::time_point now) {
    if (!began_) began_ = at_ = now;
    weight_ = faded(now) + static_cast<double>(readings);
    at_ = now;
  }

  // 0 before the first; a young average is scaled up, as if it had gone on so before.
  [[nodiscard]] double per_second(Clock::time_point now) const {
    if (!began_) return 0;
    const double age = std::max(1.0, seconds(now - *began_));
    return faded(now) / kSeconds / (1 - std::exp(-age / kSeconds));
  }

  // How long `readings` will take at this rate; nothing when it is too slow to say.
  [[nodiscard]] std::optional<std::chrono::seconds> time_for(std::uint64_t readings,
                                                             Clock::time_point now) const {
    constexpr double kSlowest = 0.01;
    const double rate = per_second(now);
    if (rate < kSlowest) return std::nullopt;
    return std::chrono::seconds(std::llround(static_cast<double>(readings) / rate));
  }

 private:
  static constexpr double kSeconds = 30;  // the time constant

  static double seconds(Clock::duration time) {
    return std::chrono::duration<double>(time).count();
  }
  [[nodiscard]] double faded(Clock::time_point now) const {
    return weight_ * std::exp(-std::max(0.0, seconds(now - at_)) / kSeconds);
  }

  double weight_ = 0;
  std::optional<Clock::time_point> began_;
  Clock::time_point at_{};
};

}  // namespace vitalgate::sync
