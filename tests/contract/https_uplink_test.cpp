// What the HTTPS uplink makes of everything that an HTTP server can answer.
#include "tests/contract/uplink_fixture.h"

namespace vitalgate::sync {
namespace {

class HttpsUplinkTest : public UplinkFixture {
 protected:
  void SetUp() override {
    UplinkFixture::SetUp();
    prepare(Way::https);
  }

  // What becomes of a batch while the receiver misbehaves.
  TransportRefused refused(const test::HubFault& fault) {
    hub_->misbehave(fault);
    if (!uplink_) begin();
    const auto up = wait_for<LinkUp>();
    forget_refusals();
    send(sealed_batch(3), up.generation);
    auto refused = wait_for<TransportRefused>();
    EXPECT_TRUE(seen<TransportTook>().empty());
    EXPECT_TRUE(seen<LinkDown>().empty());
    EXPECT_FALSE(refused.hint.empty());
    return refused;
  }

  void forget_refusals() {
    const std::scoped_lock lock(mutex_);
    std::erase_if(events_, [](const UplinkEvent& event) {
      return std::holds_alternative<TransportRefused>(event.what);
    });
  }
};

TEST_F(HttpsUplinkTest, EveryEncodingIsUnderstoodByTheHub) {
  for (const auto encoding : {config::Compression::none, config::Compression::gzip,
                              config::Compression::zstd, config::Compression::automatic}) {
    settings_.compression = encoding;
    forget_events();
    expect_delivery();
    end();
  }
  expect_received(28);
}

TEST_F(HttpsUplinkTest, GzipIsTheDefaultAndMakesTheWayShorter) {
  settings_.compression = config::Compression::none;
  begin();
  auto up = wait_for<LinkUp>();
  const BatchInfo batch = sealed_batch(9);
  auto before = link_->counts().up;
  send(batch, up.generation);
  wait_for<TransportTook>();
  const auto plain = link_->counts().up - before;
  end();
  forget_events();
  settings_.compression = config::Compression::automatic;
  begin();
  up = wait_for<LinkUp>();
  before = link_->counts().up;
  send(batch, up.generation, 2);
  wait_for<TransportTook>();
  EXPECT_LT(link_->counts().up - before, plain / 2);
  EXPECT_EQ(hub_->verdict().violations, 0u);  // the same bytes, once unpacked
}

TEST_F(HttpsUplinkTest, AStatusSaysWhatToDoNext) {
  struct Case {
    unsigned status;
    BatchProblem problem;
  };
  for (const auto& [status, problem] :
       {Case{400, BatchProblem::content}, Case{401, BatchProblem::unauthorised},
        Case{403, BatchProblem::unauthorised}, Case{413, BatchProblem::content},
        Case{422, BatchProblem::content}, Case{429, BatchProblem::busy},
        Case{500, BatchProblem::busy}, Case{503, BatchProblem::busy}}) {
    const auto told = refused({.kind = "status", .status = status});
    EXPECT_EQ(told.problem, problem) << status;
    EXPECT_TRUE(says(told.what, std::to_string(status)));
    EXPECT_FALSE(told.retry_after.has_value());
  }
}

TEST_F(HttpsUplinkTest, ARetryAfterIsPassedOn) {
  const auto told = refused({.kind = "status", .status = 429, .retry_after_s = 7});
  EXPECT_EQ(told.problem, BatchProblem::busy);
  EXPECT_EQ(told.retry_after, std::chrono::seconds(7));
}

TEST_F(HttpsUplinkTest, AWrongPathIsForAPersonToMend) {
  settings_.https_path = "/elsewhere";
  const auto told = refused({.kind = "lost", .next = 0});
  EXPECT_EQ(told.problem, BatchProblem::unauthorised);
  EXPECT_TRUE(says(told.what, "404"));
  EXPECT_TRUE(says(told.hint, "https_path"));
}

TEST_F(HttpsUplinkTest, AGuestNetworksPageIsNotTheHub) {
  const auto page = refused({.kind = "html"});
  EXPECT_EQ(page.problem, BatchProblem::unauthorised);
  EXPECT_TRUE(says(page.what, "web page"));
  const auto redirect = refused({.kind = "redirect"});
  EXPECT_EQ(redirect.problem, BatchProblem::unauthorised);
  EXPECT_TRUE(says(redirect.what, "redirect"));
}

TEST_F(HttpsUplinkTest, WithTransportAcknowledgementAGuestNetworksPageIsNoDeliveryEither) {
  settings_.acknowledge = config::Acknowledge::transport;
  EXPECT_EQ(refused({.kind = "html"}).problem, BatchProblem::unauthorised);
}

TEST_F(HttpsUplinkTest, AConnectionThatTheServerClosedMeanwhileIsReplacedUnnoticed) {
  begin();
  const auto up = wait_for<LinkUp>();
  send(sealed_batch(3), up.generation);
  wait_for<HubAnswer>();
  link_->cut();
  send(sealed_batch(3), up.generation);
  wait_for<HubAnswer>(2);
  EXPECT_TRUE(seen<LinkDown>().empty());
  expect_received(6);
}

TEST_F(HttpsUplinkTest, AnAnswerThatBreaksOffEndsTheLinkAndIsGivenAgain) {
  hub_->misbehave({.kind = "cut", .next = 2});
  begin();
  const auto up = wait_for<LinkUp>();
  const BatchInfo batch = sealed_batch(3);
  send(batch, up.generation);
  wait_for<LinkDown>();
  const auto again = wait_for<LinkUp>(2);
  send(batch, again.generation, 2);
  EXPECT_TRUE(test::poll_until([&] { return !seen<HubAnswer>().empty(); }, 1s) ||
              (send(batch, wait_for<LinkUp>(3).generation, 3), true));
  wait_for<HubAnswer>();
  expect_received(3);
}

TEST_F(HttpsUplinkTest, ABatchSentAgainTakesTheUnansweredOnesPlace) {
  hub_->misbehave({.kind = "silent", .next = 1});
  settings_.window = 1;
  begin();
  const auto up = wait_for<LinkUp>();
  EXPECT_EQ(up.window, 1u);
  const BatchInfo batch = sealed_batch(3);
  send(batch, up.generation);
  ASSERT_TRUE(test::poll_until([&] { return hub_->faulted() == 1; }, 10s));
  send(batch, up.generation, 2);
  EXPECT_EQ(wait_for<HubAnswer>().stored, (std::vector<Range>{{1, 3}}));
  EXPECT_TRUE(seen<LinkDown>().empty());
}

TEST_F(HttpsUplinkTest, MoreBatchesThanConnectionsAreSentOneAfterTheOther) {
  settings_.window = 64;
  begin();
  const auto up = wait_for<LinkUp>();
  EXPECT_EQ(up.window, 24u);
  for (int i = 0; i < 80; ++i) send(sealed_batch(2), up.generation);
  wait_for<HubAnswer>(80);
  EXPECT_LE(link_->counts().connections, 26u);  // those that stay open, the first look, one more
  expect_received(160);
}

TEST_F(HttpsUplinkTest, ABrokerOnThePortIsSaidInWords) {
  test::Broker broker(directory_.path() / "other", ca_.issue());
  broker.start();
  settings_.port = broker.port();
  begin();
  const auto up = wait_for<LinkUp>();  // TLS is all that shows before something is sent
  send(sealed_batch(3), up.generation);
  const auto down = wait_for<LinkDown>();
  EXPECT_FALSE(down.what.empty());
  EXPECT_FALSE(down.hint.empty());
}

}  // namespace
}  // namespace vitalgate::sync
