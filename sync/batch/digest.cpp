#include "sync/batch/digest.h"

#include <openssl/evp.h>

#include <array>

#include "agent/core/check.h"

namespace vitalgate::sync {

std::string sha256_hex(std::string_view bytes) {
  // Fetched once: EVP_sha256() would look the algorithm up at every call.
  static const EVP_MD* const kAlgorithm = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  std::array<unsigned char, 32> digest{};
  unsigned length = 0;
  VG_CHECK(EVP_Digest(bytes.data(), bytes.size(), digest.data(), &length, kAlgorithm, nullptr) ==
           1);
  constexpr std::string_view kHex = "0123456789abcdef";
  std::string hex;
  hex.reserve(64);
  for (const unsigned char byte : digest) {
    hex.push_back(kHex[byte >> 4]);
    hex.push_back(kHex[byte & 15]);
  }
  return hex;
}

}  // namespace vitalgate::sync
