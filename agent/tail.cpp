#include "agent/tail.h"

#include <iterator>

#include "agent/core/limits.h"

namespace vitalgate {

void Tail::set_watched(bool watched) {
  const std::scoped_lock lock(mutex_);
  watched_.store(watched, std::memory_order_relaxed);
  if (!watched) {
    rows_.clear();
    missed_ = 0;
  }
}

void Tail::offer(std::string_view row) {
  if (!watched()) return;
  const std::scoped_lock lock(mutex_);
  if (rows_.size() >= limits::kTailRowsMax) {
    rows_.pop_front();
    ++missed_;
  }
  rows_.emplace_back(row);
}

Tail::Rows Tail::take() {
  const std::scoped_lock lock(mutex_);
  Rows taken{{std::make_move_iterator(rows_.begin()), std::make_move_iterator(rows_.end())},
             missed_};
  rows_.clear();
  missed_ = 0;
  return taken;
}

}  // namespace vitalgate
