// The fault matrix, bad certificates: named, never trusted, and nothing is lost by them. Here the
// server is mended and the agent goes on; tls_test.cpp has brokers with a restart of the agent.
#include "tests/integration/fault_world.h"

namespace vitalgate::test {
namespace {

class TrustFaultTest : public FaultWorld {
 protected:
  // The broker shows `bad` from now on, until it is mended.
  void expect_broker_refused(const Certificate& bad, const std::vector<std::string>& words) {
    start_mqtt();
    begin();
    site_.broker.stop();
    site_.broker.present(bad);
    site_.broker.start();
    const Status refused = expect_named(words);
    EXPECT_NE(refused.destination().state, "connected");
    site_.broker.stop();
    site_.broker.present(site_.ca.issue());
    site_.broker.start();
    expect_recovered();
  }

  void expect_front_refused(const Certificate& bad, const std::vector<std::string>& words) {
    start_https();
    begin();
    front_->stop();
    front_->present(bad);
    front_->start();
    const Status refused = expect_named(words);
    EXPECT_NE(refused.destination().state, "connected");
    front_->stop();
    front_->present(site_.ca.issue());
    front_->start();
    expect_recovered();
  }

  Certificate stranger() const { return TestCa(site_.folder.path() / "ca", "other-ca").issue(); }
};

const std::vector<std::string> kStranger{"authority", "not trusted"};
const std::vector<std::string> kName{"another name"};
const std::vector<std::string> kExpired{"has expired"};
const std::vector<std::string> kEarly{"not valid yet", "not yet valid"};

TEST_F(TrustFaultTest, ABrokerOfAnotherAuthorityIsNamedAndCostsNothing) {
  expect_broker_refused(stranger(), kStranger);
}
TEST_F(TrustFaultTest, ABrokerWhoseCertificateIsOfTheFutureIsNamedAndCostsNothing) {
  expect_broker_refused(site_.ca.issue(Flaw::not_yet_valid), kEarly);
}
TEST_F(TrustFaultTest, AWebServerOfAnotherAuthorityIsNamedAndCostsNothing) {
  expect_front_refused(stranger(), kStranger);
}
TEST_F(TrustFaultTest, AWebServerWithAnotherNameIsNamedAndCostsNothing) {
  expect_front_refused(site_.ca.issue(Flaw::wrong_name), kName);
}
TEST_F(TrustFaultTest, AWebServerWhoseCertificateExpiredIsNamedAndCostsNothing) {
  expect_front_refused(site_.ca.issue(Flaw::expired), kExpired);
}
TEST_F(TrustFaultTest, AWebServerWhoseCertificateIsOfTheFutureIsNamedAndCostsNothing) {
  expect_front_refused(site_.ca.issue(Flaw::not_yet_valid), kEarly);
}

}  // namespace
}  // namespace vitalgate::test
