// Name resolution with a deadline of ours.
//
// getaddrinfo() has none, and a hanging resolver would freeze every MQTT client of the process.
#pragma once

#include <sys/socket.h>

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "agent/core/result.h"

namespace vitalgate::sync {

// Whether `host` has an address, at the latest after `deadline`. While an earlier question still
// hangs no second one is asked. Addresses in figures are answered at once. Any thread.
Result<> resolve(const std::string& host, std::chrono::milliseconds deadline);

struct SocketAddress {
  sockaddr_storage bytes{};
  socklen_t size = 0;
};

// The same question, answered with where to connect: at least one address, the best first.
Result<std::vector<SocketAddress>> find_addresses(const std::string& host, std::uint16_t port,
                                                  std::chrono::milliseconds deadline);

}  // namespace vitalgate::sync
