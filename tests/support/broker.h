// A real mosquitto with TLS on a loopback port of its own.
//
// It keeps nothing on disk: what it held is gone when it stops, as after a pulled plug.
#pragma once

#include <csignal>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "tests/support/process.h"
#include "tests/support/test_ca.h"

namespace vitalgate::test {

struct BrokerOptions {
  std::string address = "127.0.0.1";
  std::optional<std::string> acl = {};  // text of an ACL file; without it everybody may everything
  std::string user = {};                // the only one who may log in; empty: anybody, without name
  std::string password = {};
  unsigned receive_maximum = 0;      // 0: mosquitto's own
  std::size_t packet_bytes_max = 0;  // 0: no limit
  bool queues_all = false;           // for slow subscribers; else 1,000 messages each
  bool websocket = false;            // also over WebSocket, with TLS: websocket_port()
};

class Broker {
 public:
  // Not started yet. Its files are in `directory`.
  Broker(std::filesystem::path directory, Certificate certificate);

  // Waits until it accepts connections; the port is the same every time.
  void start();
  void stop();  // SIGTERM
  void kill();  // SIGKILL

  // From the next start on; ACL and password also from reload() on.
  void set(BrokerOptions options) { options_ = std::move(options); }
  void reload();

  // From the next start on.
  void present(Certificate certificate) { certificate_ = std::move(certificate); }

  [[nodiscard]] bool running() { return process_ != nullptr && process_->running(); }
  [[nodiscard]] std::uint16_t port() const { return port_; }
  [[nodiscard]] std::uint16_t websocket_port() const { return websocket_port_; }
  [[nodiscard]] std::filesystem::path log() const { return directory_ / "broker.log"; }

 private:
  void write_configuration() const;
  [[nodiscard]] std::string write_passwords() const;

  std::filesystem::path directory_;
  std::filesystem::path program_;
  Certificate certificate_;
  BrokerOptions options_;
  std::uint16_t port_;
  std::uint16_t websocket_port_;
  std::unique_ptr<Process> process_;
};

}  // namespace vitalgate::test
