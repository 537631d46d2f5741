// A real RabbitMQ with its MQTT plugin (3.1.1 only in Debian 12), TLS on a loopback port.
//
// It has a node name, ports, folders and a port mapper of its own, all of which end with it: it
// neither meets nor leaves behind a RabbitMQ of the system.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>

#include "tests/support/process.h"
#include "tests/support/test_ca.h"

namespace vitalgate::test {

class RabbitMq {
 public:
  [[nodiscard]] static bool is_installed();

  // Not started yet. Its files are in `directory`, which is short.
  RabbitMq(std::filesystem::path directory, Certificate certificate);

  // Waits until it accepts connections, some ten seconds; the port is the same every time.
  void start();
  void stop();

  [[nodiscard]] std::uint16_t port() const { return port_; }
  [[nodiscard]] std::filesystem::path log() const { return directory_ / "rabbitmq.log"; }

 private:
  void write_configuration() const;

  std::filesystem::path directory_;
  Certificate certificate_;
  std::uint16_t port_;
  std::uint16_t node_port_;
  std::uint16_t mapper_port_;
  std::unique_ptr<Process> mapper_;
  std::unique_ptr<Process> process_;
};

}  // namespace vitalgate::test
