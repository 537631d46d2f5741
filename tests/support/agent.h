// A real vitalgated under a configuration of its own, asked through the real command line.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "tests/support/process.h"
#include "tests/support/status.h"

namespace vitalgate::test {

struct DeviceConfig {
  std::string id;
  std::string driver;
  std::filesystem::path port = {};  // empty: `more` says where its data comes from
  std::string expect_every = "5s";
  std::string more = {};  // further lines of the table, and tables that belong to it
};

// `[[device]]` tables, as they stand in a configuration file.
std::string to_toml(const std::vector<DeviceConfig>& devices);

// Small times, so that every phase of a reading's way comes by often.
struct AgentConfig {
  std::string gateway_id = "clinic-test";
  std::string commit_interval = "20ms";
  std::string max_age = "300ms";
  std::string answer_timeout = "3s";
  std::string retry_max = "1s";
  std::string host = "127.0.0.1";
  std::uint16_t port = 0;
  std::filesystem::path ca;
  std::string more = {};  // further lines of the destination's table
  std::vector<DeviceConfig> devices;
};

class Agent {
 public:
  // Its configuration, store, socket and log are in `directory`. Not started yet.
  Agent(std::filesystem::path directory, const AgentConfig& config);

  // Writes the configuration again; counts from the next start on.
  void configure(const AgentConfig& config) const;

  // NAME=value, for the daemon from the next start on.
  void set_environment(std::vector<std::string> assignments) {
    environment_ = std::move(assignments);
  }

  void start();
  int stop();  // SIGTERM; the exit code, 0 after a clean stop
  int kill();  // SIGKILL
  [[nodiscard]] bool running() { return process_ != nullptr && process_->running(); }
  [[nodiscard]] pid_t pid() const { return process_ ? process_->pid() : -1; }

  // The answer of `vitalgate --json status`; nothing while nobody answers.
  [[nodiscard]] std::optional<Status> status() const;

  // Polls until `ready`, and gives that status. Throws Failure, which names `what` was awaited and
  // has the end of the log, when the deadline comes first.
  Status wait_for(const std::string& what, const std::function<bool(const Status&)>& ready,
                  Milliseconds timeout = std::chrono::seconds(30));

  // Runs `vitalgate --socket ...` with further arguments.
  [[nodiscard]] Output ask(const Arguments& words) const;

  [[nodiscard]] std::filesystem::path file() const { return directory_ / "vitalgate.toml"; }
  [[nodiscard]] std::filesystem::path log() const { return directory_ / "agent.log"; }

 private:
  std::filesystem::path directory_;
  std::filesystem::path daemon_;
  std::filesystem::path command_;
  std::vector<std::string> environment_;
  std::unique_ptr<Process> process_;
};

}  // namespace vitalgate::test
