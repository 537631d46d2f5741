#include "agent/control.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <memory>
#include <utility>
#include <vector>

#include "agent/core/bell.h"
#include "agent/core/limits.h"

namespace vitalgate {
namespace {

constexpr int kTickMs = 100;
constexpr int kGoodbyeTickMs = 10;
constexpr auto kGoodbye = std::chrono::seconds(1);

Error system_error(const std::filesystem::path& socket, const std::string& doing) {
  return {Errc::unavailable, doing + " " + socket.string() + ": " + std::strerror(errno),
          "check control.socket: its directory must exist and be writable for vitalgated"};
}

Result<sockaddr_un> address_of(const std::filesystem::path& socket) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (socket.native().size() >= sizeof address.sun_path)
    return Error{Errc::rejected, "control.socket is longer than 107 characters",
                 "choose a shorter path"};
  std::memcpy(address.sun_path, socket.c_str(), socket.native().size());
  return address;
}

bool is_answering(const sockaddr_un& address) {
  const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return false;
  const bool answers =
      ::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  ::close(fd);
  return answers;
}

void accept_clients(int fd, std::vector<ControlClient>& clients) {
  for (;;) {
    const int client = ::accept4(fd, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (client < 0) return;
    if (clients.size() >= limits::kControlClientsMax) {
      ::close(client);  // the client says that the agent is busy
      continue;
    }
    clients.emplace_back(client, peer_of(client), Clock::now());
  }
}

// The core ends before this thread does: what its commands said last is already in the mailboxes.
void say_goodbye(std::vector<ControlClient>& clients) {
  const auto until = Clock::now() + kGoodbye;
  for (auto now = Clock::now(); now < until; now = Clock::now()) {
    std::erase_if(clients, [&](const ControlClient& client) {
      return !client.awaits_command() || !client.is_open(now);
    });
    if (clients.empty()) return;
    for (ControlClient& client : clients) {
      client.collect(now);
      if (client.wants_to_write()) client.on_writable(now);
    }
    ::poll(nullptr, 0, kGoodbyeTickMs);
  }
}

}  // namespace

Result<ControlServer> ControlServer::listen(const std::filesystem::path& socket) {
  const sockaddr_un address = VG_TRY(address_of(socket));
  std::error_code ignored;
  // A folder that we make has to let others through to the socket; one that is there is not ours.
  if (std::filesystem::create_directories(socket.parent_path(), ignored))
    ::chmod(socket.parent_path().c_str(), 0755);
  if (is_answering(address))
    return Error{Errc::unavailable, "another vitalgated answers on " + socket.string(),
                 "stop it first: sudo systemctl stop vitalgated"};
  ::unlink(socket.c_str());
  const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) return system_error(socket, "open");
  ControlServer server(fd, socket);
  if (::bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
    return system_error(socket, "bind");
  // Everybody may knock; who may look is decided by SO_PEERCRED, with words.
  if (::chmod(socket.c_str(), 0666) != 0 || ::listen(fd, 16) != 0)
    return system_error(socket, "listen on");
  return server;
}

ControlServer::ControlServer(ControlServer&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)), socket_(std::move(other.socket_)) {}

ControlServer::~ControlServer() {
  if (fd_ < 0) return;
  ::close(fd_);
  ::unlink(socket_.c_str());
}

void ControlServer::run(const std::stop_token& stop, const StatusBoard& board, Tail& tail,
                        const std::function<bool(CommandRequest)>& submit,
                        const std::function<void()>& alive) {
  // Rung by the core when a mailbox has something; lives as long as the last mailbox.
  const auto bell = std::make_shared<Bell>();
  const std::function<void()> wake = [bell] { bell->ring(); };
  const Desk desk{board, submit, wake};
  std::vector<ControlClient> clients;
  while (!stop.stop_requested()) {
    alive();
    if (serve(clients, desk, bell->fd())) accept_clients(fd_, clients);
    bell->hush();
    const auto now = Clock::now();
    std::erase_if(clients, [&](const ControlClient& client) { return !client.is_open(now); });
    const bool watched = std::any_of(clients.begin(), clients.end(),
                                     [](const ControlClient& c) { return c.is_tailing(); });
    if (watched != tail.watched()) tail.set_watched(watched);
    if (!watched) continue;
    const Tail::Rows rows = tail.take();
    for (ControlClient& client : clients) client.send_rows(rows);
  }
  tail.set_watched(false);
  say_goodbye(clients);
}

bool ControlServer::serve(std::vector<ControlClient>& clients, const Desk& desk, int bell) const {
  std::vector<pollfd> entries{{fd_, POLLIN, 0}, {bell, POLLIN, 0}};
  for (const ControlClient& client : clients)
    entries.push_back(
        {client.fd(), static_cast<short>(POLLIN | (client.wants_to_write() ? POLLOUT : 0)), 0});
  ::poll(entries.data(), entries.size(), kTickMs);
  const auto now = Clock::now();
  for (std::size_t i = 0; i < clients.size(); ++i) {
    const short seen = entries[i + 2].revents;
    if ((seen & (POLLIN | POLLHUP | POLLERR)) != 0) clients[i].on_readable(desk, now);
    clients[i].collect(now);
    if (clients[i].wants_to_write()) clients[i].on_writable(now);
  }
  return (entries[0].revents & POLLIN) != 0;
}

}  // namespace vitalgate
