// The bytes of a key file, as they lie in `keys.a` and `keys.b`. Numbers are little-endian.
//
//   8 bytes   "VGKEYS1\n"
//   8         generation: a later one replaces an earlier one
//   1 + n     the gateway's id
//   5         fingerprint of the key-encryption key
//   2 + n     public recovery key, DER; empty when none is enrolled
//   2         count of keys, and for each, by rising number from 0:
//     4         number
//     8         created, UTC milliseconds
//     93        the key, sealed by the key-encryption key (sealing.h)
//     2 + n     the key, wrapped by the recovery key; empty when none is enrolled
//   16        tag of all above under the key-encryption key: tells a forged file
//   64        SHA-256 of all above in hexadecimal: tells a damaged file without any key
//
// Pure; any thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "agent/core/result.h"

namespace vitalgate::sync {

inline constexpr std::size_t kKeysMax = 1024;
inline constexpr std::size_t kKeyFileBytesMax = 2'097'152;
inline constexpr std::size_t kFingerprintDigits = 10;

struct WrappedKey {
  std::uint32_t number = 0;
  std::int64_t created_ms = 0;
  std::string wrapped;
  std::string recovery;
};

struct KeyFile {
  std::uint64_t generation = 0;
  std::string gateway;
  std::string key_fingerprint;  // kFingerprintDigits hexadecimal digits
  std::string recovery_public;
  std::vector<WrappedKey> keys;
  std::string tag;
};

// What the tag is made of.
std::string key_file_body(const KeyFile& file);
// Body, tag and digest.
std::string write_key_file(const KeyFile& file);
// `malformed`, with the reason, unless write_key_file() made exactly these bytes.
Result<KeyFile> parse_key_file(std::string_view bytes);

}  // namespace vitalgate::sync
