// Why a handshake failed, in words. Only this folder includes this; the table a technician reads
// is in docs/delivery.md.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "agent/core/clock.h"
#include "agent/core/result.h"
#include "sync/tls/certificate.h"
#include "sync/tls/probe.h"

namespace vitalgate::sync {

// What the probe saw up to the failure.
struct HandshakeNotes {
  const TlsEndpoint& endpoint;
  WallTime now;
  long verdict = 0;  // X509_V_*, of the first certificate refused
  int depth = 0;     // of that one: 0 is the peer's own
  std::optional<CertificateFacts> refused = {};
  std::string first_bytes = {};  // that the peer sent
  bool asked_for_ours = false;   // the peer wants a certificate of us
};

// Our own certificate before anybody is asked: run out, or not valid yet.
Result<> check_own_certificate(const TlsEndpoint& endpoint, WallTime now);

// The peer's certificate was refused: notes.verdict.
Error distrusted(const HandshakeNotes& notes);

// OpenSSL's `code` ended the handshake: an alert of the peer, or something it sent.
Error broken_off(const HandshakeNotes& notes, unsigned long code);

// The connection ended without a word, after `received` bytes.
Error hung_up(const HandshakeNotes& notes, std::size_t received);

// The first bytes that the peer sent are not TLS.
Error no_tls(const TlsEndpoint& endpoint, std::string_view first_bytes);

// It accepted and said nothing until the deadline.
Error silent(const TlsEndpoint& endpoint);

}  // namespace vitalgate::sync
