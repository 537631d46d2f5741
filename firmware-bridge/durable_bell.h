// What a source's thread waits on beside its devices, and what other threads tell it: that it
// must stop, and up to which ticket its arrivals are durable.
//
// ring() and durable() from any thread, at once; the rest belongs to the thread in run().
#pragma once

#include <atomic>
#include <cstdint>

namespace vitalgate::bridge {

class DurableBell {
 public:
  DurableBell();
  DurableBell(const DurableBell&) = delete;
  DurableBell& operator=(const DurableBell&) = delete;
  ~DurableBell();

  void ring() const;
  void durable(std::uint64_t ticket);

  [[nodiscard]] int fd() const { return fd_; }  // for poll(): readable after a ring
  void take() const;                            // the rings so far
  [[nodiscard]] std::uint64_t durable() const { return durable_.load(); }

 private:
  const int fd_;
  std::atomic<std::uint64_t> durable_{0};
};

}  // namespace vitalgate::bridge
