// Every way in which the hub's side fails, with a real server behind it: the words of the table in
// docs/delivery.md.
#include <netinet/in.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdlib>

#include "tests/support/network.h"
#include "tests/unit/sync/tls/probe_fixture.h"

namespace vitalgate::test {
namespace {

using namespace std::chrono_literals;

class ProbeTest : public ProbeFixture {};

TEST_F(ProbeTest, AGoodServerIsNamedWithItsDaysLeft) {
  const Listener server(tls_server({hub({.until_days = 40})}));
  for (const char* host : {"localhost", "127.0.0.1"}) {
    sync::TlsEndpoint endpoint = at(server.port());
    endpoint.host = host;
    const auto peer = sync::probe_tls(endpoint, kLong);
    ASSERT_TRUE(peer) << peer.error().what;
    EXPECT_EQ(peer->version, "TLSv1.3");
    EXPECT_EQ(peer->subject, "localhost");
    EXPECT_EQ(peer->issuer, "Hub CA");
    EXPECT_EQ(peer->days_left, 39);
  }
}

TEST_F(ProbeTest, Tls12WithForwardSecrecyIsGoodEnough) {
  const Listener server(tls_server({.identity = hub(), .version_max = TLS1_2_VERSION}));
  const auto peer = sync::probe_tls(at(server.port()), kLong);
  ASSERT_TRUE(peer) << peer.error().what;
  EXPECT_EQ(peer->version, "TLSv1.2");
}

TEST_F(ProbeTest, AnotherNameIsRefusedAndBothNamesAreTold) {
  const Listener server(tls_server({hub({.names = "DNS:another.example,IP:10.0.0.5"})}));
  expect_failure(at(server.port()), Errc::rejected,
                 {"another name", "another.example, 10.0.0.5", "localhost"});
}

TEST_F(ProbeTest, TheCommonNameAloneIsNoName) {
  const Listener server(tls_server({hub({.common_name = "localhost", .names = ""})}));
  // OpenSSL still takes a common name when there is no other: a hub of old days goes on working.
  EXPECT_TRUE(sync::probe_tls(at(server.port()), kLong));
}

TEST_F(ProbeTest, AnExpiredCertificateIsToldWithItsLastDay) {
  const Listener server(tls_server({hub({.from_days = -10, .until_days = -1})}));
  expect_failure(at(server.port()), Errc::rejected,
                 {"certificate of localhost", "has expired on 20", "renew"});
}

TEST_F(ProbeTest, ACertificateOfTomorrowIsTriedAgain) {
  const Listener server(tls_server({hub({.from_days = 1})}));
  expect_failure(at(server.port()), Errc::unavailable,
                 {"not valid yet", "gateway's clock says", "timedatectl"});
}

TEST_F(ProbeTest, AClockThatWasNeverSetIsNamedAsTheReason) {
  const Listener server(tls_server({hub()}));
  expect_failure(at(server.port()), Errc::unavailable,
                 {"clock is not set (it says 1970-01-02)", "NTP"}, kLong, WallTime(24h));
}

TEST_F(ProbeTest, AnUnknownAuthorityIsNamed) {
  const Identity other = make_identity(in("other"), {.common_name = "Other CA", .authority = true});
  const Listener server(tls_server({make_identity(in("stranger"), {}, &other)}));
  expect_failure(at(server.port()), Errc::rejected, {"authority", "ca.pem", "'Other CA'"});
}

TEST_F(ProbeTest, AProxyThatInspectsTlsIsNamed) {
  const Identity inspector =
      make_identity(in("inspector"), {.common_name = "Zscaler Intermediate Root CA",
                                      .organisation = "Zscaler Inc.",
                                      .authority = true});
  const Listener server(tls_server({make_identity(in("forged"), {}, &inspector)}));
  expect_failure(at(server.port()), Errc::rejected,
                 {"'Zscaler Intermediate Root CA (Zscaler Inc.)'", "inspects TLS", "exempt"});
}

TEST_F(ProbeTest, ACertificateThatSignedItselfIsTold) {
  const Listener server(tls_server({make_identity(in("self"), {})}));
  expect_failure(at(server.port()), Errc::rejected, {"self-signed", "fingerprint"});
}

TEST_F(ProbeTest, AnAuthorityOfTheSameNameWithAnotherKeyIsTold) {
  const Identity renewed =
      make_identity(in("renewed"), {.common_name = "Hub CA", .authority = true});
  const Listener server(tls_server({make_identity(in("hub"), {}, &renewed)}));
  expect_failure(at(server.port()), Errc::rejected, {"another key", "Hub CA", "destination.ca"});
}

TEST_F(ProbeTest, AnIntermediateAuthorityNeedsItsRoot) {
  const Identity issuing =
      make_identity(in("issuing"), {.common_name = "Issuing CA", .authority = true}, &ca_);
  const Listener server(tls_server({make_identity(in("hub"), {}, &issuing)}));
  sync::TlsEndpoint endpoint = at(server.port());
  endpoint.ca = issuing.certificate;
  expect_failure(endpoint, Errc::rejected, {"lacks the root above 'Issuing CA'"});
}

TEST_F(ProbeTest, AnExpiredAuthorityIsToldApartFromTheHub) {
  const Identity old = make_identity(
      in("old"), {.common_name = "Old CA", .from_days = -10, .until_days = -1, .authority = true});
  const Listener server(tls_server({make_identity(in("hub"), {}, &old)}));
  sync::TlsEndpoint endpoint = at(server.port());
  endpoint.ca = old.certificate;
  expect_failure(endpoint, Errc::rejected, {"in the chain of", "has expired", "Old CA"});
}

TEST_F(ProbeTest, AWeakKeyIsRefused) {
  const Listener server(tls_server({hub({.rsa_bits = 1024})}));
  expect_failure(at(server.port()), Errc::rejected, {"too weak", "RSA 2048"});
}

TEST_F(ProbeTest, AServerThatIsTooOldIsToldSo) {
  const Listener server(
      tls_server({.identity = hub(), .version_min = TLS1_VERSION, .version_max = TLS1_1_VERSION}));
  expect_failure(at(server.port()), Errc::rejected, {"older than 1.2"});
}

TEST_F(ProbeTest, NoCommonCipherIsToldSo) {
  const Listener server(tls_server({.identity = hub(),
                                    .version_max = TLS1_2_VERSION,
                                    .ciphers = "ECDHE-ECDSA-AES128-SHA:@SECLEVEL=0"}));
  expect_failure(at(server.port()), Errc::rejected, {"no cipher in common", "AES-GCM"});
}

TEST_F(ProbeTest, ANameThatTheServerDoesNotServeIsTold) {
  const Listener server(tls_server({.identity = hub(), .hello_alert = SSL_AD_UNRECOGNIZED_NAME}));
  expect_failure(at(server.port()), Errc::rejected, {"serves nothing under the name localhost"});
}

TEST_F(ProbeTest, AnHttpServerIsNoTlsServer) {
  const Listener server(answers("HTTP/1.1 400 Bad Request\r\n\r\n"));
  expect_failure(at(server.port()), Errc::rejected, {"does not speak TLS", "plain HTTP"});
}

TEST_F(ProbeTest, AnotherProtocolIsNoTlsServer) {
  const Listener server(answers("220 mail.clinic.example ESMTP\r\n"));
  expect_failure(at(server.port()), Errc::rejected, {"does not speak TLS", "8883"});
}

TEST_F(ProbeTest, APlainMqttBrokerHangsUpAndThePortIsSuspected) {
  const Listener server(answers(""));
  expect_failure(at(server.port()), Errc::unavailable, {"without a word of TLS", "1883"});
}

TEST_F(ProbeTest, AServerThatAcceptsAndHangsIsToldAtTheDeadline) {
  const Listener server(says_nothing);
  expect_failure(at(server.port()), Errc::unavailable, {"accepts but does not answer"}, 200ms);
}

TEST_F(ProbeTest, NobodyThereIsToldSo) {
  expect_failure(at(free_port()), Errc::unavailable, {"nothing listens", "refused"});
}

TEST_F(ProbeTest, NoRouteIsToldSo) {
  sync::TlsEndpoint endpoint = at(8883);
  endpoint.host = "255.255.255.255";  // no route of TCP leads there, and nothing is sent
  expect_failure(endpoint, Errc::unavailable, {"no route", "ip route"});
}

TEST_F(ProbeTest, AFullListenQueueEndsAtTheDeadline) {
  // Nobody accepts, so the handshake is never answered; or the queue is full and not even that.
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  ASSERT_EQ(::bind(fd, reinterpret_cast<sockaddr*>(&address), size), 0);
  ASSERT_EQ(::listen(fd, 0), 0);
  ASSERT_EQ(::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size), 0);
  expect_failure(at(ntohs(address.sin_port)), Errc::unavailable, {"answer"}, 200ms);
  ::close(fd);
}

TEST_F(ProbeTest, ANameThatDoesNotExistIsTold) {
  sync::TlsEndpoint endpoint = at(8883);
  endpoint.host = "no-such-host.invalid";
  expect_failure(endpoint, Errc::unavailable, {"no-such-host.invalid", "resolvectl"});
}

TEST_F(ProbeTest, WhatTheSystemTrustsCountsForNothing) {
  const Identity other = make_identity(in("other"), {.common_name = "Other CA", .authority = true});
  const Listener server(tls_server({make_identity(in("stranger"), {}, &other)}));
  ::setenv("SSL_CERT_FILE", other.certificate.c_str(), 1);
  expect_failure(at(server.port()), Errc::rejected, {"'Other CA'"});
  ::unsetenv("SSL_CERT_FILE");
}

}  // namespace
}  // namespace vitalgate::test
