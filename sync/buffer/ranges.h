// RangeSet: a set of sequence numbers kept as merged ranges.
#pragma once

#include <map>
#include <vector>

#include "sync/batch/stream.h"

namespace vitalgate::sync {

struct Range {
  Sequence first = 0;  // 1 <= first <= last
  Sequence last = 0;
  bool operator==(const Range&) const = default;
};

class RangeSet {
 public:
  // Adds `range` and gives the parts of it that were not in the set before.
  std::vector<Range> add(Range range);

  [[nodiscard]] bool contains(Range range) const;

  // Merged and ascending: no two ranges touch.
  [[nodiscard]] std::vector<Range> ranges() const;
  [[nodiscard]] Sequence highest() const { return set_.empty() ? 0 : set_.rbegin()->second; }

 private:
  std::map<Sequence, Sequence> set_;  // first -> last
};

}  // namespace vitalgate::sync
