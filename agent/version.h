// The version of this build: the root CMakeLists.txt says it, once.
#pragma once

#include <string_view>

namespace vitalgate {

inline constexpr std::string_view kVersion = VITALGATE_VERSION;

}  // namespace vitalgate
