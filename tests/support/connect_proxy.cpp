#include "tests/support/connect_proxy.h"

#include "tests/support/failure.h"
#include "tests/support/paths.h"
#include "tests/support/temp_dir.h"

namespace vitalgate::test {

ConnectProxy::ConnectProxy(const std::filesystem::path& directory, const Options& options)
    : log_(directory / "proxy.log") {
  std::filesystem::create_directories(directory);
  const auto ready = directory / "ready";
  std::filesystem::remove(ready);
  Arguments arguments{"/usr/bin/python3", source_file("tests/support/connect_proxy.py"),
                      "--ready-file", ready};
  if (!options.login.empty()) arguments.insert(arguments.end(), {"--login", options.login});
  if (options.refuse != 0)
    arguments.insert(arguments.end(), {"--refuse", std::to_string(options.refuse)});
  if (options.hang) arguments.emplace_back("--hang");
  process_ = std::make_unique<Process>(arguments, log_, log_);
  poll_until([&] { return std::filesystem::exists(ready) || !process_->running(); },
             std::chrono::seconds(20));
  const std::string port = read_file(ready);
  if (port.empty()) throw Failure("the proxy does not come up:\n" + tail_of(log_), "");
  port_ = static_cast<std::uint16_t>(std::stoul(port));
}

std::string ConnectProxy::log() const { return read_file(log_); }

}  // namespace vitalgate::test
