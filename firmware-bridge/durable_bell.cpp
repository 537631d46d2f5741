#include "firmware-bridge/durable_bell.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include "agent/core/check.h"

namespace vitalgate::bridge {

DurableBell::DurableBell() : fd_(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) { VG_CHECK(fd_ >= 0); }

DurableBell::~DurableBell() { ::close(fd_); }

void DurableBell::ring() const {
  const std::uint64_t once = 1;
  [[maybe_unused]] const auto written = ::write(fd_, &once, sizeof once);
}

void DurableBell::durable(std::uint64_t ticket) {
  std::uint64_t known = durable_.load();
  while (known < ticket && !durable_.compare_exchange_weak(known, ticket)) {
  }
  ring();
}

void DurableBell::take() const {
  std::uint64_t rings = 0;
  [[maybe_unused]] const auto taken = ::read(fd_, &rings, sizeof rings);
}

}  // namespace vitalgate::bridge
