// Certificates that must not be trusted. None of them may stop the intake.
#include "tests/integration/world.h"

namespace vitalgate::test {
namespace {

class TlsTest : public World {
 protected:
  void SetUp() override {
    prepare();
    clinic_->start();
  }

  // The agent refuses the broker, says why and what to do, and goes on storing.
  void expect_refused(const std::vector<std::string>& words) {
    agent_->start();
    const Status refused = agent_->wait_for("the certificate to be refused", [](const Status& now) {
      return now.destination().state == "down" && now.waiting > 0;
    });
    const DestinationStatus& hub = refused.destination();
    EXPECT_TRUE(mentions(hub.detail, words)) << hub.detail;
    EXPECT_FALSE(hub.hint.empty());
    EXPECT_EQ(hub.confirmed, 0u);
    agent_->wait_for("the intake to go on", [&](const Status& now) {
      return now.sequenced() > refused.sequenced() && now.destination().state != "connected";
    });
    EXPECT_EQ(agent_->stop(), 0);
    EXPECT_EQ(site_.hub.verdict().received, 0u);
  }

  // What was stored meanwhile is not lost once the mistake is mended.
  void expect_delivered() {
    agent_->start();
    wait_until_delivered();
    expect_all_arrived();
  }
};

TEST_F(TlsTest, AnotherAuthorityIsRefusedAndNothingIsLostByIt) {
  site_.start();
  const TestCa other(site_.folder.path() / "ca", "other-ca");
  AgentConfig config = site_.config(clinic_->devices());
  config.ca = other.file();
  agent_->configure(config);
  expect_refused({"certificate", "authority", " CA"});
  agent_->configure(site_.config(clinic_->devices()));
  expect_delivered();
}

TEST_F(TlsTest, ACertificateForAnotherNameIsRefused) {
  const Certificate good = site_.ca.issue();
  site_.broker.present(site_.ca.issue(Flaw::wrong_name));
  site_.broker.start();
  expect_refused({"name", "another.example"});
  site_.broker.stop();
  site_.broker.present(good);
  site_.start();
  expect_delivered();
}

TEST_F(TlsTest, AnExpiredCertificateIsRefused) {
  const Certificate good = site_.ca.issue();
  site_.broker.present(site_.ca.issue(Flaw::expired));
  site_.broker.start();
  expect_refused({"expired", "valid"});
  site_.broker.stop();
  site_.broker.present(good);
  site_.start();
  expect_delivered();
}

}  // namespace
}  // namespace vitalgate::test
