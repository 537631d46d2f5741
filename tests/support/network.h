// Loopback ports.
#pragma once

#include <cstdint>

namespace vitalgate::test {

// A TCP port of the loopback that nobody uses. Below the range that the kernel hands out by
// itself, so that it is still free when a stopped server wants it back.
std::uint16_t free_port();

// Whether something accepts connections there.
bool accepts(std::uint16_t port);

}  // namespace vitalgate::test
