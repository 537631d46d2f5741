// The control socket: the only thing the daemon listens on (DESIGN section 8).
//
// One JSON object a line each way. A request is {"verb": ...}; the reply is
// {"ok":true,"body":{...}} or {"ok":false,"code":N,"what":"...","hint":"..."}, where N is the exit
// code the command line ends with. `tail` replies once and then sends rows, a line each.
// SO_PEERCRED and the groups `vitalgate` and `vitalgate-admin` decide who may look.
#pragma once

#include <filesystem>
#include <functional>
#include <stop_token>

#include "agent/core/result.h"
#include "agent/status.h"
#include "agent/tail.h"

namespace vitalgate {

class ControlServer {
 public:
  // Binds `socket`; a file left by a dead daemon is replaced, a live one is an error.
  static Result<ControlServer> listen(const std::filesystem::path& socket);
  ControlServer(ControlServer&& other) noexcept;
  ControlServer& operator=(ControlServer&&) = delete;
  ~ControlServer();  // removes the socket file

  // Serves until `stop`. At most limits::kControlClientsMax clients, each request within
  // limits::kControlRequestBytesMax and limits::kControlDeadline.
  void run(const std::stop_token& stop, const StatusBoard& board, Tail& tail,
           const std::function<void()>& alive);

 private:
  ControlServer(int fd, std::filesystem::path socket) : fd_(fd), socket_(std::move(socket)) {}

  int fd_;
  std::filesystem::path socket_;
};

}  // namespace vitalgate
