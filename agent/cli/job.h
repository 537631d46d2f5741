// A command on the buffer, whoever carries it out: the running daemon, or we ourselves on the store
// of a stopped one.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "agent/cli/connection.h"
#include "agent/cli/local_store.h"

namespace vitalgate::cli {

class Job {
 public:
  // `config_file` is read only when the daemon does not answer on the socket.
  Job(const Globals& globals, const BufferCommand& command, const std::string& config_file);

  [[nodiscard]] const std::optional<Connection::Failure>& failure() const { return failure_; }
  [[nodiscard]] bool is_by_daemon() const { return connection_ != nullptr; }

  // Reads it to its end. `each` gets every line that is neither progress nor the end, and says
  // whether to go on; `progress` words for a terminal, made of a progress line. What `done` said
  // is in result() when this gives `ok`; otherwise the failure has been printed, also that of a
  // job that never began.
  Exit follow(const Globals& globals, const std::function<bool(const std::string&)>& each = {},
              const std::function<std::string(const nlohmann::json&)>& progress = {});
  [[nodiscard]] const nlohmann::json& result() const { return result_; }

 private:
  void open_store(const std::string& config_file, const BufferCommand& command,
                  const Connection::Failure& unreachable);
  std::optional<std::string> line();
  [[nodiscard]] Exit explain_end(const Globals& globals) const;

  std::unique_ptr<Connection> connection_;
  std::unique_ptr<LocalStore> store_;
  nlohmann::json result_;
  std::optional<Connection::Failure> failure_;
};

}  // namespace vitalgate::cli
