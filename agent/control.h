// The control socket: the only thing the daemon listens on (DESIGN section 8).
//
// One JSON object a line each way. A request is {"verb": ...}; the reply is
// {"ok":true,"body":{...}} or {"ok":false,"code":N,"what":"...","hint":"..."}, where N is the exit
// code the command line ends with. `tail` replies once and then sends rows, a line each;
// the verbs of buffer_command.h reply once and then send the lines of buffer_job.h.
// SO_PEERCRED and two groups decide: `vitalgate` may look, `vitalgate-admin` may also change and
// see stored patient data.
#pragma once

#include <filesystem>
#include <functional>
#include <stop_token>
#include <vector>

#include "agent/control_client.h"
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
  // limits::kControlRequestBytesMax and limits::kControlDeadline. `submit` hands a command to the
  // core and never waits. What commands said before `stop` is still delivered, for a moment.
  void run(const std::stop_token& stop, const StatusBoard& board, Tail& tail,
           const std::function<bool(CommandRequest)>& submit, const std::function<void()>& alive);

 private:
  // One round; true when somebody knocks.
  bool serve(std::vector<ControlClient>& clients, const Desk& desk, int bell) const;

  ControlServer(int fd, std::filesystem::path socket) : fd_(fd), socket_(std::move(socket)) {}

  int fd_;
  std::filesystem::path socket_;
};

}  // namespace vitalgate
