#include "tests/unit/sync/tls/peers.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <memory>

#include "sync/tls/openssl.h"
#include "tests/support/failure.h"

namespace vitalgate::test {
namespace {

constexpr int kPatience = 10'000;  // milliseconds without a byte

bool readable(int fd) {
  pollfd entry{fd, POLLIN, 0};
  return ::poll(&entry, 1, kPatience) == 1;
}

// Everything up to `end`, or to the end of the connection.
std::string read_until(int fd, const std::string& end) {
  std::string text;
  char next = 0;
  while (text.find(end) == std::string::npos && readable(fd) && ::recv(fd, &next, 1, 0) == 1)
    text.push_back(next);
  return text;
}

void write_all(int fd, const std::string& text) {
  static_cast<void>(::send(fd, text.data(), text.size(), MSG_NOSIGNAL));
}

int connect_to(std::uint16_t port) {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port);
  if (::connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0) return fd;
  ::close(fd);
  return -1;
}

void relay(int left, int right) {
  std::array<pollfd, 2> ends{{{left, POLLIN, 0}, {right, POLLIN, 0}}};
  std::array<char, 4096> buffer{};
  while (::poll(ends.data(), 2, kPatience) > 0) {
    for (std::size_t i = 0; i < 2; ++i) {
      if (ends.at(i).revents == 0) continue;
      const ssize_t count = ::recv(ends.at(i).fd, buffer.data(), buffer.size(), 0);
      if (count <= 0) return;
      write_all(ends.at(1 - i).fd, {buffer.data(), static_cast<std::size_t>(count)});
    }
  }
}

int hello_alert(SSL*, int* alert, void* argument) {
  *alert = *static_cast<int*>(argument);
  return *alert == 0 ? SSL_CLIENT_HELLO_SUCCESS : SSL_CLIENT_HELLO_ERROR;
}

// The server's own opinion of clients, kept where OpenSSL's callback finds it.
int client_verdict(X509_STORE_CTX* chain, void* argument) {
  const int error = *static_cast<int*>(argument);
  if (error == 0) return X509_verify_cert(chain);
  X509_STORE_CTX_set_error(chain, error);
  return 0;
}

using SharedContext = std::shared_ptr<SSL_CTX>;

SharedContext context_of(TlsServerSettings& settings) {
  SharedContext context(SSL_CTX_new(TLS_server_method()), SSL_CTX_free);
  SSL_CTX* const raw = context.get();
  SSL_CTX_set_security_level(raw, 0);
  const bool good =
      SSL_CTX_set_cipher_list(raw, settings.ciphers.c_str()) == 1 &&
      SSL_CTX_set_min_proto_version(raw, settings.version_min) == 1 &&
      SSL_CTX_set_max_proto_version(raw, settings.version_max) == 1 &&
      SSL_CTX_use_certificate_chain_file(raw, settings.identity.certificate.c_str()) == 1 &&
      SSL_CTX_use_PrivateKey_file(raw, settings.identity.key.c_str(), SSL_FILETYPE_PEM) == 1;
  if (!good) throw Failure("the test's TLS server cannot be set up", "see OpenSSL");
  SSL_CTX_set_client_hello_cb(raw, hello_alert, &settings.hello_alert);
  if (!settings.client_ca) return context;
  SSL_CTX_load_verify_file(raw, settings.client_ca->c_str());
  const int must = settings.client_must ? SSL_VERIFY_FAIL_IF_NO_PEER_CERT : 0;
  SSL_CTX_set_verify(raw, SSL_VERIFY_PEER | must, nullptr);
  SSL_CTX_set_cert_verify_callback(raw, client_verdict, &settings.client_error);
  return context;
}

}  // namespace

Listener::Listener(std::function<void(int fd)> serve) {
  fd_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  stop_ = ::eventfd(0, EFD_CLOEXEC);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  if (::bind(fd_, reinterpret_cast<sockaddr*>(&address), size) != 0 || ::listen(fd_, 8) != 0 ||
      ::getsockname(fd_, reinterpret_cast<sockaddr*>(&address), &size) != 0)
    throw Failure("cannot listen on the loopback", "ip address show lo");
  port_ = ntohs(address.sin_port);
  thread_ = std::thread([this, serve = std::move(serve)] {
    sigset_t pipe{};  // a client may hang up while OpenSSL writes
    sigemptyset(&pipe);
    sigaddset(&pipe, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &pipe, nullptr);
    std::array<pollfd, 2> ends{{{fd_, POLLIN, 0}, {stop_, POLLIN, 0}}};
    while (::poll(ends.data(), 2, -1) > 0 && ends[1].revents == 0) {
      const int client = ::accept4(fd_, nullptr, nullptr, SOCK_CLOEXEC);
      if (client < 0) continue;
      serve(client);
      ::close(client);
    }
  });
}

Listener::~Listener() {
  const std::uint64_t one = 1;
  static_cast<void>(::write(stop_, &one, sizeof one));
  thread_.join();
  ::close(fd_);
  ::close(stop_);
}

std::function<void(int)> tls_server(const TlsServerSettings& wanted) {
  auto settings = std::make_shared<TlsServerSettings>(wanted);
  SharedContext context = context_of(*settings);
  return [settings, context](int fd) {
    const sync::Owned<SSL, SSL_free> ssl(SSL_new(context.get()));
    SSL_set_fd(ssl.get(), fd);
    char ignored = 0;
    if (readable(fd) && SSL_accept(ssl.get()) == 1)
      while (SSL_read(ssl.get(), &ignored, 1) > 0) continue;
    ERR_clear_error();
    ::shutdown(fd, SHUT_WR);
    read_until(fd, "no such end");  // a close with bytes unread would reset what we wrote
  };
}

std::function<void(int)> answers(std::string answer) {
  return [answer = std::move(answer)](int fd) {
    char ignored = 0;
    if (readable(fd)) static_cast<void>(::recv(fd, &ignored, 1, 0));
    write_all(fd, answer);
    ::shutdown(fd, SHUT_WR);
    read_until(fd, "no such end");
  };
}

void says_nothing(int fd) { read_until(fd, "no such end"); }

void hangs_up(int fd) {
  ::shutdown(fd, SHUT_WR);
  read_until(fd, "no such end");
}

std::function<void(int)> http_proxy(std::string needed, std::string refusal) {
  return [needed = std::move(needed), refusal = std::move(refusal)](int fd) {
    const std::string request = read_until(fd, "\r\n\r\n");
    const std::size_t colon = request.find(':');
    const bool good = request.starts_with("CONNECT ") && colon != std::string::npos &&
                      request.find(needed) != std::string::npos;
    if (!good) {
      write_all(fd, refusal);
      return hangs_up(fd);
    }
    const int hub =
        connect_to(static_cast<std::uint16_t>(std::strtoul(&request[colon + 1], nullptr, 10)));
    if (hub < 0) return write_all(fd, "HTTP/1.1 502 Bad Gateway\r\n\r\n");
    write_all(fd, "HTTP/1.1 200 Connection established\r\nX-Cache: MISS\r\n\r\n");
    relay(fd, hub);
    ::close(hub);
  };
}

}  // namespace vitalgate::test
