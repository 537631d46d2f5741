// reconnects: a link that is reset again and again leaks nothing and loses nothing.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstdio>

#include "tests/integration/reconnect_run.h"
#include "tests/support/failure.h"
#include "tests/support/poll.h"

namespace vitalgate::test {
namespace {

int reset_and_count(const ReconnectPlan& plan) {
  catch_interrupts();
  const auto violations = ReconnectRun(plan).run();
  for (const std::string& line : violations) fmt::print("violation: {}\n", line);
  fmt::print("reconnects: cases={} violations={}\n", plan.count, violations.size());
  return violations.empty() ? 0 : 1;
}

}  // namespace
}  // namespace vitalgate::test

int main(int argc, char** argv) {
  CLI::App app{"Resets the link of a working agent again and again and counts what it holds."};
  vitalgate::test::ReconnectPlan plan;
  app.add_option("--count", plan.count, "how often the link is reset")
      ->check(CLI::Range(1u, 1'000'000u))
      ->capture_default_str();
  app.add_option("--growth-mb", plan.growth_mb, "of resident memory that is no leak yet")
      ->capture_default_str();
  try {
    app.parse(argc, argv);
    return vitalgate::test::reset_and_count(plan);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  } catch (const vitalgate::test::Failure& failure) {
    fmt::print(stderr, "reconnects: {}\n", failure.what());
    return 2;
  } catch (const vitalgate::test::Interrupted&) {
    fmt::print(stderr, "\nreconnects: stopped; nothing is left running\n");
    return 130;
  }
}
