// One run of the kill test: a real agent under load, killed again and again, judged in the end.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "tests/clinic/clinic.h"
#include "tests/clinic/dice.h"
#include "tests/support/agent.h"
#include "tests/support/site.h"

namespace vitalgate::test {

struct KillPlan {
  unsigned kills = 50;
  std::uint64_t seed = 1;
  unsigned restarts = 5;  // of the broker, spread over the kills
  bool keep = false;
};

class KillRun {
 public:
  // Broker and receiver are up, the monitors have not begun. Throws Failure when a part of this
  // world is missing.
  explicit KillRun(const KillPlan& plan);

  // All kills, the drain and the judgement. A line for each broken promise.
  std::vector<std::string> run();

  // What happened, in figures; whole lines.
  [[nodiscard]] std::string summary() const;

 private:
  void kill_once(unsigned number);
  void restart_broker();
  void note_progress_promised();
  void drain();
  void judge();
  void judge_counts(const Verdict& verdict);
  void judge_order();
  void report_progress(unsigned kills) const;
  void violation(const std::string& line) { violations_.push_back(line); }

  const KillPlan plan_;
  clinic::Dice dice_;
  Site site_;
  clinic::Clinic clinic_;
  Agent agent_;
  unsigned broker_restarts_ = 0;
  std::map<std::string, std::uint64_t> seen_;  // stream -> highest next_seq it ever showed
  Status last_;
  Verdict verdict_;
  std::vector<std::string> violations_;
};

}  // namespace vitalgate::test
