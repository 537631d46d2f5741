#include "tests/support/fault_proxy.h"

#include <netinet/tcp.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <deque>
#include <list>
#include <mutex>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "agent/core/clock.h"
#include "tests/support/failure.h"
#include "tests/support/network.h"

namespace vitalgate::test {
namespace {

constexpr std::size_t kPieceMax = 16'384;
constexpr std::size_t kQueueMax = 1'048'576;  // bytes that one direction of a connection holds
constexpr auto kAheadMax = std::chrono::milliseconds(100);  // what a slow link's queue holds
constexpr std::uint64_t kNoLimit = ~std::uint64_t{0};

enum class Mode : std::uint8_t { pass, refuse, hang, swallow, reset };

struct Piece {
  std::vector<char> bytes;
  std::size_t sent = 0;
  Clock::time_point due;
};

// One direction of one connection.
struct Pipe {
  std::deque<Piece> queue;
  std::size_t queued = 0;
  bool ended = false;   // nothing more will be read
  bool closed = false;  // and the other side knows
  bool full = false;    // the receiver takes nothing just now
};

struct Connection {
  int client = -1;
  int server = -1;  // -1: not connected yet
  std::array<Pipe, 2> pipes;
  std::uint64_t left = kNoLimit;  // bytes that may still go on
  bool dead = false;
};

// The link that all connections share in one direction.
struct Link {
  FaultProxy::Shape shape;
  Clock::time_point free_at{};
  std::uint64_t bytes = 0;
};

Failure failure(const std::string& what) {
  return {"fault proxy: " + what + ": " + std::generic_category().message(errno), ""};
}

int listen_on(std::uint16_t port) {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  const int on = 1;
  const sockaddr_in address = loopback(port);
  if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) != 0 ||
      bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
      listen(fd, 64) != 0)
    throw failure("listen");
  return fd;
}

int connect_to(std::uint16_t port) {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const sockaddr_in address = loopback(port);
  if (connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) return fd;
  close(fd);
  return -1;
}

void send_at_once(int fd) {
  const int on = 1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

void reset_socket(int fd) {
  if (fd < 0) return;
  const linger hard{1, 0};
  setsockopt(fd, SOL_SOCKET, SO_LINGER, &hard, sizeof hard);
  close(fd);
}

bool would_wait() { return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR; }

}  // namespace

struct FaultProxy::Impl {
  explicit Impl(std::uint16_t target_in)
      : target(target_in), port(free_port()), listener(listen_on(port)) {
    if (bell < 0) throw failure("eventfd");
  }

  ~Impl() {
    for (Connection& each : connections) end(each);
    if (listener >= 0) close(listener);
    close(bell);
  }

  void ring() const {
    const std::uint64_t one = 1;
    static_cast<void>(!write(bell, &one, sizeof one));
  }

  void set(Mode next, std::uint64_t after = kNoLimit) {
    mode = next;
    limit = after;
    for (Connection& each : connections) each.left = after;
    if (mode != Mode::refuse && listener < 0) listener = listen_on(port);
    if (mode != Mode::refuse) return;
    cut();
    if (listener < 0) return;
    shutdown(listener, SHUT_RD);  // poll() may hold it open for a moment longer
    close(std::exchange(listener, -1));
  }

  // What waits for its time goes at once.
  void unshape() {
    for (Link& link : links) link = {.shape = {}, .free_at = {}, .bytes = link.bytes};
    for (Connection& each : connections)
      for (Pipe& pipe : each.pipes)
        for (Piece& piece : pipe.queue) piece.due = {};
  }

  void end(Connection& connection) {
    if (connection.dead) return;
    connection.dead = true;
    reset_socket(connection.client);
    reset_socket(connection.server);
  }

  void cut() {
    for (Connection& each : connections) {
      resets += each.dead ? 0 : 1;
      end(each);
    }
  }

