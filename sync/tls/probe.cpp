#include "sync/tls/probe.h"

#include <openssl/x509v3.h>
#include <poll.h>
#include <signal.h>

#include <algorithm>
#include <charconv>

#include "sync/tls/context.h"
#include "sync/tls/dial.h"
#include "sync/tls/failure.h"
#include "sync/tls/openssl.h"

namespace vitalgate::sync {
namespace {

// With TLS 1.3 our side is done before the peer has looked at our certificate. Its word, good or
// bad, comes within a round trip; a peer that never sends one is taken for content.
constexpr auto kLastWord = std::chrono::seconds(1);

// OpenSSL writes with write(): a peer that hung up would end a process that does not ignore
// SIGPIPE.
class NoPipeSignal {
 public:
  NoPipeSignal() {
    sigemptyset(&pipe_);
    sigaddset(&pipe_, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &pipe_, &before_);
  }
  NoPipeSignal(const NoPipeSignal&) = delete;
  NoPipeSignal& operator=(const NoPipeSignal&) = delete;
  ~NoPipeSignal() {
    const timespec at_once{};
    if (sigismember(&before_, SIGPIPE) == 0) sigtimedwait(&pipe_, nullptr, &at_once);
    pthread_sigmask(SIG_SETMASK, &before_, nullptr);
  }

