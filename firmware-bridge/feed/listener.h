// Listener: TCP sockets that wait for devices, on the loopback or on one interface, never on all.
//
// `listen` is "127.0.0.1:2575", "[::1]:2575", "localhost:2575", or "eth1:2575": every address
// that the interface has now. One thread at a time.
#pragma once

#include <sys/socket.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "agent/core/result.h"
#include "firmware-bridge/feed/socket.h"

namespace vitalgate::bridge {

// An address that can be bound, as its own bytes: two that are equal are the same.
struct ListenAddress {
  sockaddr_storage bytes{};
  socklen_t size = 0;
  bool operator==(const ListenAddress& other) const;
};

// Errors, all with a hint: rejected when the text is no such place or stands for all networks,
// unavailable when the interface is not there or has no address yet.
Result<std::vector<ListenAddress>> listen_addresses(std::string_view listen);

class Listener {
 public:
  // On all of `addresses` or on none. Unavailable: another process has the port (is_port_taken()
  // tells it) or the address is gone; rejected: no right to it.
  static Result<Listener> open(std::string_view listen, std::vector<ListenAddress> addresses);

  [[nodiscard]] const std::vector<ListenAddress>& addresses() const { return addresses_; }
  [[nodiscard]] std::size_t size() const { return sockets_.size(); }
  [[nodiscard]] int fd(std::size_t socket) const { return sockets_[socket].fd(); }

 private:
  Listener() = default;

  std::vector<ListenAddress> addresses_;
  std::vector<Socket> sockets_;
};

bool is_port_taken(const Error& error);

}  // namespace vitalgate::bridge
