// From settings files to Settings, or to everything that is wrong with them.
//
// All problems are found in one pass; nothing is thrown, whatever the files hold. Reads files
// and, for CREDENTIALS_DIRECTORY, the environment. Any thread.
#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "config/keys.h"
#include "config/problem.h"
#include "config/rules.h"
#include "config/settings.h"
#include "config/toml_file.h"

namespace vitalgate::config {

struct LoadOptions {
  // The names that device.driver may have: the caller knows the drivers. Empty: any.
  std::span<const std::string_view> drivers = {};
  // Whether the files that settings name have to be there, readable, and closed to others.
  bool check_files = false;
  // What the caller finds wrong with settings that are right one by one: a driver's own rules.
  std::vector<Flaw> (*check)(const Settings& settings) = nullptr;
};

// One value in force, for `config show`.
struct Effective {
  const Key* key = nullptr;
  std::string section;  // "upload", "device[2]"; empty: the top
  Raw value;            // as written, references not resolved; "***" for a secret
  std::string origin;   // "vitalgate.toml:12" or "default"
};

struct Loaded {
  std::optional<Settings> settings;  // only when there are no problems
  std::vector<Problem> problems;     // in the order of the files, at most kSettingsProblemsMax
  std::size_t problems_left_out = 0;
  // In registry order; a key that is not set is not there. What was given wrong is left out.
  std::vector<Effective> effective;
};

// Reads `file`, then conf.d/*.toml beside it by name: later files override single keys of the
// plain tables and add devices and destinations.
Loaded load(const std::filesystem::path& file, const LoadOptions& options);

// The same for text from elsewhere, without conf.d. `name` stands for the path in messages.
Loaded load_text(std::string_view text, std::string_view name, const LoadOptions& options);

// "device[2].baud" in `loaded`, or nothing.
const Effective* find_effective(const Loaded& loaded, std::string_view dotted);

}  // namespace vitalgate::config
