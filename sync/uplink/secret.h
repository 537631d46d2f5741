// Passwords, read when they are needed and not before.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

namespace vitalgate::sync {

// The first line of `file`, without the space around it; empty when there is none. The file was
// readable when the configuration was checked.
std::string secret_in(const std::optional<std::filesystem::path>& file);

}  // namespace vitalgate::sync
