#include "tests/support/rabbitmq.h"

#include <unistd.h>

#include <fstream>
#include <string>
#include <utility>

#include "tests/support/failure.h"
#include "tests/support/network.h"
#include "tests/support/paths.h"
#include "tests/support/temp_dir.h"

namespace vitalgate::test {
namespace {

// Not the one in PATH, which insists on the system's user and folders.
constexpr auto kServer = "/usr/lib/rabbitmq/bin/rabbitmq-server";

}  // namespace

bool RabbitMq::is_installed() { return access(kServer, X_OK) == 0; }

RabbitMq::RabbitMq(std::filesystem::path directory, Certificate certificate)
    : directory_(std::move(directory)),
      certificate_(std::move(certificate)),
      port_(free_port()),
      node_port_(free_port()),
      mapper_port_(free_port()) {
  std::filesystem::create_directories(directory_);
}

void RabbitMq::write_configuration() const {
  std::ofstream(directory_ / "plugins") << "[rabbitmq_mqtt].\n";
  std::ofstream(directory_ / "rabbitmq.conf")
      << "listeners.tcp = none\n"
      << "mqtt.listeners.tcp = none\n"
      << "mqtt.listeners.ssl.1 = 127.0.0.1:" << port_ << "\n"
      << "ssl_options.certfile = " << certificate_.file.string() << "\n"
      << "ssl_options.keyfile = " << certificate_.key.string() << "\n"
      << "ssl_options.verify = verify_none\n"
      << "mqtt.allow_anonymous = true\n"
      << "log.console = true\n"
      << "log.file = false\n";
}

void RabbitMq::start() {
  write_configuration();
  const std::string folder = directory_.string();
  const std::string mapper_port = "ERL_EPMD_PORT=" + std::to_string(mapper_port_);
  const std::string mapper_address = "ERL_EPMD_ADDRESS=127.0.0.1";
  const Arguments mapper{"/usr/bin/env", mapper_port, mapper_address,
                         system_program("epmd", "rabbitmq-server")};
  mapper_ = std::make_unique<Process>(mapper, log(), log());
  const Arguments server{
      "/usr/bin/env",
      mapper_port,
      mapper_address,
      "HOME=" + folder,
      "RABBITMQ_NODENAME=vitalgate" + std::to_string(port_) + "@localhost",
      "RABBITMQ_DIST_PORT=" + std::to_string(node_port_),
      "RABBITMQ_CONFIG_FILE=" + folder + "/rabbitmq.conf",
      "RABBITMQ_MNESIA_BASE=" + folder + "/data",
      "RABBITMQ_LOG_BASE=" + folder + "/log",
      "RABBITMQ_ENABLED_PLUGINS_FILE=" + folder + "/plugins",
      "RABBITMQ_SERVER_START_ARGS=-kernel inet_dist_use_interface {127,0,0,1}",
      "RABBITMQ_ALLOW_INPUT=1",  // the script becomes the server instead of watching over it
      kServer,
      "-noinput"};
  process_ = std::make_unique<Process>(server, log(), log());
  const bool up = poll_until([this] { return accepts(port_) || !process_->running(); },
                             std::chrono::seconds(90), Milliseconds(50));
  if (up && process_->running()) return;
  throw Failure("RabbitMQ does not start; its last words:\n" + tail_of(log()), "");
}

void RabbitMq::stop() {
  if (process_) process_->stop();
  mapper_.reset();
}

}  // namespace vitalgate::test
