// The fault matrix, what a hub, a web server and a guest network answer over HTTPS.
#include "tests/integration/fault_world.h"

namespace vitalgate::test {
namespace {

class HttpsFaultTest : public FaultWorld {
 protected:
  // While the receiver misbehaves so, one of the words is on the screen; then everything arrives.
  void expect_named_while(const HubFault& fault, const std::vector<std::string>& words,
                          Milliseconds timeout = std::chrono::seconds(30)) {
    start_https();
    begin();
    site_.hub.misbehave(fault);
    expect_named(words, timeout);
    site_.hub.behave();
    expect_recovered();
  }
  void expect_status_named(unsigned status, const std::vector<std::string>& words) {
    expect_named_while({.kind = "status", .status = status}, words);
  }
};

TEST_F(HttpsFaultTest, A401IsNamedAndNothingIsLostByIt) { expect_status_named(401, {"401"}); }
TEST_F(HttpsFaultTest, A403IsNamedAndNothingIsLostByIt) { expect_status_named(403, {"403"}); }
TEST_F(HttpsFaultTest, AStormOf500IsNamedAndNothingIsLostByIt) {
  expect_status_named(500, {"500"});
}

TEST_F(HttpsFaultTest, A429IsObeyedAndNamed) {
  expect_named_while({.kind = "status", .next = {}, .status = 429, .retry_after_s = 2}, {"429"});
}

// The hub stored the batch and then failed: what it is sent again must not count twice.
TEST_F(HttpsFaultTest, A500AfterTheBatchIsStoredCostsNothing) {
  expect_named_while({.kind = "status", .next = {}, .status = 500, .landed = true}, {"500"});
}

// Whoever says 413 once may mean the size: the batch goes on in halves.
TEST_F(HttpsFaultTest, ASingle413CostsNothing) {
  start_https();
  begin();
  site_.hub.misbehave({.kind = "status", .next = 1, .status = 413});
  EXPECT_TRUE(poll_until([&] { return site_.hub.faulted() == 1; }, std::chrono::seconds(10)));
  expect_recovered();
}

TEST_F(HttpsFaultTest, BatchesThatAreTooLargeForTheWebServerArriveInSmallerOnes) {
  speed_ = 20;
  start_https("compression = \"none\"\n");
  front_->stop();
  front_->set("client_max_body_size 20k;");
  front_->start();
  config_.max_age = "1s";
  agent_->configure(config_);
  begin();
  expect_recovered();
}

TEST_F(HttpsFaultTest, AGuestNetworksPageIsNamedAndConfirmsNothing) {
  expect_named_while({.kind = "html"}, {"web page", "html"});
}
TEST_F(HttpsFaultTest, AGuestNetworksRedirectIsNamedAndNotFollowed) {
  expect_named_while({.kind = "redirect"}, {"redirect", "302"});
}
TEST_F(HttpsFaultTest, AnAnswerThatEndsInTheMiddleIsNamedAndCostsNothing) {
  expect_named_while({.kind = "cut"}, {"lost", "502", "partial", "closed", "does not confirm"});
}
TEST_F(HttpsFaultTest, NoAnswerIsNamedAndCostsNothing) {
  expect_named_while({.kind = "silent"}, {"does not answer", "does not confirm", "no answer"},
                     std::chrono::seconds(60));
}
TEST_F(HttpsFaultTest, LateAnswersAreNamedAndCostNothing) {
  expect_named_while({.kind = "late", .seconds = 1.5}, {"does not answer", "does not confirm"});
}

TEST_F(HttpsFaultTest, RepeatedAnswersAreNoTrouble) {
  start_https();
  site_.hub.misbehave({.kind = "repeated"});
  begin();
  expect_recovered();
}

TEST_F(HttpsFaultTest, AWebServerWhoseHubIsGoneIsNamedAndNothingIsLostByIt) {
  start_https();
  begin();
  site_.hub.stop();
  expect_named({"502"});
  site_.hub.start({.https = site_.ca.issue()});
  site_.hub.wait_ready();
  front_->stop();
  front_->serve(site_.hub.https_port());
  front_->start();
  expect_recovered();
}

TEST_F(HttpsFaultTest, AWebServersRateLimitIsNamedAndNothingIsLostByIt) {
  start_https();
  begin();
  front_->stop();
  front_->set("error_page 403 =429 /busy;\n    location = /busy { return 429; }\n    deny all;");
  front_->start();
  expect_named({"429"});
  front_->stop();
  front_->set("");
  front_->start();
  expect_recovered();
}

}  // namespace
}  // namespace vitalgate::test
