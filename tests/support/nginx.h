// A real nginx with TLS on a loopback port of its own, in front of the receiver.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>

#include "tests/support/process.h"
#include "tests/support/test_ca.h"

namespace vitalgate::test {

class Nginx {
 public:
  // Not started yet. Its files are in `directory`. Throws Failure when nginx is missing.
  Nginx(std::filesystem::path directory, Certificate certificate);

  // What it passes requests on to: a TLS port of the loopback. From the next start on.
  void serve(std::uint16_t upstream) { upstream_ = upstream; }
  void present(Certificate certificate) { certificate_ = std::move(certificate); }
  // Further lines of its `server` block.
  void set(std::string lines) { more_ = std::move(lines); }

  // Waits until it accepts connections; the port is the same every time.
  void start();
  void stop();

  [[nodiscard]] std::uint16_t port() const { return port_; }
  [[nodiscard]] std::filesystem::path log() const { return directory_ / "nginx.log"; }

 private:
  void write_configuration() const;

  std::filesystem::path directory_;
  std::filesystem::path program_;
  Certificate certificate_;
  std::string more_;
  std::uint16_t upstream_ = 0;
  std::uint16_t port_;
  std::unique_ptr<Process> process_;
};

}  // namespace vitalgate::test
