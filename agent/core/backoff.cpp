#include "agent/core/backoff.h"

#include <algorithm>

namespace vitalgate {

Backoff::Backoff(Duration base, Duration cap, std::uint64_t seed)
    : base_(base), cap_(cap), random_(seed) {}

Backoff::Duration Backoff::next() {
  const unsigned doublings = std::min(attempt_, 20u);
  const Duration step = std::min(cap_, base_ * (std::int64_t{1} << doublings));
  ++attempt_;
  std::uniform_int_distribution<std::int64_t> pick(std::max<std::int64_t>(1, step.count() / 10),
                                                   std::max<std::int64_t>(1, step.count()));
  return Duration(pick(random_));
}

}  // namespace vitalgate
