#include "sync/buffer/ranges.h"

#include <algorithm>

#include "agent/core/check.h"

namespace vitalgate::sync {

std::vector<Range> RangeSet::add(Range range) {
  VG_CHECK(range.first >= 1 && range.first <= range.last);
  std::vector<Range> fresh;
  Sequence next = range.first;  // the first number not yet known to be in the set
  Range merged = range;

  auto at = set_.upper_bound(range.first);
  if (at != set_.begin() && std::prev(at)->second + 1 >= range.first) --at;
  while (at != set_.end() && at->first <= range.last + 1) {
    if (at->first > next) fresh.push_back({next, std::min(range.last, at->first - 1)});
    next = std::max(next, at->second + 1);
    merged.first = std::min(merged.first, at->first);
    merged.last = std::max(merged.last, at->second);
    at = set_.erase(at);
  }
  if (next <= range.last) fresh.push_back({next, range.last});
  set_.emplace(merged.first, merged.last);
  return fresh;
}

void RangeSet::remove(Range range) {
  auto at = set_.upper_bound(range.first);
  if (at != set_.begin() && std::prev(at)->second >= range.first) --at;
  while (at != set_.end() && at->first <= range.last) {
    const Range cut{at->first, at->second};
    at = set_.erase(at);
    if (cut.first < range.first) set_.emplace(cut.first, range.first - 1);
    if (cut.last > range.last) at = std::next(set_.emplace(range.last + 1, cut.last).first);
  }
}

bool RangeSet::touches(Range range) const {
  auto at = set_.upper_bound(range.last);
  return at != set_.begin() && std::prev(at)->second >= range.first;
}

std::vector<Range> RangeSet::missing_in(Range range) const {
  std::vector<Range> gaps;
  Sequence next = range.first;
  auto at = set_.upper_bound(range.first);
  if (at != set_.begin()) --at;
  for (; at != set_.end() && at->first <= range.last; ++at) {
    if (at->second < next) continue;
    if (at->first > next) gaps.push_back({next, at->first - 1});
    next = at->second + 1;
  }
  if (next <= range.last) gaps.push_back({next, range.last});
  return gaps;
}

Sequence RangeSet::prefix() const {
  return set_.empty() || set_.begin()->first != 1 ? 0 : set_.begin()->second;
}

bool RangeSet::contains(Range range) const {
  auto at = set_.upper_bound(range.first);
  return at != set_.begin() && std::prev(at)->second >= range.last;
}

std::vector<Range> RangeSet::ranges() const {
  std::vector<Range> all;
  all.reserve(set_.size());
  for (const auto& [first, last] : set_) all.push_back({first, last});
  return all;
}

}  // namespace vitalgate::sync
