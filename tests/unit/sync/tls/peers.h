// What a gateway meets on the other side of a TCP connection: TLS servers with their settings, and
// things that are no TLS server at all. Each is one thread and one connection at a time; its
// destructor ends it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <thread>

#include "tests/unit/sync/tls/pki.h"

namespace vitalgate::test {

// Listens on a free port of the loopback and hands each connection to `serve`, which need not
// close it.
class Listener {
 public:
  explicit Listener(std::function<void(int fd)> serve);
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;
  ~Listener();
  [[nodiscard]] std::uint16_t port() const { return port_; }

 private:
  int fd_ = -1;
  int stop_ = -1;
  std::uint16_t port_ = 0;
  std::thread thread_;
};

struct TlsServerSettings {
  Identity identity;
  std::optional<std::filesystem::path> client_ca = {};  // then a certificate is asked for
  bool client_must = true;                              // and has to be there
  int client_error = 0;  // X509_V_*: what it finds wrong with every client's certificate
  int hello_alert = 0;   // answers every hello with this alert
  int version_min = 0;   // 0: any; else TLS1_VERSION ...
  int version_max = 0;
  std::string ciphers = "DEFAULT:@SECLEVEL=0";
};

// Accepts handshakes and reads until the client hangs up.
std::function<void(int)> tls_server(const TlsServerSettings& settings);

// Reads something, then writes `answer` and hangs up.
std::function<void(int)> answers(std::string answer);

// Accepts and says nothing until the client hangs up.
void says_nothing(int fd);

// Hangs up at once.
void hangs_up(int fd);

// An HTTP proxy: a tunnel to the port of the loopback that CONNECT names, if the request has
// `needed` in it; else `refusal`.
std::function<void(int)> http_proxy(std::string needed, std::string refusal);

}  // namespace vitalgate::test
