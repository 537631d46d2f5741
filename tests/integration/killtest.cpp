// killtest: SIGKILL at random moments loses nothing and doubles nothing.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstdio>

#include "tests/integration/kill_run.h"
#include "tests/support/failure.h"
#include "tests/support/poll.h"

namespace vitalgate::test {
namespace {

int kill_and_count(const KillPlan& plan) {
  catch_interrupts();
  fmt::print("killtest: seed {}, {} kills, {} broker restarts\n", plan.seed, plan.kills,
             plan.restarts);
  std::fflush(stdout);
  KillRun run(plan);
  const auto violations = run.run();
  fmt::print("{}", run.summary());
  for (const std::string& line : violations) fmt::print("violation: {}\n", line);
  if (!violations.empty()) {
    fmt::print("Try: killtest --kills {} --seed {} --restarts {} --keep\n", plan.kills, plan.seed,
               plan.restarts);
  }
  fmt::print("killtest: cases={} violations={}\n", plan.kills, violations.size());
  return violations.empty() ? 0 : 1;
}

void declare(CLI::App& app, KillPlan& plan) {
  app.add_option("--kills", plan.kills, "how often the agent is killed")
      ->check(CLI::Range(1u, 1'000'000u))
      ->capture_default_str();
  app.add_option("--seed", plan.seed, "moments and monitors")->capture_default_str();
  app.add_option("--restarts", plan.restarts, "how often the broker is restarted meanwhile")
      ->check(CLI::Range(0u, 1'000'000u))
      ->capture_default_str();
  app.add_flag("--keep", plan.keep, "leave the folder with all logs and files");
}

}  // namespace
}  // namespace vitalgate::test

int main(int argc, char** argv) {
  CLI::App app{"Kills the agent under load again and again, then counts what arrived."};
  vitalgate::test::KillPlan plan;
  vitalgate::test::declare(app, plan);
  try {
    app.parse(argc, argv);
    return vitalgate::test::kill_and_count(plan);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  } catch (const vitalgate::test::Failure& failure) {
    fmt::print(stderr, "killtest: {}\n", failure.what());
    if (!failure.hint().empty()) fmt::print(stderr, "Try: {}\n", failure.hint());
    return 2;
  } catch (const vitalgate::test::Interrupted&) {
    fmt::print(stderr, "\nkilltest: stopped; nothing is left running\n");
    return 130;
  }
}
