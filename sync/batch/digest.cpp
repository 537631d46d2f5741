#include "sync/batch/digest.h"

#include <openssl/evp.h>

#include "agent/core/check.h"

namespace vitalgate::sync {

std::string sha256(std::string_view bytes) {
  // Fetched once: EVP_sha256() would look the algorithm up at every call.
  static const EVP_MD* const kAlgorithm = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  std::string digest(32, '\0');
  unsigned length = 0;
  VG_CHECK(EVP_Digest(bytes.data(), bytes.size(), reinterpret_cast<unsigned char*>(digest.data()),
                      &length, kAlgorithm, nullptr) == 1);
  return digest;
}

std::string sha256_hex(std::string_view bytes) {
  constexpr std::string_view kHex = "0123456789abcdef";
  std::string hex;
  hex.reserve(64);
  for (const char byte : sha256(bytes)) {
    hex.push_back(kHex[static_cast<unsigned char>(byte) >> 4]);
    hex.push_back(kHex[static_cast<unsigned char>(byte) & 15]);
  }
  return hex;
}

}  // namespace vitalgate::sync
