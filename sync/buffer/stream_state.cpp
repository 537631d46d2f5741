#include "sync/buffer/stream_state.h"

#include <algorithm>
#include <limits>

namespace vitalgate::sync {
namespace {

constexpr std::size_t kDipsMax = 256;

}  // namespace

void StreamState::settle() {
  settled = gone;
  if (confirmed.empty()) return;  // nobody to deliver to: everything waits
  for (const Range& range : confirmed.front().ranges()) {
    RangeSet missing;  // at any of the others
    for (const RangeSet& other : confirmed)
      for (const Range& gap : other.missing_in(range)) missing.add(gap);
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
