#include "tests/support/agent.h"

#include <fmt/format.h>

#include <fstream>
#include <utility>

#include "tests/support/failure.h"
#include "tests/support/key_file.h"
#include "tests/support/paths.h"
#include "tests/support/temp_dir.h"

namespace vitalgate::test {
namespace {

constexpr auto kKeyFile = "buffer.key";

constexpr auto kTemplate = R"(config_version = 1

[gateway]
id = "{gateway}"
site_id = "site-1"

[buffer]
directory = "{store}"
key = "file:{key}"
commit_interval = "{commit}"

[upload]
max_age = "{age}"

[control]
socket = "{socket}"

[[destination]]
name = "hub"
host = "{host}"
port = {port}
ca = "file:{ca}"
answer_timeout = "{answer}"
retry_max = "{retry}"
{more}
)";

std::string describe(const std::optional<Status>& last) {
  if (!last) return "it never answered";
  std::string text =
      fmt::format("state {} ({}), {} waiting", last->state, last->reason, last->waiting);
  for (const auto& each : last->destinations) {
    text += fmt::format("; {} {}: {}", each.name, each.state, each.detail);
  }
  for (const auto& each : last->devices) {
    text += fmt::format("; {} {}: {}", each.id, each.state, each.detail);
  }
  return text;
}

}  // namespace

std::string to_toml(const std::vector<DeviceConfig>& devices) {
  std::string text;
  for (const DeviceConfig& each : devices) {
    text += fmt::format("\n[[device]]\nid = \"{}\"\ndriver = \"{}\"\nexpect_every = \"{}\"\n",
                        each.id, each.driver, each.expect_every);
    if (!each.port.empty()) text += fmt::format("port = \"{}\"\n", each.port.string());
    text += each.more;
  }
  return text;
}

Agent::Agent(std::filesystem::path directory, const AgentConfig& config)
    : directory_(std::move(directory)),
      daemon_(built_program("vitalgated")),
      command_(built_program("vitalgate")) {
  std::filesystem::create_directories(directory_ / "store");
  write_key(directory_ / kKeyFile);
  configure(config);
}

void Agent::configure(const AgentConfig& config) const {
  std::ofstream(file()) << fmt::format(kTemplate, fmt::arg("gateway", config.gateway_id),
                                       fmt::arg("store", (directory_ / "store").string()),
                                       fmt::arg("key", (directory_ / kKeyFile).string()),
                                       fmt::arg("commit", config.commit_interval),
                                       fmt::arg("age", config.max_age),
                                       fmt::arg("socket", (directory_ / "control").string()),
                                       fmt::arg("host", config.host), fmt::arg("port", config.port),
                                       fmt::arg("ca", config.ca.string()),
                                       fmt::arg("answer", config.answer_timeout),
                                       fmt::arg("retry", config.retry_max),
                                       fmt::arg("more", config.more))
                        << to_toml(config.devices);
}

void Agent::start() {
  Arguments arguments{"/usr/bin/env"};  // becomes the daemon
  arguments.insert(arguments.end(), environment_.begin(), environment_.end());
  arguments.insert(arguments.end(), {daemon_, "--config", file()});
  process_ = std::make_unique<Process>(arguments, log(), log());
}

int Agent::stop() { return process_ ? process_->stop() : -1; }

int Agent::kill() { return process_ ? process_->kill() : -1; }

Output Agent::ask(const Arguments& words) const {
  Arguments arguments{command_, "--socket", directory_ / "control"};
  arguments.insert(arguments.end(), words.begin(), words.end());
  return run(arguments);
}

std::optional<Status> Agent::status() const {
  const Output output = ask({"--json", "status"});
  if (output.code != 0) return std::nullopt;
  return parse_status(output.out);
}

Status Agent::wait_for(const std::string& what, const std::function<bool(const Status&)>& ready,
                       Milliseconds timeout) {
  std::optional<Status> last;
  const bool came = poll_until(
      [&] {
        if (!running()) throw Failure("the agent ended; its last words:\n" + tail_of(log()), "");
        if (auto now = status()) last = std::move(now);
        return last && ready(*last);
      },
      timeout, Milliseconds(50));
  if (came) return *last;
  throw Failure(fmt::format("waited {} s for {}: {}\n{}", timeout.count() / 1000, what,
                            describe(last), tail_of(log())),
                "");
}

}  // namespace vitalgate::test
