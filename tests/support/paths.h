// Where things are: what was built, what the tree holds, what the system has.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

namespace vitalgate::test {

// A program of this project, built into the folder of the running one. Throws Failure when it is
// not there.
std::filesystem::path built_program(const std::string& name);

// A file of the source tree this program was built from; $VITALGATE_SOURCE wins.
std::filesystem::path source_file(const std::filesystem::path& relative);

// The shared recordings and vectors: $VITALGATE_SHARED, or `shared` beside the source tree.
// Nothing when they are not on this machine.
std::optional<std::filesystem::path> shared_file(const std::filesystem::path& relative);

// A program of Debian, looked for in PATH and the sbin folders. Throws Failure that names
// `package` when it is missing.
std::filesystem::path system_program(const std::string& name, const std::string& package);

}  // namespace vitalgate::test
