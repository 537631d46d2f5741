// Settings texts and shorthands for the tests of config/.
#pragma once

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

#include "config/loader.h"

namespace vitalgate::config::test {

inline constexpr std::array<std::string_view, 6> kDrivers{"ansar-b",   "nonin-df2",  "nonin-df7",
                                                          "nonin-df8", "nonin-df13", "nonin-ascii"};

// The least that loads.
inline constexpr std::string_view kLeast = R"(config_version = 1
[gateway]
id = "clinic-042"
[[destination]]
name = "hub"
host = "hub.clinic.example"
ca = "file:/etc/vitalgate/tls/ca.pem"
)";

// kLeast, and below its last table further lines.
inline std::string least_and(std::string_view more) { return std::string(kLeast).append(more); }

inline Loaded load_words(std::string_view text, bool check_files = false) {
  return load_text(text, "vitalgate.toml", {kDrivers, check_files});
}

// The problem of that dotted key, or nothing.
inline const Problem* about(const Loaded& loaded, std::string_view key) {
  const auto found = std::find_if(loaded.problems.begin(), loaded.problems.end(),
                                  [&](const Problem& problem) { return problem.key == key; });
  return found == loaded.problems.end() ? nullptr : &*found;
}

// All that a person would see, for a failing test's message and for searches.
inline std::string all_text(const Loaded& loaded) {
  std::string out;
  for (const Problem& problem : loaded.problems) out += to_text(problem, false);
  return out;
}

// A folder of its own for one test, removed after it.
class Folder {
 public:
  Folder() {
    std::string name = (std::filesystem::temp_directory_path() / "vitalgate-XXXXXX").string();
    path_ = mkdtemp(name.data());
  }
  ~Folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

  std::filesystem::path write(const std::filesystem::path& name, std::string_view text) const {
    std::filesystem::create_directories((path_ / name).parent_path());
    std::ofstream(path_ / name, std::ios::binary) << text;
    return path_ / name;
  }

 private:
  std::filesystem::path path_;
};

}  // namespace vitalgate::config::test
