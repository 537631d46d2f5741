#include "tests/support/paths.h"

#include <unistd.h>

#include <cstdlib>
#include <sstream>

#include "tests/support/failure.h"

namespace vitalgate::test {
namespace {

std::optional<std::filesystem::path> from_environment(const char* name) {
  const char* value = std::getenv(name);
  if (value == nullptr || *value == '\0') return std::nullopt;
  return value;
}

}  // namespace

std::filesystem::path built_program(const std::string& name) {
  const auto program = std::filesystem::read_symlink("/proc/self/exe").parent_path() / name;
  if (access(program.c_str(), X_OK) != 0) {
    throw Failure("no program " + program.string(),
                  "build it: cmake --build --preset dev --target " + name);
  }
  return program;
}

std::filesystem::path source_file(const std::filesystem::path& relative) {
  return from_environment("VITALGATE_SOURCE").value_or(VITALGATE_SOURCE_DIR) / relative;
}

std::optional<std::filesystem::path> shared_file(const std::filesystem::path& relative) {
  const auto folder = from_environment("VITALGATE_SHARED").value_or(source_file("../shared"));
  std::error_code ignored;  // unreadable is the same as not there
  const auto file = folder / relative;
  if (!std::filesystem::exists(file, ignored)) return std::nullopt;
  return file;
}

std::filesystem::path system_program(const std::string& name, const std::string& package) {
  const char* path = std::getenv("PATH");
  std::istringstream folders(std::string(path != nullptr ? path : "/usr/bin:/bin") +
                             ":/usr/sbin:/sbin:/usr/local/sbin");
  for (std::string folder; std::getline(folders, folder, ':');) {
    const auto program = std::filesystem::path(folder) / name;
    if (!folder.empty() && access(program.c_str(), X_OK) == 0) return program;
  }
  throw Failure(name + " is not installed", "apt-get install " + package);
}

}  // namespace vitalgate::test
