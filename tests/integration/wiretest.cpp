// wiretest: a faulty line, kills of the agent, resets and hangs of the bridge lose nothing that
// the bridge had room for, double nothing, and what it had no room for is declared.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstdio>

#include "tests/integration/wire_run.h"
#include "tests/support/failure.h"
#include "tests/support/poll.h"

namespace vitalgate::test {
namespace {

int run_and_count(const WirePlan& plan) {
  catch_interrupts();
  fmt::print("wiretest: seed {}, {} readings, {:.2g} of the bytes faulty, {} kills, {} resets\n",
             plan.seed, plan.readings, plan.faults, plan.kills, plan.resets);
  std::fflush(stdout);
  WireRun run(plan);
  const auto violations = run.run();
  fmt::print("{}", run.summary());
  for (const std::string& line : violations) fmt::print("violation: {}\n", line);
  if (!violations.empty()) {
    fmt::print("Try: wiretest --readings {} --faults {} --kills {} --resets {} --seed {} --keep\n",
               plan.readings, plan.faults, plan.kills, plan.resets, plan.seed);
  }
  fmt::print("wiretest: cases={} violations={}\n", plan.readings, violations.size());
  return violations.empty() ? 0 : 1;
}

void declare(CLI::App& app, WirePlan& plan) {
  app.add_option("--readings", plan.readings, "how many are measured")->capture_default_str();
  app.add_option("--faults", plan.faults, "part of the bytes that are dropped, flipped, doubled")
      ->check(CLI::Range(0.0, 0.05))
      ->capture_default_str();
  app.add_option("--kills", plan.kills, "of the agent, with SIGKILL")->capture_default_str();
  app.add_option("--resets", plan.resets, "of the board")->capture_default_str();
  app.add_option("--hangs", plan.hangs, "of the firmware")->capture_default_str();
  app.add_option("--seed", plan.seed, "moments and faults")->capture_default_str();
  app.add_flag("!--no-overflow", plan.overflow, "the ring is never made to overflow");
  app.add_flag("--keep", plan.keep, "leave the folder with all logs and files");
}

}  // namespace
}  // namespace vitalgate::test

int main(int argc, char** argv) {
  CLI::App app{"Real bridge firmware, a faulty line and a real agent that is killed."};
  vitalgate::test::WirePlan plan;
  vitalgate::test::declare(app, plan);
  try {
    app.parse(argc, argv);
    return vitalgate::test::run_and_count(plan);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  } catch (const vitalgate::test::Failure& failure) {
    fmt::print(stderr, "wiretest: {}\n", failure.what());
    if (!failure.hint().empty()) fmt::print(stderr, "Try: {}\n", failure.hint());
    return 2;
  } catch (const vitalgate::test::Interrupted&) {
    fmt::print(stderr, "\nwiretest: stopped; nothing is left running\n");
    return 130;
  }
}
