#include "sync/tls.h"

#include <fcntl.h>
#include <netdb.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <memory>

#include "agent/core/clock.h"

namespace vitalgate::sync {
namespace {

template <auto Free>
struct Deleter {
  template <class T>
  void operator()(T* pointer) const {
    Free(pointer);
  }
};
template <class T, auto Free>
using Owned = std::unique_ptr<T, Deleter<Free>>;

class Socket {
 public:
  explicit Socket(int fd) : fd_(fd) {}
  Socket(Socket&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Socket& operator=(Socket&&) = delete;
  ~Socket() {
    if (fd_ >= 0) ::close(fd_);
  }
  [[nodiscard]] int fd() const { return fd_; }

 private:
  int fd_;
};

std::string place(const TlsEndpoint& endpoint) {
  return endpoint.host + ":" + std::to_string(endpoint.port);
}

bool wait_for(int fd, short events, Clock::time_point deadline) {
  const auto left =
      std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Clock::now()).count();
  pollfd entry{fd, events, 0};
  return left > 0 && ::poll(&entry, 1, static_cast<int>(left)) == 1;
}

Error unreachable(const TlsEndpoint& endpoint, int code) {
  if (code == ECONNREFUSED)
    return {Errc::unavailable, "nothing listens on " + place(endpoint) + " (connection refused)",
            "check that the broker runs, then destination.port"};
  if (code == ETIMEDOUT)
    return {Errc::unavailable, "no answer from " + place(endpoint),
            "a firewall may block port " + std::to_string(endpoint.port) +
                ": ask clinic IT to allow it outbound"};
  return {Errc::unavailable, "cannot reach " + place(endpoint) + ": " + std::strerror(code),
          "check the network cable and the default route: ip route"};
}

Result<Socket> connect_to(const TlsEndpoint& endpoint, Clock::time_point deadline) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* list = nullptr;
  const std::string port = std::to_string(endpoint.port);
  if (const int code = getaddrinfo(endpoint.host.c_str(), port.c_str(), &hints, &list); code != 0)
    return Error{Errc::unavailable, "cannot resolve " + endpoint.host + ": " + gai_strerror(code),
                 "check destination.host, then the DNS server: resolvectl query " + endpoint.host};
  const Owned<addrinfo, freeaddrinfo> owned(list);
  int last = ETIMEDOUT;
  for (const addrinfo* at = list; at != nullptr; at = at->ai_next) {
    Socket socket(::socket(at->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (socket.fd() < 0) continue;
    if (::connect(socket.fd(), at->ai_addr, at->ai_addrlen) == 0) return socket;
    last = errno;
    if (last != EINPROGRESS) continue;
    last = ETIMEDOUT;
    if (!wait_for(socket.fd(), POLLOUT, deadline)) continue;
    socklen_t size = sizeof last;
    if (::getsockopt(socket.fd(), SOL_SOCKET, SO_ERROR, &last, &size) == 0 && last == 0)
      return socket;
  }
  return unreachable(endpoint, last);
}

std::string queued_reason() {
  const char* reason = ERR_reason_error_string(ERR_peek_last_error());
  std::string text = reason == nullptr ? "unknown" : reason;
  ERR_clear_error();
  return text;
}

Result<> use_files(SSL_CTX* context, const TlsEndpoint& endpoint) {
  if (SSL_CTX_load_verify_file(context, endpoint.ca.c_str()) != 1)
    return Error{Errc::rejected,
                 "cannot use the CA file " + endpoint.ca.string() + ": " + queued_reason(),
                 "it must hold the hub's CA certificate in PEM form (destination.ca)"};
  if (!endpoint.certificate || !endpoint.key) return {};
  if (SSL_CTX_use_certificate_chain_file(context, endpoint.certificate->c_str()) != 1)
    return Error{
        Errc::rejected,
        "cannot use the certificate " + endpoint.certificate->string() + ": " + queued_reason(),
        "it must be a PEM certificate (destination.certificate)"};
  if (SSL_CTX_use_PrivateKey_file(context, endpoint.key->c_str(), SSL_FILETYPE_PEM) != 1 ||
      SSL_CTX_check_private_key(context) != 1)
    return Error{Errc::rejected,
                 "cannot use the key " + endpoint.key->string() + ": " + queued_reason(),
                 "destination.key must be the PEM key that belongs to destination.certificate"};
  return {};
}

// The names a certificate is for: what a technician compares with destination.host.
std::string names_of(X509* certificate) {
  std::string names;
  const Owned<GENERAL_NAMES, GENERAL_NAMES_free> list(static_cast<GENERAL_NAMES*>(
      X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr)));
  for (int i = 0; list && i < sk_GENERAL_NAME_num(list.get()) && names.size() < 200; ++i) {
    const GENERAL_NAME* entry = sk_GENERAL_NAME_value(list.get(), i);
    if (entry->type != GEN_DNS) continue;
    const ASN1_STRING* text = entry->d.dNSName;
    if (!names.empty()) names += ", ";
    names.append(reinterpret_cast<const char*>(ASN1_STRING_get0_data(text)),
                 static_cast<std::size_t>(ASN1_STRING_length(text)));
  }
  for (char& c : names)
    if (c < 0x20 || c > 0x7e) c = '?';
  return names.empty() ? "no name" : names;
}

Error distrusted(const TlsEndpoint& endpoint, long code, X509* certificate) {
  const std::string who = "the certificate of " + place(endpoint);
  switch (code) {
    case X509_V_ERR_HOSTNAME_MISMATCH:
    case X509_V_ERR_IP_ADDRESS_MISMATCH:
      return {Errc::rejected,
              who + " is for another name" +
                  (certificate != nullptr ? " (" + names_of(certificate) + ")" : ""),
              "set destination.host to the name in the certificate, or have the hub's certificate "
              "issued for " +
                  endpoint.host};
    case X509_V_ERR_CERT_HAS_EXPIRED:
      return {Errc::rejected, who + " has expired",
              "the hub's operator must renew it; if it is new, check this gateway's clock: date"};
    case X509_V_ERR_CERT_NOT_YET_VALID:
      return {Errc::unavailable, who + " is not valid yet by this gateway's clock",
              "the gateway's clock is probably wrong: timedatectl status"};
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
    case X509_V_ERR_CERT_SIGNATURE_FAILURE:
      return {Errc::rejected,
              who + " is signed by an authority that " + endpoint.ca.string() + " does not contain",
              "put the hub's CA certificate into that file (destination.ca); if it is there, ask "
              "clinic IT whether a proxy inspects TLS"};
    default:
      return {Errc::rejected, who + " is not trusted: " + X509_verify_cert_error_string(code),
              "ask the hub's operator for a valid certificate"};
  }
}

Result<> set_name(SSL* ssl, const std::string& host) {
  X509_VERIFY_PARAM* const rules = SSL_get0_param(ssl);
  if (X509_VERIFY_PARAM_set1_ip_asc(rules, host.c_str()) == 1) return {};
  if (X509_VERIFY_PARAM_set1_host(rules, host.c_str(), 0) != 1 ||
      SSL_set_tlsext_host_name(ssl, host.c_str()) != 1)
    return Error{Errc::rejected, "'" + host + "' is not a host name", "check destination.host"};
  return {};
}

Result<> shake_hands(SSL* ssl, const TlsEndpoint& endpoint, int fd, Clock::time_point deadline) {
  for (;;) {
    ERR_clear_error();
    const int done = SSL_connect(ssl);
    if (done == 1) return {};
    const int want = SSL_get_error(ssl, done);
    if (want == SSL_ERROR_WANT_READ || want == SSL_ERROR_WANT_WRITE) {
      if (wait_for(fd, want == SSL_ERROR_WANT_READ ? POLLIN : POLLOUT, deadline)) continue;
      return Error{Errc::unavailable, place(endpoint) + " accepts but does not answer",
                   "check that destination.port is the broker's TLS port"};
    }
    if (const long code = SSL_get_verify_result(ssl); code != X509_V_OK)
      return distrusted(endpoint, code, SSL_get0_peer_certificate(ssl));
    return Error{Errc::unavailable,
                 place(endpoint) + " broke off the TLS handshake: " + queued_reason(),
                 "check that destination.port is the broker's TLS port and that the broker accepts "
                 "TLS 1.2 or newer"};
  }
}

}  // namespace

Result<> probe_tls(const TlsEndpoint& endpoint, std::chrono::milliseconds timeout) {
  const auto deadline = Clock::now() + timeout;
  const Owned<SSL_CTX, SSL_CTX_free> context(SSL_CTX_new(TLS_client_method()));
  VG_CHECK(context != nullptr);
  SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION);
  SSL_CTX_set_cipher_list(context.get(), kTlsCiphers);
  SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER, nullptr);
  VG_TRY(use_files(context.get(), endpoint));
  const Socket socket = VG_TRY(connect_to(endpoint, deadline));
  const Owned<SSL, SSL_free> ssl(SSL_new(context.get()));
  VG_CHECK(ssl != nullptr && SSL_set_fd(ssl.get(), socket.fd()) == 1);
  VG_TRY(set_name(ssl.get(), endpoint.host));
  VG_TRY(shake_hands(ssl.get(), endpoint, socket.fd(), deadline));
  SSL_shutdown(ssl.get());
  return {};
}

}  // namespace vitalgate::sync
