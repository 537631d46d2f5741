#include "agent/cli/job.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

#include "agent/cli/interrupt.h"
#include "agent/cli/output.h"
#include "config/loader.h"
#include "firmware-bridge/sources.h"

namespace vitalgate::cli {
namespace {

using Json = nlohmann::json;

constexpr std::size_t kScreenColumns = 78;

// One line of a terminal that is written over and over. Nothing off a terminal.
class ProgressLine {
 public:
  explicit ProgressLine(const Globals& globals)
      : shown_(!globals.quiet && !globals.json && ::isatty(STDERR_FILENO) == 1) {}
  ProgressLine(const ProgressLine&) = delete;
  ProgressLine& operator=(const ProgressLine&) = delete;
  ~ProgressLine() { show(""); }

  void show(const std::string& words) {
    if (!shown_ || (words.empty() && !dirty_)) return;
    fmt::print(stderr, "\r{}{}", cell(words, kScreenColumns), words.empty() ? "\r" : "");
    std::fflush(stderr);
    dirty_ = !words.empty();
  }

 private:
  const bool shown_;
  bool dirty_ = false;
};

}  // namespace

Job::Job(const Globals& globals, const BufferCommand& command, const std::string& config_file) {
  catch_interrupts();
  auto connection = std::make_unique<Connection>(globals, to_request(command));
  if (!connection->failure())
    connection_ = std::move(connection);
  else if (!connection->has_reached() && connection->failure()->code == Exit::unreachable)
    open_store(config_file, command, *connection->failure());
  else
    failure_ = connection->failure();
}

void Job::open_store(const std::string& config_file, const BufferCommand& command,
                     const Connection::Failure& unreachable) {
  if (::access(config_file.c_str(), R_OK) != 0) {
    failure_ = unreachable;
    failure_->what += ", and " + config_file + ": " + std::generic_category().message(errno);
    failure_->hint =
        "sudo systemctl start vitalgated, or name its socket (--socket PATH), or for the store of "
        "a stopped one its configuration (--config FILE)";
    return;
  }
  auto loaded = config::load(config_file, {.drivers = bridge::driver_names()});
  if (!loaded.settings) {
    failure_ = Connection::Failure{
        Exit::invalid, "vitalgated does not answer, and " + config_file + " is not valid",
        "vitalgate config validate " + config_file};
    return;
  }
  // It may run with a socket of its own.
  Globals there;
  there.socket = loaded.settings->control.socket;
  auto connection = std::make_unique<Connection>(there, to_request(command));
  if (!connection->failure()) {
    connection_ = std::move(connection);
  } else if (connection->has_reached() || connection->failure()->code != Exit::unreachable) {
    failure_ = connection->failure();
  } else {
    store_ = std::make_unique<LocalStore>(*std::move(loaded.settings), command);
    failure_ = store_->failure();
  }
}

std::optional<std::string> Job::line() {
  if (was_interrupted()) return std::nullopt;
  return connection_ ? connection_->line() : store_->line();
}

Exit Job::explain_end(const Globals& globals) const {
  if (was_interrupted()) return Exit::interrupted;
  return fail(globals, Exit::unreachable, "vitalgated closed the connection before the end",
              "vitalgate status, then the same again");
}

Exit Job::follow(const Globals& globals, const std::function<bool(const std::string&)>& each,
                 const std::function<std::string(const Json&)>& progress) {
  if (failure_) return fail(globals, failure_->code, failure_->what, failure_->hint);
  ProgressLine screen(globals);
  while (const auto found = line()) {
    const bool ours = found->starts_with("{\"progress\":") || found->starts_with("{\"done\":") ||
                      found->starts_with("{\"failed\":");
    if (!ours) {
      if (each && !each(*found)) return was_interrupted() ? Exit::interrupted : Exit::failure;
      continue;
    }
    Json json = Json::parse(*found, nullptr, /*allow_exceptions=*/false);
    if (!json.is_object()) break;
    if (const auto done = json.find("done"); done != json.end()) {
      result_ = *done;
      return Exit::ok;
    }
    if (const auto failed = json.find("failed"); failed != json.end()) {
      screen.show("");
      return fail(globals, Exit::failure, text(*failed, "what"), text(*failed, "hint"));
    }
    if (progress) screen.show(progress(json.value("progress", Json::object())));
  }
  screen.show("");
  return explain_end(globals);
}

}  // namespace vitalgate::cli
