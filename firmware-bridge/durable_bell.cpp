#include "firmware-bridge/durable_bell.h"

namespace vitalgate::bridge {

void DurableBell::durable(std::uint64_t ticket) {
  std::uint64_t known = durable_.load();
  while (known < ticket && !durable_.compare_exchange_weak(known, ticket)) {
  }
  bell_.ring();
}

}  // namespace vitalgate::bridge
