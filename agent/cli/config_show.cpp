// vitalgate config show: the settings in force and where each comes from. Reads the files, needs
// no daemon.
#include <fmt/format.h>

#include "agent/cli/command.h"
#include "config/loader.h"
#include "config/show.h"
#include "firmware-bridge/sources.h"

namespace vitalgate::cli {

Exit show_config(const Globals& globals, const std::string& file) {
  const auto loaded = config::load(file, {.drivers = bridge::driver_names()});
  if (!loaded.problems.empty()) {
    for (const auto& problem : loaded.problems)
      fmt::print(stderr, "{}", config::to_text(problem, /*colour=*/false));
    return fail(globals, Exit::invalid,
                fmt::format("{} problem(s) in the configuration",
                            loaded.problems.size() + loaded.problems_left_out),
                "vitalgate config validate " + file);
  }
  fmt::print("{}\n", globals.json ? config::show_json(loaded) : config::show_toml(loaded));
  return Exit::ok;
}

}  // namespace vitalgate::cli
