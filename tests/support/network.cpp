#include "tests/support/network.h"

#include <sys/socket.h>
#include <unistd.h>

#include <random>

#include "tests/support/failure.h"

namespace vitalgate::test {
namespace {

constexpr int kLowest = 20'000;
constexpr int kHighest = 31'999;
constexpr int kAttempts = 200;

class Socket {
 public:
  Socket() : fd_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {}
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;
  ~Socket() { close(fd_); }
  [[nodiscard]] int get() const { return fd_; }

 private:
  int fd_;
};

}  // namespace

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

std::uint16_t free_port() {
  std::random_device random;
  std::uniform_int_distribution<int> ports(kLowest, kHighest);
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    const auto port = static_cast<std::uint16_t>(ports(random));
    const Socket listener;
    const sockaddr_in address = loopback(port);
    const auto* name = reinterpret_cast<const sockaddr*>(&address);
    if (bind(listener.get(), name, sizeof address) == 0) return port;
  }
  throw Failure("no free port on the loopback", "see what listens there: ss -ltn");
}

bool accepts(std::uint16_t port) {
  const Socket client;
  const sockaddr_in address = loopback(port);
  return connect(client.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
}

}  // namespace vitalgate::test
