#include "tests/demo/account.h"

#include <fmt/format.h>

#include "tests/demo/screen.h"

namespace vitalgate::demo {
namespace {

void line(const char* word, std::uint64_t figure, const char* meaning) {
  fmt::print("  {:<12} {:>9}   {}\n", word, grouped(figure), meaning);
}

void conclude(const Account& account) {
  const auto& verdict = account.verdict;
  if (is_clean(account)) {
    fmt::print("CLEAN  broker stopped, agent killed: nothing lost, nothing counted twice.\n");
    return;
  }
  for (const std::string& detail : verdict.details) fmt::print("  {:.76}\n", detail);
  if (verdict.received == 0) fmt::print("  nothing arrived at all\n");
  if (!account.drained) fmt::print("  readings still waited when time was up\n");
  if (account.agent_code != 0) {
    fmt::print("  the agent's clean stop gave exit code {}\n", account.agent_code);
  }
  if (verdict.received != account.last.sequenced()) {
    fmt::print("  the agent stored {} readings, the receiver has {}\n",
               grouped(account.last.sequenced()), grouped(verdict.received));
  }
  fmt::print("NOT CLEAN\n");
}

}  // namespace

bool is_clean(const Account& account) {
  const auto& verdict = account.verdict;
  return verdict.clean && verdict.received > 0 && verdict.missing == 0 && verdict.violations == 0 &&
         account.drained && account.last.waiting == 0 && account.agent_code == 0 &&
         verdict.received == account.last.sequenced();
}

void present(const Account& account) {
  const auto& verdict = account.verdict;
  fmt::print("The receiver's verdict\n");
  line("received", verdict.received, "readings lie in the receiver's files, each one once");
  line("stored", account.last.sequenced(), "readings the agent made durable: the same number");
  line("repeated", verdict.repeated_batches, "batches came again after a cut, byte for byte equal");
  line("missing", verdict.missing, "gaps in the sequence numbers from 1 to the last");
  line("violations", verdict.violations, "broken hashes, ids, or repeats with other content");
  line("dropped", verdict.dropped + account.last.dropped, "readings given up by the agent");
  line("quarantined", account.last.quarantined, "readings held back as impossible, with a reason");
  line("waiting", account.last.waiting, "readings the agent has still to deliver");
  line("unheard", account.heard.unheard + account.heard.discarded,
       "frames a monitor sent while no agent listened");
  fmt::print("\n");
  conclude(account);
}

}  // namespace vitalgate::demo
