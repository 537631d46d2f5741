// Values handed to a thread that waits on a Bell. Many producers, one consumer, a fixed capacity.
#pragma once

#include <cstddef>
#include <mutex>
#include <utility>
#include <vector>

#include "agent/core/bell.h"

namespace vitalgate::sync {

template <class T>
class BellQueue {
 public:
  // `bell` outlives this; several queues may share one.
  BellQueue(std::size_t capacity, const Bell& bell) : capacity_(capacity), bell_(bell) {}

  // Never waits: false, with nothing queued, when there is no room. For callbacks that run with a
  // library's lock held.
  [[nodiscard]] bool try_push(T value) {
    bool first = false;
    {
      const std::scoped_lock lock(mutex_);
      if (queue_.size() >= capacity_) return false;
      first = queue_.empty();
      queue_.push_back(std::move(value));
    }
    if (first) bell_.ring();  // the others are taken with the first
    return true;
  }

  // Everything queued. Hush the bell before, not after.
  [[nodiscard]] std::vector<T> take() {
    const std::scoped_lock lock(mutex_);
    return std::exchange(queue_, {});
  }

 private:
  const std::size_t capacity_;
  const Bell& bell_;
  std::mutex mutex_;
  std::vector<T> queue_;
};

}  // namespace vitalgate::sync
