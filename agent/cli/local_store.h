// The store of a stopped daemon, opened by the command line for one command.
#pragma once

#include <optional>
#include <string>

#include "agent/buffer_job.h"
#include "agent/cli/connection.h"

namespace vitalgate::cli {

// While it lives, a process of root acts as the owner of `directory`, so that the daemon can still
// use what was written there.
class AsOwner {
 public:
  explicit AsOwner(const std::filesystem::path& directory);
  AsOwner(const AsOwner&) = delete;
  AsOwner& operator=(const AsOwner&) = delete;
  ~AsOwner();

 private:
  bool changed_ = false;
};

class LocalStore {
 public:
  // Opens the store that `settings` names. On failure `failure()` says why, and nothing else may
  // be called.
  LocalStore(config::Settings settings, const BufferCommand& command);
  LocalStore(const LocalStore&) = delete;
  LocalStore& operator=(const LocalStore&) = delete;
  ~LocalStore();

  [[nodiscard]] const std::optional<Connection::Failure>& failure() const { return failure_; }
  // The next line of the command (buffer_job.h); nothing after its last.
  std::optional<std::string> line();

 private:
  const config::Settings settings_;
  std::optional<sync::Buffer> buffer_;
  std::optional<BufferJob> job_;
  std::string lines_;
  std::size_t taken_ = 0;  // of `lines_`
  std::optional<Connection::Failure> failure_;
};

}  // namespace vitalgate::cli
