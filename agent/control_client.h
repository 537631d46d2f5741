// One client of the control socket, as the server sees it: bytes in, lines out, all bounded.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "agent/status.h"
#include "agent/tail.h"

namespace vitalgate {

class ControlClient {
 public:
  // Takes over a connected, non-blocking socket. `allowed`: whether the peer may look.
  ControlClient(int fd, bool allowed, Clock::time_point now);
  ControlClient(ControlClient&& other) noexcept;
  ControlClient& operator=(ControlClient&& other) noexcept;
  ~ControlClient();

  [[nodiscard]] int fd() const { return fd_; }
  [[nodiscard]] bool wants_to_write() const { return !out_.empty(); }
  [[nodiscard]] bool is_tailing() const { return tailing_; }
  // False once the client is to be closed: done, gone, too slow or too much.
  [[nodiscard]] bool is_open(Clock::time_point now) const;

  void on_readable(const StatusBoard& board, Clock::time_point now);
  void on_writable(Clock::time_point now);
  void send_rows(const Tail::Rows& rows);

 private:
  void answer(std::string_view request, const StatusBoard& board);
  void reply_error(int code, std::string_view what, std::string_view hint);

  int fd_;
  bool allowed_;
  bool closing_ = false;  // once everything is written
  bool broken_ = false;
  bool tailing_ = false;
  std::string in_;
  std::string out_;
  std::string device_;  // tail filters; empty: all
  std::string metric_;
  Clock::time_point active_;
};

// Whether the process behind `fd` may look: root, our own user, or a member of the groups.
bool peer_may_look(int fd);

}  // namespace vitalgate
