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
  [[nodiscard]] std::uint64_t count() const { return last + 1 - first; }
};

class RangeSet {
 public:
  // Adds `range` and gives the parts of it that were not in the set before.
  std::vector<Range> add(Range range);
  void remove(Range range);

  [[nodiscard]] bool contains(Range range) const;
  [[nodiscard]] bool touches(Range range) const;
  // The parts of `range` that are not in the set, ascending.
  [[nodiscard]] std::vector<Range> missing_in(Range range) const;

  // Merged and ascending: no two ranges touch.
  [[nodiscard]] std::vector<Range> ranges() const;
  [[nodiscard]] Sequence highest() const { return set_.empty() ? 0 : set_.rbegin()->second; }
  // Everything from 1 to here is in the set; 0 when 1 is not.
  [[nodiscard]] Sequence prefix() const;
  [[nodiscard]] std::size_t size() const { return set_.size(); }

 private:
  std::map<Sequence, Sequence> set_;  // first -> last
};

}  // namespace vitalgate::sync
