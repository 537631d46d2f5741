// The demo clinic: monitors on pseudo-terminals, one seed, one pace.
//
// Same options, same bytes in the same order on every line. One thread of its own does the
// sending and never waits for a reader.
#pragma once

#include <condition_variable>
#include <filesystem>
#include <memory>
#include <mutex>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "tests/clinic/monitor.h"
#include "tests/clinic/recording.h"
#include "tests/support/agent.h"
#include "tests/support/pseudo_terminal.h"

namespace vitalgate::clinic {

struct ClinicOptions {
  std::filesystem::path directory;  // holds the links that stand for serial ports
  std::uint64_t seed = 1;
  unsigned monitors = 6;  // simulated ones; recordings come on top
  double speed = 1;       // seconds of the monitors in one of ours
  Script script = Script::living;
  std::vector<Recording> recordings;
  Replay replay = Replay::again_and_again;
};

// How an agent has to be configured to read such a clinic. Touches nothing.
std::vector<test::DeviceConfig> devices_of(const ClinicOptions& options);

class Clinic {
 public:
  // All lines are plugged in, nothing is sent yet.
  explicit Clinic(const ClinicOptions& options);
  Clinic(const Clinic&) = delete;
  Clinic& operator=(const Clinic&) = delete;
  ~Clinic();

  // Time passes between start() and stop().
  void start();
  void stop();

  [[nodiscard]] std::vector<test::DeviceConfig> devices() const { return devices_of(options_); }

  // To pull it out. Throws test::Failure for an unknown device.
  test::PseudoTerminal& line(const std::string& device);

  // Frames that went into all lines together, and what became of the others.
  [[nodiscard]] test::PseudoTerminal::Counts counts() const;

 private:
  struct Bed;

  void run(const std::stop_token& stop);

  const ClinicOptions options_;
  std::vector<std::unique_ptr<Bed>> beds_;
  std::mutex mutex_;  // only to wait with
  std::condition_variable_any stopped_;
  std::jthread thread_;
};

}  // namespace vitalgate::clinic
