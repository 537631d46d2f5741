// demo: the main job on one screen, with a broker that goes away and an agent that is killed.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstdio>

#include "tests/demo/story.h"
#include "tests/support/failure.h"
#include "tests/support/poll.h"

namespace vitalgate::demo {
namespace {

void declare(CLI::App& app, DemoOptions& options) {
  app.add_option("--seed", options.seed, "same seed, same patients")->capture_default_str();
  app.add_option("--recording", options.recordings, "a capture to replay: FILE or FILE:driver");
  app.add_option("--speed", options.speed, "times faster than life")
      ->check(CLI::Range(0.1, 100.0))
      ->capture_default_str();
  app.add_option("--for", options.for_s, "about how many seconds it takes")
      ->check(CLI::Range(10.0, 86'400.0))
      ->capture_default_str();
  app.add_flag("--plain", options.plain, "lines only: no colour, nothing redrawn");
  app.add_flag("--keep", options.keep, "leave all files for a closer look");
}

int tell(const DemoOptions& options) {
  test::catch_interrupts();
  Story story(options);
  if (story.tell()) return 0;
  fmt::print("Try: run it again with --keep and read agent/agent.log there\n");
  return 1;
}

int explain(const test::Failure& failure) {
  fmt::print(stderr, "\ndemo: {}\n", failure.what());
  std::string hint = failure.hint();
  if (hint.empty()) hint = "run it again with --keep and read agent/agent.log there";
  if (!hint.starts_with("Try: ")) hint.insert(0, "Try: ");  // the agent's own hints may have it
  fmt::print(stderr, "{}\n", hint);
  return 1;
}

}  // namespace
}  // namespace vitalgate::demo

int main(int argc, char** argv) {
  CLI::App app{
      "Vitalgate at work: monitors, agent, broker and receiver, all real, about a minute."};
  vitalgate::demo::DemoOptions options;
  vitalgate::demo::declare(app, options);
  try {
    app.parse(argc, argv);
    return vitalgate::demo::tell(options);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  } catch (const vitalgate::test::Failure& failure) {
    return vitalgate::demo::explain(failure);
  } catch (const vitalgate::test::Interrupted&) {
    fmt::print(stderr, "\ndemo: stopped; nothing is left running\n");
    return 130;
  }
}
