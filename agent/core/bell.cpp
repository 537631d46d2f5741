#include "agent/core/bell.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>

#include "agent/core/check.h"

namespace vitalgate {

Bell::Bell() : fd_(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) { VG_CHECK(fd_ >= 0); }

Bell::~Bell() { ::close(fd_); }

void Bell::ring() const { static_cast<void>(::eventfd_write(fd_, 1)); }

void Bell::hush() const {
  eventfd_t ignored = 0;
  static_cast<void>(::eventfd_read(fd_, &ignored));
}

void Bell::wait(Clock::time_point until) const {
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - Clock::now()).count();
  pollfd entry{fd_, POLLIN, 0};
  ::poll(&entry, 1, static_cast<int>(std::max<long>(left, 0)));
}

}  // namespace vitalgate
