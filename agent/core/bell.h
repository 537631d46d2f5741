// What a thread waits on in poll() beside its other descriptors, and what others wake it with.
#pragma once

#include "agent/core/clock.h"

namespace vitalgate {

class Bell {
 public:
  Bell();
  Bell(const Bell&) = delete;
  Bell& operator=(const Bell&) = delete;
  ~Bell();

  void ring() const;  // any thread, also from a library's callback; returns at once

  // The waiting thread's.
  [[nodiscard]] int fd() const { return fd_; }  // readable after a ring
  void hush() const;                            // forgets the rings so far
  void wait(Clock::time_point until) const;     // for a ring, at most so long

 private:
  const int fd_;
};

}  // namespace vitalgate
