// Full-jitter exponential backoff: the n-th wait is uniform in (0, min(cap, base x 2^n)].
//
// A clinic that lost power reboots all its gateways together; jitter keeps them apart.
#pragma once

#include <chrono>
#include <cstdint>
#include <random>

namespace vitalgate {

class Backoff {
 public:
  using Duration = std::chrono::milliseconds;

  // Same seed, same waits: simulations repeat exactly.
  Backoff(Duration base, Duration cap, std::uint64_t seed);

  // How long to wait before the next attempt; at least a tenth of the step, so never a busy loop.
  Duration next();

  // After a success that lasted.
  void reset() { attempt_ = 0; }
  [[nodiscard]] unsigned attempt() const { return attempt_; }

 private:
  Duration base_;
  Duration cap_;
  unsigned attempt_ = 0;
  std::mt19937_64 random_;
};

}  // namespace vitalgate