 private:
  sigset_t pipe_{};
  sigset_t before_{};
};

HandshakeNotes& notes_of(SSL* ssl) { return *static_cast<HandshakeNotes*>(SSL_get_app_data(ssl)); }

// Looks on while OpenSSL judges the chain; changes no verdict.
int note_verdict(int good, X509_STORE_CTX* chain) {
  if (good == 1) return good;
  const int index = SSL_get_ex_data_X509_STORE_CTX_idx();
  HandshakeNotes& notes = notes_of(static_cast<SSL*>(X509_STORE_CTX_get_ex_data(chain, index)));
  notes.verdict = X509_STORE_CTX_get_error(chain);
  notes.depth = X509_STORE_CTX_get_error_depth(chain);
  if (X509* const at = X509_STORE_CTX_get_current_cert(chain); at != nullptr)
    notes.refused = facts_of(at);
  return good;
}

// The header of the first record that comes, before OpenSSL judges it.
void note_first_bytes(int sent, int, int type, const void* bytes, std::size_t size, SSL* ssl,
                      void*) {
  HandshakeNotes& notes = notes_of(ssl);
  if (sent == 0 && type == SSL3_RT_HEADER && notes.first_bytes.empty())
    notes.first_bytes.assign(static_cast<const char*>(bytes), size);
}

int note_request(SSL* ssl, void*) {
  notes_of(ssl).asked_for_ours = true;
  return 1;
}

Result<> set_name(SSL* ssl, const std::string& host) {
  X509_VERIFY_PARAM* const rules = SSL_get0_param(ssl);
  if (X509_VERIFY_PARAM_set1_ip_asc(rules, host.c_str()) == 1) return {};
  X509_VERIFY_PARAM_set_hostflags(rules, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
  if (X509_VERIFY_PARAM_set1_host(rules, host.c_str(), 0) == 1 &&
      SSL_set_tlsext_host_name(ssl, host.c_str()) == 1)
    return {};
  return Error{Errc::rejected, "'" + host + "' is not a host name", "check destination.host"};
}

std::size_t received(SSL* ssl) {
  return static_cast<std::size_t>(BIO_number_read(SSL_get_rbio(ssl)));
}

// A TLS record begins with its type, 20 to 23.
bool is_foreign(const std::string& first_bytes) {
  return !first_bytes.empty() && (first_bytes[0] < 20 || first_bytes[0] > 23);
}

// What a failed step of OpenSSL means.
Error failed(const HandshakeNotes& notes, SSL* ssl) {
  const unsigned long code = ERR_peek_last_error();
  ERR_clear_error();
  if (notes.verdict != X509_V_OK && notes.refused) return distrusted(notes);
  if (ERR_GET_REASON(code) == SSL_R_WRONG_VERSION_NUMBER && is_foreign(notes.first_bytes))
    return no_tls(notes.endpoint, notes.first_bytes);
  const bool ended = code == 0 || ERR_GET_REASON(code) == SSL_R_UNEXPECTED_EOF_WHILE_READING;
  return ended ? hung_up(notes, received(ssl)) : broken_off(notes, code);
}

Result<> shake_hands(const HandshakeNotes& notes, SSL* ssl, int fd, Clock::time_point deadline) {
  for (;;) {
    ERR_clear_error();
    const int done = SSL_connect(ssl);
    if (done == 1) return {};
    const int want = SSL_get_error(ssl, done);
    if (want != SSL_ERROR_WANT_READ && want != SSL_ERROR_WANT_WRITE) return failed(notes, ssl);
    if (!wait_for(fd, want == SSL_ERROR_WANT_READ ? POLLIN : POLLOUT, deadline))
      return silent(notes.endpoint);
  }
}

// The peer's word on our certificate: an alert or a hang-up is a no, anything else a yes.
Result<> hear_last_word(const HandshakeNotes& notes, SSL* ssl, int fd, Clock::time_point deadline) {
  if (!notes.asked_for_ours || SSL_version(ssl) < TLS1_3_VERSION) return {};
  const auto until = std::min(deadline, Clock::now() + kLastWord);
  const std::size_t before = received(ssl);
  while (wait_for(fd, POLLIN, until)) {
    char ignored = 0;
    ERR_clear_error();
    const int count = SSL_read(ssl, &ignored, 1);
    const int want = SSL_get_error(ssl, count);
    if (count <= 0 && want != SSL_ERROR_WANT_READ) return failed(notes, ssl);
    if (count > 0 || received(ssl) > before) return {};
  }
  return {};
}

TlsPeer peer_of(SSL* ssl, WallTime now) {
  TlsPeer peer{SSL_get_version(ssl), SSL_get_cipher_name(ssl), {}, {}, 0};
  const STACK_OF(X509)* const chain = SSL_get0_verified_chain(ssl);
  std::optional<WallTime> until;
  for (int i = 0; i < sk_X509_num(chain); ++i) {
    CertificateFacts facts = facts_of(sk_X509_value(chain, i));
    until = std::min(until.value_or(facts.not_after), facts.not_after);
    if (i > 0) continue;
    peer.subject = std::move(facts.subject);
    peer.issuer = std::move(facts.issuer);
  }
  if (until) peer.days_left = days_left(*until, now);
  return peer;
}

}  // namespace

TlsEndpoint endpoint_of(const config::DestinationSettings& settings, config::Transport transport) {
  TlsEndpoint endpoint{settings.host, config::port_of(settings, transport),
                       settings.ca,   settings.certificate,
                       settings.key,  std::nullopt};
  if (!settings.proxy) return endpoint;
  // "http://host:port": the settings were checked when they were read.
  std::string_view text = *settings.proxy;
  text.remove_prefix(std::min(text.find("//") + 2, text.size()));
  const std::size_t colon = std::min(text.rfind(':'), text.size());
  std::string_view host = text.substr(0, colon);
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  TlsProxy proxy{std::string(host), 0, settings.proxy_username, settings.proxy_password};
  const std::string_view port = text.substr(std::min(colon + 1, text.size()));
  std::from_chars(port.data(), port.data() + port.size(), proxy.port);
  endpoint.proxy = std::move(proxy);
  return endpoint;
}

Result<TlsPeer> probe_tls(const TlsEndpoint& endpoint, std::chrono::milliseconds timeout,
                          WallTime now) {
  const auto deadline = Clock::now() + timeout;
  const OwnedContext context(SSL_CTX_new(TLS_client_method()));
  VG_CHECK(context != nullptr);
  VG_TRY(check_own_certificate(endpoint, now));
  VG_TRY(apply_policy(*context, {endpoint.ca, endpoint.certificate, endpoint.key}));
  SSL_CTX_set_cert_cb(context.get(), note_request, nullptr);
  const Owned<SSL, SSL_free> ssl(SSL_new(context.get()));
  VG_CHECK(ssl != nullptr);
  HandshakeNotes notes{endpoint, now};
  SSL_set_app_data(ssl.get(), &notes);
  SSL_set_verify(ssl.get(), SSL_VERIFY_PEER, note_verdict);
  SSL_set_msg_callback(ssl.get(), note_first_bytes);
  X509_VERIFY_PARAM_set_time(SSL_get0_param(ssl.get()), std::chrono::system_clock::to_time_t(now));
  VG_TRY(set_name(ssl.get(), endpoint.host));

  const NoPipeSignal quiet;
  const Socket socket = VG_TRY(dial(endpoint, deadline));
  VG_CHECK(SSL_set_fd(ssl.get(), socket.fd()) == 1);
  VG_TRY(shake_hands(notes, ssl.get(), socket.fd(), deadline));
  VG_TRY(hear_last_word(notes, ssl.get(), socket.fd(), deadline));
  TlsPeer peer = peer_of(ssl.get(), now);
  SSL_shutdown(ssl.get());
  ERR_clear_error();
  return peer;
}

}  // namespace vitalgate::sync
