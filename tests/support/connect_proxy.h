// A clinic's HTTP proxy (tests/support/connect_proxy.py), running on a free port of the loopback.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>

#include "tests/support/process.h"

namespace vitalgate::test {

class ConnectProxy {
 public:
  struct Options {
    std::string login = {};  // NAME:PASSWORD; empty: anybody
    unsigned refuse = 0;     // the status for everybody
    bool hang = false;       // reads the request and says nothing
  };

  // Runs when this returns. Its files are in `directory`. Throws Failure.
  ConnectProxy(const std::filesystem::path& directory, const Options& options);

  [[nodiscard]] std::uint16_t port() const { return port_; }
  [[nodiscard]] std::string url() const { return "http://127.0.0.1:" + std::to_string(port_); }
  // One line a request: target and status.
  [[nodiscard]] std::string log() const;

 private:
  std::filesystem::path log_;
  std::unique_ptr<Process> process_;
  std::uint16_t port_ = 0;
};

}  // namespace vitalgate::test
