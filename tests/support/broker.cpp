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
      port_(free_port()),
      websocket_port_(free_port()) {
  std::filesystem::create_directories(directory_);
}

void Broker::write_configuration() const {
  std::ofstream out(directory_ / "mosquitto.conf");
  const auto listen = [&](std::uint16_t port) {
    out << "listener " << port << " " << options_.address << "\n"
        << "certfile " << certificate_.file.string() << "\n"
        << "keyfile " << certificate_.key.string() << "\n";
  };
  listen(port_);
  if (options_.websocket) {
    listen(websocket_port_);
    out << "protocol websockets\n";
  }
  out << "allow_anonymous " << (options_.user.empty() ? "true" : "false") << "\n"
      << "persistence false\n"
      << "log_dest stderr\n";
  if (options_.receive_maximum > 0)
    out << "max_inflight_messages " << options_.receive_maximum << "\n";
  if (options_.packet_bytes_max > 0) out << "max_packet_size " << options_.packet_bytes_max << "\n";
  if (options_.queues_all) out << "max_queued_messages 0\n";
  if (options_.acl) {
    const auto file = directory_ / "acl";
    std::ofstream(file) << *options_.acl;
    out << "acl_file " << file.string() << "\n";
  }
  if (!options_.user.empty()) out << "password_file " << write_passwords() << "\n";
  // As root it would change to its own user, who cannot read the keys of this test.
  if (geteuid() == 0) out << "user root\n";
}

std::string Broker::write_passwords() const {
  const std::string file = directory_ / "passwords";
  const Output made = run({system_program("mosquitto_passwd", "mosquitto"), "-b", "-c", file,
                           options_.user, options_.password});
  if (made.code == 0) return file;
  throw Failure("mosquitto_passwd: " + made.err, "");
}

void Broker::reload() {
  write_configuration();
  if (process_) process_->signal(SIGHUP);
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
