// Loopback ports.
#pragma once

#include <netinet/in.h>

#include <cstdint>

namespace vitalgate::test {

// The address of one of its ports.
sockaddr_in loopback(std::uint16_t port);

// A TCP port of the loopback that nobody uses. Below the range that the kernel hands out by
// itself, so that it is still free when a stopped server wants it back.
std::uint16_t free_port();

// Whether something accepts connections there.
bool accepts(std::uint16_t port);

}  // namespace vitalgate::test
