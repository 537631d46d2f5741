#include "sync/tls/dial.h"

#include <netdb.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <fstream>
#include <optional>
#include <system_error>

#include "agent/core/text.h"
#include "sync/tls/connect_answer.h"
#include "sync/uplink/resolve.h"

namespace vitalgate::sync {
namespace {

using std::chrono::milliseconds;

milliseconds left_until(Clock::time_point deadline) {
  return std::max(std::chrono::duration_cast<milliseconds>(deadline - Clock::now()),
                  milliseconds(0));
}

// Where a person would look: the hub, or the proxy before it.
struct Target {
  std::string host;
  std::uint16_t port = 0;
  std::string what;  // "the hub", "the proxy"
  std::string key;   // of the settings
};

Error unreachable(const Target& target, int code) {
  const std::string place = place_of(target.host, target.port);
  switch (code) {
    case ECONNREFUSED:
      return {Errc::unavailable, "nothing listens on " + place + " (connection refused)",
              "check that " + target.what + " runs, then " + target.key};
    case ETIMEDOUT:
      return {Errc::unavailable, "no answer from " + place,
              "a firewall may block port " + std::to_string(target.port) +
                  ": ask clinic IT to allow it outbound"};
    case ENETUNREACH:
    case EHOSTUNREACH:
      return {Errc::unavailable, "there is no route to " + place,
              "check the network cable and the default route: ip route"};
    default:
      return {Errc::unavailable,
              "cannot reach " + place + ": " + std::generic_category().message(code),
              "check the network cable and the default route: ip route"};
  }
}

struct AddressList {
  addrinfo* first = nullptr;
  AddressList() = default;
  AddressList(const AddressList&) = delete;
  AddressList& operator=(const AddressList&) = delete;
  ~AddressList() {
    if (first != nullptr) ::freeaddrinfo(first);
  }
};

// 0 and the connection, or why not. `address` is in figures: nobody is asked.
int try_address(const std::string& address, std::uint16_t port, Clock::time_point deadline,
                std::optional<Socket>& connected) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV;
  AddressList list;
  if (::getaddrinfo(address.c_str(), std::to_string(port).c_str(), &hints, &list.first) != 0)
    return EADDRNOTAVAIL;
  const addrinfo& at = *list.first;
  connected.emplace(::socket(at.ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  const int fd = connected->fd();
  if (fd < 0) return errno;
  if (::connect(fd, at.ai_addr, at.ai_addrlen) == 0) return 0;
  if (errno != EINPROGRESS) return errno;
  if (!wait_for(fd, POLLOUT, deadline)) return ETIMEDOUT;
  int code = 0;
  socklen_t size = sizeof code;
  return ::getsockopt(fd, SOL_SOCKET, SO_ERROR, &code, &size) == 0 ? code : errno;
}

Result<Socket> connect_to(const Target& target, Clock::time_point deadline) {
  auto addresses = VG_TRY(resolve(target.host, left_until(deadline)));
  if (addresses.empty()) addresses.push_back(target.host);  // in figures already
  int why = ETIMEDOUT;
  std::size_t untried = addresses.size();
  for (const std::string& address : addresses) {
    // An address that does not answer leaves time for those behind it.
    const auto until = Clock::now() + left_until(deadline) / untried--;
    std::optional<Socket> socket;
    why = try_address(address, target.port, until, socket);
    if (why == 0) return *std::move(socket);
  }
  return unreachable(target, why);
}

Result<std::string> login_of(const TlsProxy& proxy) {
  if (!proxy.username) return std::string();
  std::string login = *proxy.username + ":";
  if (!proxy.password) return login;
  std::ifstream file(*proxy.password);
  std::string line;
  if (!std::getline(file, line))
    return Error{Errc::rejected,
                 "the password file " + proxy.password->string() + " cannot be read or is empty",
                 "correct destination.proxy_password"};
  return login.append(trim(line));
}

Error refused(const std::string& proxy, const std::string& hub, const ConnectAnswer& answer,
              bool logged_in) {
  const std::string who = "the proxy " + proxy;
  switch (answer.status) {
    case 407:
      return {Errc::rejected,
              who + (logged_in ? " does not accept the gateway's login" : " wants a login") +
                  " (407" + (answer.login.empty() ? "" : ", it offers " + answer.login) + ")",
              logged_in ? "check destination.proxy_username and proxy_password with clinic IT"
                        : "set destination.proxy_username and proxy_password"};
    case 403:
      return {Errc::rejected, who + " does not allow " + hub + " (403)",
              "ask clinic IT to allow CONNECT to " + hub};
    case 502:
    case 503:
    case 504:
      return {Errc::unavailable,
              who + " does not reach " + hub + " (" + std::to_string(answer.status) + ")",
              "ask clinic IT whether the proxy may connect to " + hub + " and finds its name"};
    default:
      return {answer.status >= 500 ? Errc::unavailable : Errc::rejected,
              who + " refuses CONNECT to " + hub + " (" + std::to_string(answer.status) + ")",
              "check that destination.proxy is an HTTP proxy, and that it allows CONNECT"};
  }
}

Error no_proxy(const std::string& proxy, const std::string& why) {
  return {Errc::unavailable, "the proxy " + proxy + " " + why,
          "check that destination.proxy is the clinic's HTTP proxy and its port"};
}

Result<ConnectAnswer> read_answer(const Socket& socket, const std::string& proxy,
                                  Clock::time_point deadline) {
  std::string answer;
  for (;;) {
    // Byte by byte: what follows the answer is the hub's, and stays in the socket.
    char next = 0;
    const ssize_t count = ::recv(socket.fd(), &next, 1, 0);
    if (count == 0) return no_proxy(proxy, "closed the connection without an answer");
    if (count < 0) {
      if (errno != EAGAIN && errno != EINTR) return no_proxy(proxy, "broke off the connection");
      if (!wait_for(socket.fd(), POLLIN, deadline))
        return no_proxy(proxy, "accepts but does not answer");
      continue;
    }
    answer.push_back(next);
    if (next != '\n' && answer.size() > 8 && answer.size() < kConnectAnswerMax) continue;
    auto parsed = parse_connect_answer(answer);
    if (!parsed) return no_proxy(proxy, "does not speak HTTP: " + parsed.error().what);
    if (*parsed) return **std::move(parsed);
  }
}

// The request is shorter than any socket buffer: it goes out at once or not at all.
Result<> open_tunnel(const Socket& socket, const TlsEndpoint& endpoint,
                     Clock::time_point deadline) {
  const TlsProxy& proxy = *endpoint.proxy;
  const std::string place = place_of(proxy.host, proxy.port);
  const std::string hub = place_of(endpoint.host, endpoint.port);
  const std::string request = connect_request(hub, VG_TRY(login_of(proxy)));
  if (::send(socket.fd(), request.data(), request.size(), MSG_NOSIGNAL) !=
      static_cast<ssize_t>(request.size()))
    return no_proxy(place, "broke off the connection");
  const ConnectAnswer answer = VG_TRY(read_answer(socket, place, deadline));
  if (answer.status >= 200 && answer.status < 300) return {};
  return refused(place, hub, answer, proxy.username.has_value());
}

}  // namespace

Socket::~Socket() {
  if (fd_ >= 0) ::close(fd_);
}

std::string place_of(const std::string& host, std::uint16_t port) {
  const bool v6 = host.find(':') != std::string::npos;
  return (v6 ? "[" + host + "]" : host) + ":" + std::to_string(port);
}

bool wait_for(int fd, short events, Clock::time_point deadline) {
  pollfd entry{fd, events, 0};
  for (;;) {
    const auto left = static_cast<int>(left_until(deadline).count());
    const int ready = ::poll(&entry, 1, left);
    if (ready >= 0 || errno != EINTR) return ready == 1;
  }
}

Result<Socket> dial(const TlsEndpoint& endpoint, Clock::time_point deadline) {
  if (!endpoint.proxy)
    return connect_to({endpoint.host, endpoint.port, "the hub", "destination.port"}, deadline);
  const TlsProxy& proxy = *endpoint.proxy;
  Socket socket =
      VG_TRY(connect_to({proxy.host, proxy.port, "the proxy", "destination.proxy"}, deadline));
  VG_TRY(open_tunnel(socket, endpoint, deadline));
  return socket;
}

}  // namespace vitalgate::sync
