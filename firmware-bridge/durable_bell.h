// What a source's thread waits on beside its devices, and what other threads tell it: that it
// must stop, and up to which ticket its arrivals are durable.
//
// ring() and durable() from any thread, at once; the rest belongs to the thread in run().
#pragma once

#include <atomic>
#include <cstdint>

#include "agent/core/bell.h"

namespace vitalgate::bridge {

class DurableBell {
 public:
  void ring() const { bell_.ring(); }
  void durable(std::uint64_t ticket);

  [[nodiscard]] int fd() const { return bell_.fd(); }  // for poll(): readable after a ring
  void take() const { bell_.hush(); }                  // the rings so far
  [[nodiscard]] std::uint64_t durable() const { return durable_.load(); }

 private:
  Bell bell_;
  std::atomic<std::uint64_t> durable_{0};
};

}  // namespace vitalgate::bridge
