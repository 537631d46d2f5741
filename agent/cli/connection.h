// The command line's end of the control socket.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "agent/cli/command.h"
#include "agent/core/result.h"

namespace vitalgate::cli {

class Connection {
 public:
  // What went wrong, as the verb ends with it.
  struct Failure {
    Exit code;
    std::string what;
    std::string hint;
  };

  // Sends `request` and reads its reply. On failure `failure()` says why, and nothing else may be
  // called.
  Connection(const Globals& globals, const nlohmann::json& request);
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
  ~Connection();

  [[nodiscard]] const std::optional<Failure>& failure() const { return failure_; }
  // Whether somebody listens on the socket at all.
  [[nodiscard]] bool has_reached() const { return reached_; }
  [[nodiscard]] const nlohmann::json& body() const { return body_; }

  // The next line after the reply, for `tail`; nothing once the daemon is gone.
  std::optional<std::string> line();

 private:
  void open(const std::string& socket);
  void request(const nlohmann::json& request);

  int fd_ = -1;
  bool reached_ = false;
  std::string in_;
  nlohmann::json body_;
  std::optional<Failure> failure_;
};

}  // namespace vitalgate::cli
