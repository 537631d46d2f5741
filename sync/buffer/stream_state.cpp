#include "sync/buffer/stream_state.h"

#include <algorithm>
#include <bit>
#include <limits>

namespace vitalgate::sync {
namespace {

constexpr std::size_t kDipsMax = 256;

}  // namespace

void StreamState::settle(std::uint32_t required) {
  settled = gone;
  if (required == 0) return;  // nobody to deliver to: everything waits
  const auto one = static_cast<std::size_t>(std::countr_zero(required));
  for (const Range& range : confirmed[one].ranges()) {
    RangeSet missing;  // at any of the others
    for (std::size_t other = one + 1; other < confirmed.size(); ++other)
      if ((required >> other & 1) != 0)
        for (const Range& gap : confirmed[other].missing_in(range)) missing.add(gap);
    for (const Range& everywhere : missing.missing_in(range)) settled.add(everywhere);
  }
}

std::int64_t StreamState::oldest_waiting_ms(std::int64_t first_ms) const {
  const Sequence done = settled.prefix();
  std::int64_t oldest = first_ms;
  for (const Dip& dip : dips_)
    if (dip.last > done) oldest = std::min(oldest, dip.oldest_ms);
  return oldest;
}

void StreamState::sealed(const BatchInfo& batch, std::int64_t newest_ms) {
  const Sequence done = settled.prefix();
  while (!dips_.empty() && dips_.front().last <= done) dips_.pop_front();
  if (batch.oldest_ms < newest_ms_) {
    // A later dip that is lower stands for the earlier ones as well.
    while (!dips_.empty() && dips_.back().oldest_ms >= batch.oldest_ms) dips_.pop_back();
    dips_.push_back({batch.range.last, batch.oldest_ms});
    if (dips_.size() > kDipsMax) {
      dips_[1].oldest_ms = std::min(dips_[0].oldest_ms, dips_[1].oldest_ms);
      dips_.pop_front();
    }
  }
  newest_ms_ = std::max(newest_ms_, newest_ms);
}

}  // namespace vitalgate::sync
