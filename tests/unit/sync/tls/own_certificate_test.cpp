// This gateway's own certificate and key: what the hub says to them, and what is wrong with them
// before anybody is asked.
#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>

#include "tests/support/network.h"
#include "tests/unit/sync/tls/probe_fixture.h"

namespace vitalgate::test {
namespace {

class OwnCertificateTest : public ProbeFixture {
 protected:
  [[nodiscard]] Identity gateway(Wanted wanted = {.common_name = "gateway-17", .names = ""}) const {
    return make_identity(in("gateway"), wanted, &ca_);
  }

  [[nodiscard]] sync::TlsEndpoint as(const Identity& own, std::uint16_t port) const {
    sync::TlsEndpoint endpoint = at(port);
    endpoint.certificate = own.certificate;
    endpoint.key = own.key;
    return endpoint;
  }

  // A hub that asks for certificates and finds `error` in each; in both versions of TLS, which
  // tell it at different moments.
  void expect_refusal(int error, const std::vector<std::string>& words) const {
    for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
      const Listener server(tls_server({.identity = hub(),
                                        .client_ca = ca_.certificate,
                                        .client_error = error,
                                        .version_max = version}));
      expect_failure(as(gateway(), server.port()), Errc::rejected, words);
    }
  }
};

TEST_F(OwnCertificateTest, IsAcceptedByAHubThatKnowsItsAuthority) {
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    const Listener server(
        tls_server({.identity = hub(), .client_ca = ca_.certificate, .version_max = version}));
    const auto peer = sync::probe_tls(as(gateway(), server.port()), kLong);
    EXPECT_TRUE(peer) << peer.error().what;
  }
}

TEST_F(OwnCertificateTest, OfAnUnknownAuthorityIsRefused) {
  const Identity other = make_identity(in("other"), {.common_name = "Other CA", .authority = true});
  const Listener server(tls_server({.identity = hub(), .client_ca = ca_.certificate}));
  expect_failure(as(make_identity(in("gateway"), {}, &other), server.port()), Errc::rejected,
                 {"refuses this gateway's certificate", "does not know the authority"});
}

TEST_F(OwnCertificateTest, TheHubsWordsForItAreTranslated) {
  expect_refusal(X509_V_ERR_CERT_HAS_EXPIRED, {"refuses this gateway's certificate", "expired"});
  expect_refusal(X509_V_ERR_CERT_REVOKED, {"refuses this gateway's certificate", "revoked"});
  expect_refusal(X509_V_ERR_CERT_REJECTED,
                 {"refuses this gateway's certificate", "not acceptable"});
  expect_refusal(X509_V_ERR_INVALID_PURPOSE, {"refuses this gateway's certificate", "clientAuth"});
  expect_refusal(X509_V_ERR_APPLICATION_VERIFICATION,
                 {"refuses this gateway's certificate", "without saying why"});
}

TEST_F(OwnCertificateTest, AccessDeniedIsToldAsEnrolment) {
  const Listener server(tls_server({.identity = hub(), .hello_alert = SSL_AD_ACCESS_DENIED}));
  expect_failure(as(gateway(), server.port()), Errc::rejected, {"access denied", "enrol"});
}

TEST_F(OwnCertificateTest, IsMissedWhereTheHubAsksForOne) {
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    const Listener server(
        tls_server({.identity = hub(), .client_ca = ca_.certificate, .version_max = version}));
    expect_failure(at(server.port()), Errc::rejected,
                   {"asks for a certificate", "destination.certificate and destination.key"});
  }
}

TEST_F(OwnCertificateTest, ThatRanOutIsToldBeforeAnybodyIsAsked) {
  const Identity own = gateway({.from_days = -10, .until_days = -1});
  expect_failure(as(own, free_port()), Errc::rejected,
                 {"this gateway's certificate", "has expired on 20", "without a restart"});
}

TEST_F(OwnCertificateTest, OfTheFutureIsAMatterOfTheClock) {
  expect_failure(as(gateway(), free_port()), Errc::unavailable, {"clock is not set"}, kLong,
                 WallTime(std::chrono::hours(24)));
}

}  // namespace
}  // namespace vitalgate::test
