#include "sync/tls/failure.h"

#include <algorithm>
#include <array>
#include <cctype>

#include "sync/tls/dial.h"
#include "sync/tls/openssl.h"

namespace vitalgate::sync {
namespace {

std::string place(const TlsEndpoint& endpoint) { return place_of(endpoint.host, endpoint.port); }

Error rejected(std::string what, std::string hint) {
  return {Errc::rejected, std::move(what), std::move(hint)};
}

Error unavailable(std::string what, std::string hint) {
  return {Errc::unavailable, std::move(what), std::move(hint)};
}

// Names that products for TLS inspection put into the certificates they make.
bool is_inspector(std::string_view issuer) {
  constexpr std::array<std::string_view, 27> kNames{
      "zscaler",   "fortinet",   "fortigate", "palo alto",  "sophos",      "netskope",
      "umbrella",  "blue coat",  "bluecoat",  "forcepoint", "websense",    "check point",
      "barracuda", "watchguard", "sonicwall", "kaspersky",  "bitdefender", "eset ssl",
      "avast",     "mitmproxy",  "squid",     "pfsense",    "smoothwall",  "skyhigh",
      "untangle",  "inspection", "proxy"};
  std::string lower(issuer);
  std::ranges::transform(lower, lower.begin(), [](unsigned char c) { return std::tolower(c); });
  return std::ranges::any_of(
      kNames, [&](std::string_view name) { return lower.find(name) != std::string::npos; });
}

Error unset_clock(const std::string& who, WallTime now) {
  return unavailable(
      "the gateway's clock is not set (it says " + day_of(now) + "), so " + who +
          " is not valid yet",
      "it connects by itself once the time is right: timedatectl status; allow NTP (UDP 123)");
}

Error not_yet_valid(const std::string& who, const CertificateFacts& facts, WallTime now) {
  if (!is_plausible(now)) return unset_clock(who, now);
  return unavailable(who + " is not valid yet: it begins on " + day_of(facts.not_before) +
                         ", and the gateway's clock says " + day_of(now),
                     "the gateway's clock is probably wrong: timedatectl status");
}

Error wrong_name(const HandshakeNotes& notes, const std::string& who) {
  return rejected(who + " is for another name (" + notes.refused->names + ")",
                  "set destination.host to the name in the certificate, or have the hub's "
                  "certificate issued for " +
                      notes.endpoint.host);
}

Error unknown_issuer(const HandshakeNotes& notes, const std::string& who) {
  const std::string& ca = notes.endpoint.ca.string();
  const std::string& issuer = notes.refused->issuer;
  if (notes.depth == 0 && notes.refused->self_signed)
    return rejected(
        who + " signed itself (self-signed, '" + notes.refused->subject + "')",
        "have it signed by the authority in " + ca +
            ", or put it there after comparing its fingerprint with the hub's operator");
  if (is_inspector(issuer))
    return rejected(who + " was made by '" + issuer + "', not by an authority in " + ca +
                        ": a proxy that inspects TLS stands between",
                    "ask clinic IT to exempt " + place(notes.endpoint) + " from TLS inspection");
  return rejected(
      who + " is signed by an authority that " + ca + " does not contain: '" + issuer + "'",
      "if that is the hub's authority, put its root certificate into the file "
      "(destination.ca); if not, ask clinic IT whether a proxy inspects TLS");
}

// The peer refuses our certificate, as alerts of the kind certificate_* say.
Error refuses_ours(const HandshakeNotes& notes, const std::string& why, const std::string& hint) {
  return rejected(place(notes.endpoint) + " refuses this gateway's certificate: " + why, hint);
}

Error asks_for_ours(const HandshakeNotes& notes) {
  return rejected(
      place(notes.endpoint) + " asks for a certificate of this gateway, and there is none",
      "set destination.certificate and destination.key");
}

// What a fatal alert of the peer means. Nothing for one that says nothing useful.
std::optional<Error> alert(const HandshakeNotes& notes, int reason) {
  const std::string operators = "ask the hub's operator";
  switch (reason) {
    case SSL_R_TLSV1_ALERT_UNKNOWN_CA:
      return refuses_ours(notes, "it does not know the authority that signed it",
                          operators +
                              " to trust that authority, and check that "
                              "destination.certificate holds the whole chain");
    case SSL_R_SSLV3_ALERT_CERTIFICATE_EXPIRED:
      return refuses_ours(notes, "by its clock it has expired",
                          "renew it (destination.certificate); if it is new, " + operators +
                              " about the hub's clock");
    case SSL_R_SSLV3_ALERT_CERTIFICATE_REVOKED:
      return refuses_ours(notes, "it was revoked", operators + " for a new one");
    case SSL_R_SSLV3_ALERT_BAD_CERTIFICATE:
    case SSL_R_SSLV3_ALERT_UNSUPPORTED_CERTIFICATE:
    case SSL_R_SSLV3_ALERT_CERTIFICATE_UNKNOWN:
    case SSL_R_TLSV1_ALERT_DECRYPT_ERROR:
      return refuses_ours(notes, "it is not acceptable there",
                          operators +
                              " whether it is made for clients (clientAuth) and for this "
                              "gateway");
    case SSL_R_TLSV1_ALERT_ACCESS_DENIED:
      return refuses_ours(notes, "access denied", operators + " to enrol this gateway");
    case SSL_R_TLSV13_ALERT_CERTIFICATE_REQUIRED:
      return asks_for_ours(notes);
    case SSL_R_TLSV1_UNRECOGNIZED_NAME:
      return rejected(
          place(notes.endpoint) + " serves nothing under the name " + notes.endpoint.host,
          "check destination.host");
    default:
      return std::nullopt;
  }
}

Error too_old(const HandshakeNotes& notes) {
  return rejected(place(notes.endpoint) + " speaks only a TLS older than 1.2",
                  "the hub's operator must switch TLS 1.2 or 1.3 on");
}

Error no_common_cipher(const HandshakeNotes& notes) {
  return rejected(
      place(notes.endpoint) + " and this gateway have no cipher in common",
      "the hub's operator must allow ECDHE with AES-GCM or ChaCha20 (any TLS 1.3 server does)");
}

}  // namespace

Result<> check_own_certificate(const TlsEndpoint& endpoint, WallTime now) {
  if (!endpoint.certificate) return {};
  const auto chain = read_certificates(*endpoint.certificate);
  if (!chain) return {};  // whoever loads it says more
  const CertificateFacts& own = chain->front();
  const std::string who = "this gateway's certificate " + endpoint.certificate->string();
  if (own.not_before > now) return not_yet_valid(who, own, now);
  if (own.not_after >= now) return {};
  return rejected(who + " has expired on " + day_of(own.not_after),
                  "install a new one there; it is taken without a restart");
}

Error distrusted(const HandshakeNotes& notes) {
  VG_CHECK(notes.refused.has_value());
  const std::string whose =
      notes.depth == 0 ? "the certificate of " : "a certificate in the chain of ";
  const std::string who = whose + place(notes.endpoint);
  switch (notes.verdict) {
    case X509_V_ERR_HOSTNAME_MISMATCH:
    case X509_V_ERR_IP_ADDRESS_MISMATCH:
      return wrong_name(notes, who);
    case X509_V_ERR_CERT_HAS_EXPIRED:
      return rejected(
          who + " has expired on " + day_of(notes.refused->not_after) +
              (notes.depth == 0 ? "" : " ('" + notes.refused->subject + "')"),
          "the hub's operator must renew it; if it is new, check this gateway's clock: date");
    case X509_V_ERR_CERT_NOT_YET_VALID:
      return not_yet_valid(who, *notes.refused, notes.now);
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
      return rejected(
          notes.endpoint.ca.string() + " lacks the root above '" + notes.refused->subject + "'",
          "put the root certificate into that file too (destination.ca)");
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
      return unknown_issuer(notes, who);
    case X509_V_ERR_CERT_SIGNATURE_FAILURE:
      return rejected(who + " is signed by another key than the '" + notes.refused->issuer +
                          "' in " + notes.endpoint.ca.string(),
                      "the hub's CA was probably renewed: get its new certificate "
                      "(destination.ca)");
    case X509_V_ERR_EE_KEY_TOO_SMALL:
    case X509_V_ERR_CA_KEY_TOO_SMALL:
    case X509_V_ERR_CA_MD_TOO_WEAK:
      return rejected(who + " has a key or a signature that is too weak",
                      "the hub's operator must renew it with EC P-256 or RSA 2048, and SHA-256");
    default:
      return rejected(who + " is not trusted: " + X509_verify_cert_error_string(notes.verdict),
                      "ask the hub's operator for a valid certificate");
  }
}

Error broken_off(const HandshakeNotes& notes, unsigned long code) {
  const int reason = ERR_GET_REASON(code);
  if (auto known = alert(notes, reason)) return *std::move(known);
  switch (reason) {
    case SSL_R_UNSUPPORTED_PROTOCOL:
    case SSL_R_TLSV1_ALERT_PROTOCOL_VERSION:
      return too_old(notes);
    case SSL_R_WRONG_CIPHER_RETURNED:
    case SSL_R_TLSV1_ALERT_INSUFFICIENT_SECURITY:
      return no_common_cipher(notes);
    case SSL_R_EE_KEY_TOO_SMALL:
    case SSL_R_DH_KEY_TOO_SMALL:
    case SSL_R_BAD_ECPOINT:
      return rejected(place(notes.endpoint) + " uses a key that is too weak",
                      "the hub's operator must renew it with EC P-256 or RSA 2048");
    case SSL_R_SSLV3_ALERT_HANDSHAKE_FAILURE:
      if (notes.asked_for_ours && !notes.endpoint.certificate) return asks_for_ours(notes);
      return notes.asked_for_ours ? refuses_ours(notes, "without saying why",
                                                 "ask the hub's operator to look into its log")
                                  : no_common_cipher(notes);
    default:
      break;
  }
  const char* text = ERR_reason_error_string(code);
  return unavailable(place(notes.endpoint) +
                         " broke off the TLS handshake: " + (text == nullptr ? "unknown" : text),
                     "check that destination.port is the hub's TLS port; if it is, ask the hub's "
                     "operator to look into its log");
}

Error hung_up(const HandshakeNotes& notes, std::size_t received) {
  const std::string who = place(notes.endpoint);
  if (notes.asked_for_ours)
    return unavailable(who + " hung up after it asked for this gateway's certificate",
                       "ask the hub's operator whether it is enrolled");
  if (received > 0)
    return unavailable(who + " hung up in the middle of the TLS handshake",
                       "if it stays so, a firewall may cut TLS: ask clinic IT about " + who);
  return unavailable(who + " hung up without a word of TLS",
                     "destination.port is probably a port without TLS (plain MQTT is 1883, over "
                     "TLS 8883); if it is right, a firewall may cut TLS: ask clinic IT");
}

Error no_tls(const TlsEndpoint& endpoint, std::string_view first_bytes) {
  const bool http = first_bytes.starts_with("HTTP");
  return rejected(
      place(endpoint) + " does not speak TLS" + (http ? ": it answers in plain HTTP" : ""),
      http ? "use the hub's HTTPS port (destination.port); a login page of the clinic's "
             "network answers so too"
           : "use the hub's TLS port (destination.port): MQTT over TLS is 8883");
}

Error silent(const TlsEndpoint& endpoint) {
  return unavailable(place(endpoint) + " accepts but does not answer",
                     "check that destination.port is the hub's TLS port; if it is, the hub may "
                     "hang or a firewall may hold TLS back");
}

}  // namespace vitalgate::sync
