// The end of the demo: what the receiver found, held against what the agent says it stored.
#pragma once

#include "tests/support/hub.h"
#include "tests/support/pseudo_terminal.h"
#include "tests/support/status.h"

namespace vitalgate::demo {

struct Account {
  test::Verdict verdict;
  test::Status last;     // of the agent, before it was stopped
  bool drained = false;  // everything stored was confirmed in time
  int agent_code = -1;   // of the clean stop
  test::PseudoTerminal::Counts heard;
};

// Something arrived, all of it once, and nothing waits.
bool is_clean(const Account& account);

// One screen, one sentence for each figure.
void present(const Account& account);

}  // namespace vitalgate::demo