  void accept_all() {
    while (listener >= 0) {
      const int fd = accept4(listener, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
      if (fd < 0) return;
      send_at_once(fd);
      connections.emplace_back();
      connections.back().client = fd;
      connections.back().left = limit;
      ++accepted;
    }
  }

  [[nodiscard]] bool stalled(const Connection& connection) const {
    return mode == Mode::hang || (mode == Mode::swallow && connection.left == 0);
  }

  void serve(Connection& connection, Clock::time_point now) {
    if (connection.dead || stalled(connection)) return;
    if (connection.server < 0) {
      connection.server = connect_to(target);
      if (connection.server < 0) return end(connection);
      send_at_once(connection.server);
    }
    carry(connection, Way::up, now);
    if (!connection.dead) carry(connection, Way::down, now);
    const auto& [up, down] = connection.pipes;
    if (connection.dead || !up.closed || !down.closed) return;
    close(connection.client);
    close(connection.server);
    connection.dead = true;
  }

  void carry(Connection& connection, Way way, Clock::time_point now) {
    const bool up = way == Way::up;
    Pipe& pipe = connection.pipes.at(static_cast<std::size_t>(way));
    Link& link = links.at(static_cast<std::size_t>(way));
    const int from = up ? connection.client : connection.server;
    const int to = up ? connection.server : connection.client;
    while (may_read(pipe, link, now))
      if (!read_piece(connection, pipe, link, from, now)) break;
    if (!connection.dead) write_due(connection, pipe, link, to, now);
    if (connection.dead || !pipe.ended || !pipe.queue.empty() || pipe.closed) return;
    shutdown(to, SHUT_WR);
    pipe.closed = true;
  }

  [[nodiscard]] static bool may_read(const Pipe& pipe, const Link& link, Clock::time_point now) {
    return !pipe.ended && pipe.queued < kQueueMax && link.free_at <= now + kAheadMax;
  }

  bool read_piece(Connection& connection, Pipe& pipe, Link& link, int from, Clock::time_point now) {
    const std::uint64_t rate = link.shape.bytes_per_s;
    const std::size_t most =
        rate == 0 ? kPieceMax : std::clamp<std::size_t>(rate / 100, 1, kPieceMax);
    std::vector<char> bytes(most);
    const ssize_t got = recv(from, bytes.data(), most, MSG_DONTWAIT);
    if (got < 0 && would_wait()) return false;
    if (got < 0) {
      end(connection);
      return false;
    }
    if (got == 0) {
      pipe.ended = true;
      return false;
    }
    bytes.resize(static_cast<std::size_t>(got));
    link.free_at = std::max(link.free_at, now);
    if (rate > 0)
      link.free_at +=
          std::chrono::nanoseconds(static_cast<std::uint64_t>(got) * 1'000'000'000 / rate);
    pipe.queued += bytes.size();
    pipe.queue.push_back({std::move(bytes), 0, link.free_at + link.shape.delay});
    return true;
  }

  void write_due(Connection& connection, Pipe& pipe, Link& link, int to, Clock::time_point now) {
    pipe.full = false;
    while (!pipe.queue.empty() && pipe.queue.front().due <= now) {
      Piece& piece = pipe.queue.front();
      const std::size_t rest = piece.bytes.size() - piece.sent;
      const auto most = static_cast<std::size_t>(std::min<std::uint64_t>(rest, connection.left));
      const ssize_t put =
          most == 0 ? 0
                    : send(to, piece.bytes.data() + piece.sent, most, MSG_NOSIGNAL | MSG_DONTWAIT);
      if (put < 0 && would_wait()) {
        pipe.full = true;
        return;
      }
      if (put < 0) return end(connection);
      const auto count = static_cast<std::uint64_t>(put);
      link.bytes += count;
      if (connection.left != kNoLimit) connection.left -= count;
      pipe.queued -= count;
      piece.sent += count;
      if (piece.sent == piece.bytes.size()) pipe.queue.pop_front();
      if (connection.left > 0) continue;
      if (mode == Mode::reset) {
        ++resets;
        end(connection);
      }
      return;
    }
  }

  // What has to happen before the next round is worth it.
  [[nodiscard]] std::vector<pollfd> awaited(Clock::time_point now, Clock::time_point& wake) const {
    std::vector<pollfd> fds{{bell, POLLIN, 0}};
    if (listener >= 0) fds.push_back({listener, POLLIN, 0});
    for (const Connection& each : connections) {
      if (each.dead || stalled(each)) continue;
      for (const Way way : {Way::up, Way::down}) {
        const bool up = way == Way::up;
        const Pipe& pipe = each.pipes.at(static_cast<std::size_t>(way));
        const Link& link = links.at(static_cast<std::size_t>(way));
        if (may_read(pipe, link, now))
          fds.push_back({up ? each.client : each.server, POLLIN, 0});
        else if (!pipe.ended && pipe.queued < kQueueMax)
          wake = std::min(wake, link.free_at - kAheadMax);
        if (pipe.full) fds.push_back({up ? each.server : each.client, POLLOUT, 0});
        if (!pipe.full && !pipe.queue.empty()) wake = std::min(wake, pipe.queue.front().due);
      }
    }
    return fds;
  }

  void run(const std::stop_token& stop) {
    while (!stop.stop_requested()) {
      auto wake = Clock::now() + std::chrono::seconds(1);
      std::vector<pollfd> fds;
      {
        const std::scoped_lock lock(mutex);
        const auto now = Clock::now();
        accept_all();
        for (Connection& each : connections) serve(each, now);
        connections.remove_if([](const Connection& each) { return each.dead; });
        fds = awaited(now, wake);
      }
      // Sockets may be closed meanwhile by set(): what poll() says of each is not looked at.
      const auto wait = std::chrono::ceil<std::chrono::milliseconds>(wake - Clock::now());
      poll(fds.data(), fds.size(), std::max(0, static_cast<int>(wait.count())));
      std::uint64_t rung = 0;
      if ((fds.front().revents & POLLIN) != 0) static_cast<void>(!read(bell, &rung, sizeof rung));
    }
  }

  const std::uint16_t target;
  const std::uint16_t port;
  mutable std::mutex mutex;  // guards what follows
  int listener;
  const int bell = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  Mode mode = Mode::pass;
  std::uint64_t limit = kNoLimit;
  std::array<Link, 2> links;
  std::list<Connection> connections;
  std::uint64_t accepted = 0;
  std::uint64_t resets = 0;
};

FaultProxy::FaultProxy(std::uint16_t target)
    : impl_(std::make_unique<Impl>(target)),
      thread_([this](const std::stop_token& stop) { impl_->run(stop); }) {}

FaultProxy::~FaultProxy() {
  thread_.request_stop();
  impl_->ring();
  thread_.join();
}

std::uint16_t FaultProxy::port() const { return impl_->port; }

void FaultProxy::pass() {
  const std::scoped_lock lock(impl_->mutex);
  impl_->unshape();
  impl_->set(Mode::pass);
  impl_->ring();
}

void FaultProxy::refuse() {
  const std::scoped_lock lock(impl_->mutex);
  impl_->set(Mode::refuse);
  impl_->ring();
}

void FaultProxy::hang() {
  const std::scoped_lock lock(impl_->mutex);
  impl_->set(Mode::hang);
  impl_->ring();
}

void FaultProxy::swallow(std::uint64_t after) {
  const std::scoped_lock lock(impl_->mutex);
  impl_->set(Mode::swallow, after);
  impl_->ring();
}

void FaultProxy::reset(std::uint64_t after) {
  const std::scoped_lock lock(impl_->mutex);
  impl_->set(Mode::reset, std::max<std::uint64_t>(after, 1));
  impl_->ring();
}

void FaultProxy::cut() {
  const std::scoped_lock lock(impl_->mutex);
  impl_->cut();
  impl_->ring();
}

void FaultProxy::shape(Way way, Shape shape) {
  const std::scoped_lock lock(impl_->mutex);
  impl_->links.at(static_cast<std::size_t>(way)).shape = shape;
  impl_->ring();
}

void FaultProxy::trickle() {
  shape(Way::up, {.delay = {}, .bytes_per_s = 1});
  shape(Way::down, {.delay = {}, .bytes_per_s = 1});
}

FaultProxy::Counts FaultProxy::counts() const {
  const std::scoped_lock lock(impl_->mutex);
  return {impl_->accepted, impl_->resets, impl_->links.at(0).bytes, impl_->links.at(1).bytes};
}

}  // namespace vitalgate::test
