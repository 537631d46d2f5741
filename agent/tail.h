// Tail: admitted rows for whoever watches live.
//
// A view, not a delivery: bounded, and when the watcher is slow the oldest rows go, counted. The
// core thread offers, the control thread takes; while nobody watches nothing is kept.
#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace vitalgate {

class Tail {
 public:
  void set_watched(bool watched);
  [[nodiscard]] bool watched() const { return watched_.load(std::memory_order_relaxed); }

  void offer(std::string_view row);

  struct Rows {
    std::vector<std::string> rows;
    std::uint64_t missed = 0;  // since the last take
  };
  Rows take();

 private:
  std::atomic<bool> watched_{false};
  std::mutex mutex_;
  std::deque<std::string> rows_;
  std::uint64_t missed_ = 0;
};

}  // namespace vitalgate
