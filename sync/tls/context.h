// The one TLS policy of this gateway, for whatever library makes the connection.
#pragma once

#include "agent/core/result.h"
#include "sync/tls/files.h"

namespace vitalgate::sync {

// AEAD suites with forward secrecy, which only TLS 1.2 and newer have, at security level 2.
inline constexpr const char* kTlsCiphers = "ECDHE+AESGCM:ECDHE+CHACHA20:@SECLEVEL=2";

// TLS 1.2 or newer, kTlsCiphers, security level 2 (no RSA below 2048, no SHA-1), the peer's
// certificate checked against `files.ca` and nothing else, our own certificate and key loaded.
// Whatever was set before is replaced. The name is for the caller to check: curl does it with
// VERIFYHOST, Paho with verify. Made for libcurl's CURLOPT_SSL_CTX_FUNCTION and the probe; Paho
// has no such call and is set up with the same files and kTlsCiphers. Errors as load_files().
Result<> apply_policy(ssl_ctx_st& context, const TlsFiles& files);

}  // namespace vitalgate::sync
