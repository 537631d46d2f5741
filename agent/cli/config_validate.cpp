// vitalgate config validate: everything that is wrong, at once. Changes nothing, needs no daemon.
#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <nlohmann/json.hpp>

#include "agent/cli/command.h"
#include "agent/core/limits.h"
#include "config/loader.h"
#include "firmware-bridge/sources.h"

namespace vitalgate::cli {
namespace {

using Json = nlohmann::ordered_json;

// At most one byte more than a file may have: the loader then says that it is too large.
std::string read_stdin() {
  std::string text;
  std::array<char, 65536> bytes{};
  ssize_t count = 0;
  while (text.size() <= limits::kSettingsFileBytesMax &&
         (count = ::read(STDIN_FILENO, bytes.data(), bytes.size())) > 0)
    text.append(bytes.data(), static_cast<std::size_t>(count));
  return text;
}

void print_json(const config::Loaded& loaded) {
  Json problems = Json::array();
  for (const auto& problem : loaded.problems)
    problems.push_back({{"file", problem.file},
                        {"line", problem.line},
                        {"column", problem.column},
                        {"key", problem.key},
                        {"what", problem.what},
                        {"expected", problem.expected},
                        {"suggestion", problem.suggestion}});
  const Json json{{"schema", "vitalgate.validation/1"},
                  {"valid", loaded.settings.has_value()},
                  {"problems", std::move(problems)},
                  {"left_out", loaded.problems_left_out}};
  fmt::print("{}\n", json.dump(-1, ' ', false, Json::error_handler_t::replace));
}

}  // namespace

Exit validate_config(const Globals& globals, const std::string& file) {
  const config::LoadOptions options{
      .drivers = bridge::driver_names(), .check_files = true, .check = bridge::source_flaws};
  const auto loaded =
      file == "-" ? config::load_text(read_stdin(), "stdin", options) : config::load(file, options);
  const std::size_t problems = loaded.problems.size() + loaded.problems_left_out;
  if (globals.json) {
    print_json(loaded);
    return problems == 0 ? Exit::ok : Exit::invalid;
  }
  for (const auto& problem : loaded.problems)
    fmt::print("{}\n", config::to_text(problem, /*colour=*/false));
  if (problems == 0) {
    if (!globals.quiet)
      fmt::print("{}: valid, {} device(s), {} destination(s)\n", file,
                 loaded.settings->devices.size(), loaded.settings->destinations.size());
    return Exit::ok;
  }
  fmt::print(stderr, "vitalgate: {} problem{} in {}\n", problems, problems == 1 ? "" : "s", file);
  return Exit::invalid;
}

}  // namespace vitalgate::cli
