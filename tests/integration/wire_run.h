// One run of the wire test: real firmware on a simulated board, a faulty line, a real agent that
// is killed, and an account of every record in the end.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "tests/clinic/dice.h"
#include "tests/integration/wire_judge.h"
#include "tests/support/agent.h"
#include "tests/support/board.h"
#include "tests/support/faulty_line.h"
#include "tests/support/site.h"

namespace vitalgate::test {

struct WirePlan {
  std::uint64_t readings = 100'000;
  double faults = 0.01;  // of all bytes
  unsigned kills = 10;   // of the agent
  unsigned resets = 5;   // of the board
  unsigned hangs = 1;    // of its firmware, for the watchdog to end
  bool overflow = true;  // in the end the bridge measures more than it can hold
  std::uint64_t seed = 1;
  bool keep = false;
};

class WireRun {
 public:
  // Throws Failure when a part of this world is missing.
  explicit WireRun(const WirePlan& plan);

  // A line for each broken promise.
  std::vector<std::string> run();

  // What happened, in figures; whole lines.
  [[nodiscard]] std::string summary() const;

 private:
  void disturb(std::uint64_t until);
  void overflow();
  void drain();
  void judge();
  void measure(std::uint64_t until, std::uint16_t per_second);
  bool wait_for_stored(std::uint64_t goal, Milliseconds timeout);
  void kill_agent();
  void violation(const std::string& line) { violations_.push_back(line); }

  const WirePlan plan_;
  clinic::Dice dice_;
  Site site_;
  Board board_;
  FaultyLine line_;
  Agent agent_;
  std::uint64_t until_ = 0;
  std::uint16_t per_second_ = 0;
  Clock::time_point began_{};
  double seconds_ = 0;
  WireAccount account_;
  std::vector<std::string> violations_;
};

}  // namespace vitalgate::test
