// What the demo shows: a live block that is redrawn in place on a terminal, above it a line for
// each thing that happened. Without a terminal only lines, one a change.
//
// Never wider than 80 columns. No patient values, only counts and states.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "agent/core/clock.h"
#include "tests/support/hub.h"
#include "tests/support/status.h"

namespace vitalgate::demo {

// "12,345"
std::string grouped(std::uint64_t number);

// What is known at one moment.
struct Moment {
  std::string act;     // "Act 2 of 4: the broker is stopped"
  std::string broker;  // "running", "stopped"
  std::string agent;   // "running, pid 123"
  std::optional<test::Status> status;
  test::Verdict verdict;
};

class Screen {
 public:
  // `plain`: no colour and nothing redrawn, as it also is without a terminal.
  explicit Screen(bool plain);

  // Something happened; stays on the screen.
  void say(const std::string& line);

  // How things are now.
  void show(const Moment& moment);

  // The live block is left as it is; what follows is written below it.
  void finish();

 private:
  void draw(const std::vector<std::string>& block);
  void erase();
  void report_changes(const Moment& moment);
  [[nodiscard]] std::vector<std::string> compose(const Moment& moment) const;
  [[nodiscard]] std::string paint(const std::string& state) const;
  [[nodiscard]] std::string clock() const;

  bool redraws_;
  bool colours_;
  const Clock::time_point began_ = Clock::now();
  std::vector<std::string> shown_;            // the block on the screen
  std::map<std::string, std::string> known_;  // what -> its last reported state
  Clock::time_point counted_{};               // when counts were last reported
};

}  // namespace vitalgate::demo
