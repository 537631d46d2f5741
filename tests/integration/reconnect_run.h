// One run of the reconnect test: the link of a working agent is reset again and again, and what the
// agent holds is counted.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "tests/clinic/clinic.h"
#include "tests/support/agent.h"
#include "tests/support/fault_proxy.h"
#include "tests/support/site.h"

namespace vitalgate::test {

struct ReconnectPlan {
  unsigned count = 1000;
  unsigned growth_mb = 8;  // of resident memory that is no leak yet
};

class ReconnectRun {
 public:
  // Throws Failure when a part of this world is missing.
  explicit ReconnectRun(const ReconnectPlan& plan);

  // All resets, the rest of the readings, the judgement. A line for each broken promise.
  std::vector<std::string> run();

 private:
  Holdings reset_once();
  void judge(const Holdings& early, const Holdings& late);
  void violation(const std::string& line) { violations_.push_back(line); }

  const ReconnectPlan plan_;
  Site site_;
  FaultProxy proxy_;
  clinic::Clinic clinic_;
  Agent agent_;
  std::vector<std::string> violations_;
};

}  // namespace vitalgate::test
