// clinic: simulated monitors on pseudo-terminals, for a person to point an agent at.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstdio>

#include "tests/clinic/clinic.h"
#include "tests/support/failure.h"
#include "tests/support/poll.h"

namespace vitalgate::clinic {
namespace {

struct Arguments {
  ClinicOptions clinic;
  std::vector<std::string> recordings;
  double for_s = 0;
  bool counter = false;
  bool print_config = false;
};

void declare(CLI::App& app, Arguments& arguments) {
  app.add_option("--dir", arguments.clinic.directory, "folder for the ports")->required();
  app.add_option("--seed", arguments.clinic.seed, "same seed, same bytes")->capture_default_str();
  app.add_option("--monitors", arguments.clinic.monitors, "how many are simulated")
      ->capture_default_str();
  app.add_option("--speed", arguments.clinic.speed, "times faster than life")
      ->check(CLI::Range(0.01, 1000.0))
      ->capture_default_str();
  app.add_option("--recording", arguments.recordings, "FILE or FILE:driver, replayed for ever");
  app.add_option("--for", arguments.for_s, "seconds; without it until Ctrl-C");
  app.add_flag("--counter", arguments.counter, "values count the messages");
  app.add_flag("--print-config", arguments.print_config, "print [[device]] tables and end");
}

void report(Clinic& clinic) {
  fmt::print("{:<14} {:<12} {:>9} {:>9} {:>9}\n", "DEVICE", "DRIVER", "SENT", "UNHEARD",
             "DISCARDED");
  for (const auto& device : clinic.devices()) {
    const auto counts = clinic.line(device.id).counts();
    fmt::print("{:<14} {:<12} {:>9} {:>9} {:>9}\n", device.id, device.driver, counts.sent,
               counts.unheard, counts.discarded);
  }
}

int run(Arguments arguments) {
  for (const std::string& each : arguments.recordings) {
    arguments.clinic.recordings.push_back(recording_from(each));
  }
  if (arguments.counter) arguments.clinic.script = Script::counter;
  if (arguments.print_config) {
    fmt::print("{}", test::to_toml(devices_of(arguments.clinic)));
    return 0;
  }
  Clinic clinic(arguments.clinic);
  test::catch_interrupts();
  for (const auto& device : clinic.devices()) {
    fmt::print("{:<14} {:<12} {}\n", device.id, device.driver, device.port.string());
  }
  std::fflush(stdout);
  clinic.start();
  try {
    const auto for_ever = std::chrono::hours(24 * 365);
    test::let_pass(arguments.for_s > 0
                       ? test::Milliseconds(static_cast<std::int64_t>(arguments.for_s * 1000))
                       : for_ever);
  } catch (const test::Interrupted&) {
    fmt::print("\n");  // asked to stop: that is how it ends without --for
  }
  clinic.stop();
  report(clinic);
  return 0;
}

}  // namespace
}  // namespace vitalgate::clinic

int main(int argc, char** argv) {
  CLI::App app{"Simulated patient monitors on pseudo-terminals, speaking their real protocols."};
  vitalgate::clinic::Arguments arguments;
  vitalgate::clinic::declare(app, arguments);
  try {
    app.parse(argc, argv);
    return vitalgate::clinic::run(arguments);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  } catch (const vitalgate::test::Failure& failure) {
    fmt::print(stderr, "clinic: {}\n", failure.what());
    if (!failure.hint().empty()) fmt::print(stderr, "Try: {}\n", failure.hint());
    return 1;
  }
}
