// A key for the buffer of a test.
#pragma once

#include <filesystem>
#include <string>

namespace vitalgate::test {

// Writes `file` with mode 0400, as the agent wants it, unless it is there: a second agent in the
// same folder opens the first one's buffer. Gives the reference to it, "file:/...".
std::string write_key(const std::filesystem::path& file);

}  // namespace vitalgate::test
