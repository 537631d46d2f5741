// TLS as clinics meet it: one handshake with the same files and rules as the uplinks, told in
// words that say what to do next.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "agent/core/result.h"

namespace vitalgate::sync {

struct TlsEndpoint {
  std::string host;  // a name or an address; the certificate must be for it
  std::uint16_t port = 0;
  std::filesystem::path ca;
  std::optional<std::filesystem::path> certificate;
  std::optional<std::filesystem::path> key;
};

// AEAD suites with forward secrecy, which only TLS 1.2 and newer have, at security level 2.
inline constexpr const char* kTlsCiphers = "ECDHE+AESGCM:ECDHE+CHACHA20:@SECLEVEL=2";

// Connects, shakes hands and hangs up. Errors: `unavailable` when the other side was not reached
// or broke off, `rejected` when it or our own files failed the check: a person must act. Each
// has a hint. Blocks up to `deadline`, name resolution not included.
Result<> probe_tls(const TlsEndpoint& endpoint, std::chrono::milliseconds deadline);

}  // namespace vitalgate::sync
