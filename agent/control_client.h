// One client of the control socket, as the server sees it: bytes in, lines out, all bounded.
#pragma once

#include <functional>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "agent/commands.h"
#include "agent/status.h"
#include "agent/tail.h"

namespace vitalgate {

// Who is on the other end, as the kernel vouches for it (SO_PEERCRED).
struct Peer {
  bool may_look = false;    // root, our own user, or a member of vitalgate or vitalgate-admin
  bool may_change = false;  // the same without vitalgate; includes seeing stored patient data
  std::uint32_t uid = 0;
};
Peer peer_of(int fd);

// What the server does for its clients.
struct Desk {
  const StatusBoard& board;
  // Hands a command to the core; returns at once. False when the core is too far behind.
  const std::function<bool(CommandRequest)>& submit;
  // Given to mailboxes: tells the server that one has something.
  const std::function<void()>& wake;
};

class ControlClient {
 public:
  // Takes over a connected, non-blocking socket.
  ControlClient(int fd, Peer peer, Clock::time_point now);
  ControlClient(ControlClient&& other) noexcept;
  ControlClient& operator=(ControlClient&& other) noexcept;
  ~ControlClient();  // a command that it waits for learns that nobody does any more

  [[nodiscard]] int fd() const { return fd_; }
  [[nodiscard]] bool wants_to_write() const { return !out_.empty(); }
  [[nodiscard]] bool is_tailing() const { return tailing_; }
  [[nodiscard]] bool awaits_command() const { return job_ != nullptr; }
  // False once the client is to be closed: done, gone, too slow or too much.
  [[nodiscard]] bool is_open(Clock::time_point now) const;

  void on_readable(const Desk& desk, Clock::time_point now);
  void on_writable(Clock::time_point now);
  void send_rows(const Tail::Rows& rows);
  // Takes what its command has to say, once the client has taken what came before.
  void collect(Clock::time_point now);

 private:
  void answer(std::string_view request, const Desk& desk);
  void begin_command(const nlohmann::json& request, const Desk& desk);
  void reply_error(int code, std::string_view what, std::string_view hint);

  int fd_;
  Peer peer_;
  bool closing_ = false;  // once everything is written
  bool broken_ = false;
  bool tailing_ = false;
  std::string in_;
  std::string out_;
  std::string device_;  // tail filters; empty: all
  std::string metric_;
  std::shared_ptr<Mailbox> job_;
  Clock::time_point active_;
};

}  // namespace vitalgate
