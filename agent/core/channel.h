// The only way values cross threads: many producers, one consumer, a fixed capacity.
//
// A full channel makes producers wait, so a slow disk slows the devices down instead of losing
// what they measured.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <mutex>
#include <stop_token>
#include <utility>
#include <vector>

#include "agent/core/clock.h"

namespace vitalgate {

template <class T>
class Channel {
 public:
  explicit Channel(std::size_t capacity) : capacity_(capacity) { queue_.reserve(capacity); }

  // Waits for room. False, with nothing queued, once `stop` is requested.
  [[nodiscard]] bool push(T value, const std::stop_token& stop) {
    std::unique_lock lock(mutex_);
    if (!room_.wait(lock, stop, [this] { return queue_.size() < capacity_; })) return false;
    queue_.push_back(std::move(value));
    arrived_.notify_one();
    return true;
  }

  // Never waits: false, with nothing queued, when there is no room. For callbacks that run with a
  // library's lock held.
  [[nodiscard]] bool try_push(T value) {
    const std::scoped_lock lock(mutex_);
    if (queue_.size() >= capacity_) return false;
    queue_.push_back(std::move(value));
    arrived_.notify_one();
    return true;
  }

  // Takes everything queued, so the consumer can commit it in one transaction. Waits for a
  // first value until `deadline` or `stop`; empty when neither brought one.
  [[nodiscard]] std::vector<T> take(const std::stop_token& stop, Clock::time_point deadline) {
    std::vector<T> taken;
    std::unique_lock lock(mutex_);
    arrived_.wait_until(lock, stop, deadline, [this] { return !queue_.empty(); });
    taken.swap(queue_);
    queue_.reserve(capacity_ < 64 ? capacity_ : 64);
    room_.notify_all();
    return taken;
  }

 private:
  const std::size_t capacity_;
  std::mutex mutex_;
  std::condition_variable_any room_;
  std::condition_variable_any arrived_;
  std::vector<T> queue_;
};

}  // namespace vitalgate
