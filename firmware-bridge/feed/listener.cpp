#include "firmware-bridge/feed/listener.h"

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <memory>
#include <optional>
#include <system_error>

namespace vitalgate::bridge {
namespace {

constexpr std::string_view kTaken = "the port is taken: ";
constexpr int kBacklog = 8;

struct Place {
  std::string host;
  std::uint16_t port = 0;
};

Error no_place(std::string_view listen) {
  return {Errc::rejected, std::string("no place to listen on: ").append(listen),
          "write an address or interface and a port, such as 127.0.0.1:2575 or eth1:2575 "
          "(device.listen)"};
}

Error too_open(std::string_view listen) {
  return {Errc::rejected,
          std::string("neither the loopback nor a named interface: ").append(listen),
          "patients' data must not come in from any network: name the interface that the devices "
          "are on, such as eth1:2575, or 127.0.0.1 (device.listen)"};
}

std::optional<Place> split(std::string_view listen) {
  const std::size_t colon = listen.rfind(':');
  if (colon == std::string_view::npos) return std::nullopt;
  std::string_view host = listen.substr(0, colon);
  const std::string_view digits = listen.substr(colon + 1);
  Place place;
  const auto [stop, error] =
      std::from_chars(digits.data(), digits.data() + digits.size(), place.port);
  if (error != std::errc{} || stop != digits.data() + digits.size() || place.port == 0)
    return std::nullopt;
  const bool brackets = host.size() > 2 && host.front() == '[' && host.back() == ']';
  if (brackets) host = host.substr(1, host.size() - 2);
  if (!brackets && host.find_first_of(":[]") != std::string_view::npos) return std::nullopt;
  place.host = host == "localhost" ? "127.0.0.1" : std::string(host);
  return place;
}

template <class Address>
ListenAddress listen_address(const Address& address) {
  ListenAddress out;
  static_assert(sizeof address <= sizeof out.bytes);
  std::memcpy(&out.bytes, &address, sizeof address);
  out.size = sizeof address;
  return out;
}

// An address written in numbers; `loopback` tells whether it can be reached from outside.
std::optional<ListenAddress> numeric(const Place& place, bool& loopback) {
  sockaddr_in v4{};
  v4.sin_family = AF_INET;
  v4.sin_port = htons(place.port);
  if (::inet_pton(AF_INET, place.host.c_str(), &v4.sin_addr) == 1) {
    loopback = ntohl(v4.sin_addr.s_addr) >> 24 == 127;
    return listen_address(v4);
  }
  sockaddr_in6 v6{};
  v6.sin6_family = AF_INET6;
  v6.sin6_port = htons(place.port);
  if (::inet_pton(AF_INET6, place.host.c_str(), &v6.sin6_addr) != 1) return std::nullopt;
  loopback = IN6_IS_ADDR_LOOPBACK(&v6.sin6_addr);
  return listen_address(v6);
}

std::vector<ListenAddress> addresses_of(const Place& place) {
  std::vector<ListenAddress> out;
  ifaddrs* list = nullptr;
  if (::getifaddrs(&list) != 0) return out;
  const std::unique_ptr<ifaddrs, decltype(&::freeifaddrs)> owner(list, ::freeifaddrs);
  for (const ifaddrs* entry = list; entry != nullptr; entry = entry->ifa_next) {
    if (entry->ifa_addr == nullptr || place.host != entry->ifa_name) continue;
    if (entry->ifa_addr->sa_family == AF_INET) {
      sockaddr_in v4{};
      std::memcpy(&v4, entry->ifa_addr, sizeof v4);
      v4.sin_port = htons(place.port);
      out.push_back(listen_address(v4));
    } else if (entry->ifa_addr->sa_family == AF_INET6) {
      sockaddr_in6 v6{};
      std::memcpy(&v6, entry->ifa_addr, sizeof v6);
      v6.sin6_port = htons(place.port);
      out.push_back(listen_address(v6));
    }
  }
  return out;
}

std::string port_text(const ListenAddress& address) {
  sockaddr_in v4{};
  sockaddr_in6 v6{};
  if (address.bytes.ss_family == AF_INET) {
    std::memcpy(&v4, &address.bytes, sizeof v4);
    return std::to_string(ntohs(v4.sin_port));
  }
  std::memcpy(&v6, &address.bytes, sizeof v6);
  return std::to_string(ntohs(v6.sin6_port));
}

Error failure(int error, std::string_view listen, const ListenAddress& address) {
  const auto say = [&](std::string_view what) { return std::string(what).append(listen); };
  const std::string port = port_text(address);
  switch (error) {
    case EADDRINUSE:
      return {Errc::unavailable, say(kTaken),
              std::string("stop the program that has it, or give this device another port "
                          "(device.listen). Try: sudo ss -ltnp 'sport = :")
                  .append(port)
                  .append("'")};
    case EACCES:
    case EPERM:
      return {Errc::rejected, say("no right to listen on "),
              "use a port above 1023 (device.listen)"};
    default:
      return {Errc::unavailable, std::generic_category().message(error).append(": ").append(listen),
              "Try: ip address"};
  }
}

Result<Socket> open_socket(std::string_view listen, const ListenAddress& address) {
  const int family = address.bytes.ss_family;
  const int fd = ::socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) return failure(errno, listen, address);
  Socket socket(fd);
  const int on = 1;
  // A port that a stopped agent left a moment ago is free for the next one.
  ::setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (family == AF_INET6) ::setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on);
  const auto* bytes = reinterpret_cast<const sockaddr*>(&address.bytes);
  if (::bind(fd, bytes, address.size) != 0 || ::listen(fd, kBacklog) != 0)
    return failure(errno, listen, address);
  return socket;
}

}  // namespace

bool ListenAddress::operator==(const ListenAddress& other) const {
  return size == other.size && std::memcmp(&bytes, &other.bytes, size) == 0;
}

Result<std::vector<ListenAddress>> listen_addresses(std::string_view listen) {
  const auto place = split(listen);
  if (!place || place->host.empty()) return no_place(listen);
  bool loopback = false;
  if (const auto address = numeric(*place, loopback)) {
    if (!loopback) return too_open(listen);
    return std::vector{*address};
  }
  if (place->host.size() >= IF_NAMESIZE || place->host == "*") return no_place(listen);
  std::vector<ListenAddress> found = addresses_of(*place);
  if (found.empty())
    return Error{Errc::unavailable,
                 std::string("no such interface, or it has no address: ").append(place->host),
                 "look for its name and address: ip address"};
  return found;
}

Result<Listener> Listener::open(std::string_view listen, std::vector<ListenAddress> addresses) {
  Listener listener;
  for (const ListenAddress& address : addresses)
    listener.sockets_.push_back(VG_TRY(open_socket(listen, address)));
  listener.addresses_ = std::move(addresses);
  return listener;
}

bool is_port_taken(const Error& error) { return error.what.starts_with(kTaken); }

}  // namespace vitalgate::bridge
