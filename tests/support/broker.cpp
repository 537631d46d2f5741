#include "tests/support/broker.h"

#include <unistd.h>

#include <fstream>
#include <utility>

#include "tests/support/failure.h"
#include "tests/support/network.h"
#include "tests/support/paths.h"
#include "tests/support/temp_dir.h"

namespace vitalgate::test {

Broker::Broker(std::filesystem::path directory, Certificate certificate)
    : directory_(std::move(directory)),
      program_(system_program("mosquitto", "mosquitto")),
      certificate_(std::move(certificate)),
      port_(free_port()) {
  std::filesystem::create_directories(directory_);
}

void Broker::write_configuration() const {
  std::ofstream out(directory_ / "mosquitto.conf");
  out << "listener " << port_ << " 127.0.0.1\n"
      << "certfile " << certificate_.file.string() << "\n"
      << "keyfile " << certificate_.key.string() << "\n"
      << "allow_anonymous true\n"
      << "persistence false\n"
      << "log_dest stderr\n";
  // As root it would change to its own user, who cannot read the keys of this test.
  if (geteuid() == 0) out << "user root\n";
}

void Broker::start() {
  write_configuration();
  process_ = std::make_unique<Process>(Arguments{program_, "-c", directory_ / "mosquitto.conf"},
                                       log(), log());
  const bool up = poll_until([this] { return accepts(port_) || !process_->running(); },
                             std::chrono::seconds(20), Milliseconds(5));
  if (up && process_->running()) return;
  throw Failure("mosquitto does not start; its last words:\n" + tail_of(log()),
                "free its port, or run again for another one");
}

void Broker::stop() {
  if (process_) process_->stop();
}

void Broker::kill() {
  if (process_) process_->kill();
}

}  // namespace vitalgate::test
