// Reading settings files: the main one and its drop-ins, each with a bound on its size. Only
// regular files are opened, so a pipe in their place cannot hang the agent.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "config/report.h"

namespace vitalgate::config {

inline constexpr std::size_t kDropInsMax = 64;

struct Unread {
  std::string file;
  std::string what;
  std::string remedy;
};

struct SourceFiles {
  std::vector<Source> sources;
  std::vector<Unread> unread;
};

// `file`, then conf.d/*.toml beside it in the order of their names.
SourceFiles read_sources(const std::filesystem::path& file);

}  // namespace vitalgate::config
