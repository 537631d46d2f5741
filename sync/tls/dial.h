// A TCP connection with a deadline of ours, directly or through the clinic's HTTP proxy.
#pragma once

#include <poll.h>

#include <string>
#include <utility>

#include "agent/core/clock.h"
#include "agent/core/result.h"
#include "sync/tls/probe.h"

namespace vitalgate::sync {

class Socket {
 public:
  explicit Socket(int fd) : fd_(fd) {}
  Socket(Socket&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Socket& operator=(Socket&&) = delete;
  ~Socket();

  [[nodiscard]] int fd() const { return fd_; }  // does not block

 private:
  int fd_;
};

// "hub.example.org:8883", "[2001:db8::7]:8883"
std::string place_of(const std::string& host, std::uint16_t port);

// Whether `fd` is ready for `events` before `deadline`.
bool wait_for(int fd, short events, Clock::time_point deadline);

// A socket whose next byte is the peer's, with a proxy already behind it. Errors: `unavailable`
// when somebody was not reached, `rejected` when the proxy refuses. Blocks up to `deadline`.
Result<Socket> dial(const TlsEndpoint& endpoint, Clock::time_point deadline);

}  // namespace vitalgate::sync
