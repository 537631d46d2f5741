// SHA-256 (FIPS 180-4).
#pragma once

#include <string>
#include <string_view>

namespace vitalgate::sync {

// 64 lower-case hex digits.
std::string sha256_hex(std::string_view bytes);
// 32 bytes.
std::string sha256(std::string_view bytes);

}  // namespace vitalgate::sync
