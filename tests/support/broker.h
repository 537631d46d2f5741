// A real mosquitto with TLS on a loopback port of its own.
//
// It keeps nothing on disk: what it held is gone when it stops, as after a pulled plug.
#pragma once

#include <csignal>
#include <cstdint>
#include <filesystem>
#include <memory>

#include "tests/support/process.h"
#include "tests/support/test_ca.h"

namespace vitalgate::test {

class Broker {
 public:
  // Not started yet. Its files are in `directory`.
  Broker(std::filesystem::path directory, Certificate certificate);

  // Waits until it accepts connections; the port is the same every time.
  void start();
  void stop();  // SIGTERM
  void kill();  // SIGKILL

  // From the next start on.
  void present(Certificate certificate) { certificate_ = std::move(certificate); }

  [[nodiscard]] bool running() { return process_ != nullptr && process_->running(); }
  [[nodiscard]] std::uint16_t port() const { return port_; }
  [[nodiscard]] std::filesystem::path log() const { return directory_ / "broker.log"; }

 private:
  void write_configuration() const;

  std::filesystem::path directory_;
  std::filesystem::path program_;
  Certificate certificate_;
  std::uint16_t port_;
  std::unique_ptr<Process> process_;
};

}  // namespace vitalgate::test
