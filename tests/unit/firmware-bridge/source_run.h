// Runs a Source on its own thread and keeps what it emits.
#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <vector>

#include "firmware-bridge/source.h"

namespace vitalgate::test {

class SourceRun {
 public:
  explicit SourceRun(bridge::Source& source)
      : thread_([this, &source](const std::stop_token& stop) {
          source.run(
              stop, [this](bridge::SourceEvent event) { return keep(std::move(event)); },
              [this] { ++alive_; });
        }) {}

  // Everything of kind T so far.
  template <class T>
  std::vector<T> all() {
    const std::lock_guard lock(mutex_);
    std::vector<T> found;
    for (const auto& event : events_)
      if (const T* kind = std::get_if<T>(&event.what)) found.push_back(*kind);
    return found;
  }

  // Waits until there are `count` of kind T. False after ten seconds.
  template <class T>
  bool wait_for(std::size_t count) {
    std::unique_lock lock(mutex_);
    return came_.wait_for(lock, std::chrono::seconds(10), [&] {
      return count <= static_cast<std::size_t>(std::count_if(
                          events_.begin(), events_.end(),
                          [](const auto& event) { return std::holds_alternative<T>(event.what); }));
    });
  }

  // Waits until the source has reported `count` times; the last report.
  bridge::SourceReport report(std::size_t count) {
    wait_for<bridge::SourceReport>(count);
    const auto reports = all<bridge::SourceReport>();
    return reports.size() < count ? bridge::SourceReport{} : reports.back();
  }

  [[nodiscard]] unsigned alive() const { return alive_; }

  void stop() {
    thread_.request_stop();
    if (thread_.joinable()) thread_.join();
  }

 private:
  bool keep(bridge::SourceEvent event) {
    const std::lock_guard lock(mutex_);
    events_.push_back(std::move(event));
    came_.notify_all();
    return true;
  }

  std::mutex mutex_;
  std::condition_variable came_;
  std::vector<bridge::SourceEvent> events_;
  std::atomic<unsigned> alive_{0};
  std::jthread thread_;  // last: it uses the others
};

}  // namespace vitalgate::test
