// TLS as clinics meet it: one handshake with the same files and rules as the uplinks, told in
// words that say what to do next.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "agent/core/clock.h"
#include "agent/core/result.h"
#include "config/settings.h"

namespace vitalgate::sync {

// The clinic's HTTP proxy. Speaks HTTP CONNECT, with a Basic login when there is one.
struct TlsProxy {
  std::string host;
  std::uint16_t port = 0;
  std::optional<std::string> username = {};
  std::optional<std::filesystem::path> password = {};  // a file that holds it
};

struct TlsEndpoint {
  std::string host;  // a name or an address; the certificate must be for it
  std::uint16_t port = 0;
  std::filesystem::path ca;
  std::optional<std::filesystem::path> certificate = {};
  std::optional<std::filesystem::path> key = {};  // as TlsFiles::key
  std::optional<TlsProxy> proxy = {};
};

// Where `transport` of a destination connects to. Not Transport::automatic.
TlsEndpoint endpoint_of(const config::DestinationSettings& settings, config::Transport transport);

// Whom the handshake met.
struct TlsPeer {
  std::string version;  // "TLSv1.3"
  std::string cipher;   // "TLS_AES_256_GCM_SHA384"
  std::string subject;  // of its certificate, as in CertificateFacts
  std::string issuer;
  int days_left = 0;  // until the first certificate of its chain runs out
};

// Connects, shakes hands, waits a moment for the peer's word on our certificate, and hangs up.
// Errors: `unavailable` when the other side was not reached or broke off, or the gateway's clock
// is not set; `rejected` when it or our own files failed the check: a person must act. Each has a
// hint. Blocks up to `deadline`, name resolution included. Any thread. Certificates are judged at
// `now`.
Result<TlsPeer> probe_tls(const TlsEndpoint& endpoint, std::chrono::milliseconds deadline,
                          WallTime now = wall_now());

}  // namespace vitalgate::sync
