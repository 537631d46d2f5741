// What every uplink promises to delivery, over every transport.
#include <unistd.h>

#include "tests/contract/uplink_fixture.h"

namespace vitalgate::sync {
namespace {

class UplinkContractTest : public UplinkFixture, public ::testing::WithParamInterface<Way> {
 protected:
  void SetUp() override {
    UplinkFixture::SetUp();
    prepare(GetParam());
    if (GetParam() != Way::https) hub_->wait_ready();
  }
};

std::string way_name(const ::testing::TestParamInfo<Way>& info) {
  switch (info.param) {
    case Way::mqtt_5:
      return "Mqtt5";
    case Way::mqtt_3:
      return "Mqtt3";
    case Way::websocket:
      return "WebSocket";
    case Way::https:
      return "Https";
  }
  return {};
}
INSTANTIATE_TEST_SUITE_P(, UplinkContractTest,
                         ::testing::Values(Way::mqtt_5, Way::mqtt_3, Way::websocket, Way::https),
                         way_name);

TEST_P(UplinkContractTest, ABatchReachesTheHubAndItsAnswerComesBack) {
  begin();
  const auto up = wait_for<LinkUp>();
  EXPECT_GT(up.window, 0u);
  EXPECT_TRUE(says(up.detail, "127.0.0.1:" + std::to_string(*settings_.port)));
  const BatchInfo batch = sealed_batch(7);
  send(batch, up.generation);
  EXPECT_EQ(wait_for<TransportTook>().key, batch.key);
  const auto answer = wait_for<HubAnswer>();
  EXPECT_EQ(answer.stream_id, stream_id(Lane::vitals, buffer_->epoch()));
  EXPECT_EQ(answer.stored, (std::vector<Range>{{1, 7}}));
  expect_received(7);
}

TEST_P(UplinkContractTest, ManyBatchesInFlightAllArrive) {
  begin();
  const auto up = wait_for<LinkUp>();
  for (int i = 0; i < 12; ++i) send(sealed_batch(9), up.generation);
  expect_received(108);
  wait_for<TransportTook>(12);
  EXPECT_TRUE(seen<LinkDown>().empty());
}

TEST_P(UplinkContractTest, ABrokenLinkIsReportedAndComesBackWithANewGeneration) {
  begin();
  const auto first = wait_for<LinkUp>();
  link_->refuse();
  send(sealed_batch(3), first.generation);
  const auto down = wait_for<LinkDown>();
  EXPECT_FALSE(down.what.empty());
  EXPECT_FALSE(down.hint.empty());
  link_->pass();
  const auto second = wait_for<LinkUp>(2);
  EXPECT_GT(second.generation, first.generation);
  const BatchInfo batch = sealed_batch(3);
  send(batch, first.generation);  // of a connection that is gone: dropped
  ASSERT_TRUE(test::poll_until(
      [&] {
        send(batch, second.generation, 2);
        return test::poll_until([&] { return hub_->verdict().received >= 3; }, 1s);
      },
      30s));
  EXPECT_EQ(hub_->verdict().violations, 0u);
}

TEST_P(UplinkContractTest, NobodyListeningIsSaidInWords) {
  link_->refuse();
  const auto down = expect_no_link();
  EXPECT_EQ(down.problem, LinkProblem::unavailable);
  EXPECT_TRUE(says(down.what, "connection refused"));
  link_->pass();
  wait_for<LinkUp>();
}

TEST_P(UplinkContractTest, AServerThatCannotProveItsNameIsNeverTrusted) {
  const test::TestCa stranger(directory_.path() / "stranger", "stranger");
  struct Case {
    test::Certificate certificate;
    const char* words;
  };
  for (const Case& bad : {Case{stranger.issue(), "authority"},
                          Case{ca_.issue(test::Flaw::wrong_name), "for another name"},
                          Case{ca_.issue(test::Flaw::expired), "has expired"}}) {
    present(bad.certificate);
    forget_events();
    const auto down = expect_no_link();
    EXPECT_EQ(down.problem, LinkProblem::untrusted);
    EXPECT_TRUE(says(down.what, bad.words));
    EXPECT_FALSE(down.hint.empty());
    end();
  }
}

TEST_P(UplinkContractTest, ANameThatDoesNotResolveIsSaidInWords) {
  settings_.host = "no-such-host.invalid";
  EXPECT_TRUE(says(expect_no_link().what, "no-such-host.invalid"));
}

TEST_P(UplinkContractTest, AHostNameIsResolvedAndCheckedAgainstTheCertificate) {
  settings_.host = "localhost";
  expect_delivery();
}

TEST_P(UplinkContractTest, AServerWithoutTlsIsSaidInWords) {
  const auto port = test::free_port();
  const auto file = directory_.path() / "plain.conf";
  std::ofstream(file) << "listener " << port << " 127.0.0.1\nallow_anonymous true\n"
                      << (geteuid() == 0 ? "user root\n" : "");
  const test::Process plain({test::system_program("mosquitto", "mosquitto"), "-c", file},
                            directory_.path() / "plain.log", directory_.path() / "plain.log");
  ASSERT_TRUE(test::poll_until([&] { return test::accepts(port); }, 10s));
  settings_.port = port;
  EXPECT_TRUE(says(expect_no_link().what, "TLS"));
}

std::size_t entries_of(const char* folder) {
  const std::filesystem::directory_iterator found(folder);
  return static_cast<std::size_t>(std::distance(begin(found), end(found)));
}

TEST_P(UplinkContractTest, BrokenLinksLeaveNoDescriptorAndNoThreadBehind) {
  settings_.retry_max = 10ms;
  begin();
  std::size_t descriptors = 0, threads = 0;
  for (std::size_t link = 1; link <= 40; ++link) {
    const auto up = wait_for<LinkUp>(link);
    if (link == 5) {  // everything that is made once is there
      descriptors = entries_of("/proc/self/fd");
      threads = entries_of("/proc/self/task");
    }
    const auto downs = seen<LinkDown>().size();
    send(sealed_batch(2), up.generation);
    wait_for<TransportTook>(link);
    link_->refuse();
    send(sealed_batch(2), up.generation);  // under way when it breaks
    wait_for<LinkDown>(downs + 1);
    link_->pass();
  }
  wait_for<LinkUp>(41);
  EXPECT_LE(entries_of("/proc/self/fd"), descriptors);
  EXPECT_LE(entries_of("/proc/self/task"), threads);
}

TEST_P(UplinkContractTest, AStopEndsItSoonInEveryState) {
  begin();
  wait_for<LinkUp>();
  end();
  link_->refuse();
  begin();
  wait_for<LinkDown>();
  end();
  link_->hang();
  begin();
  end();
  SUCCEED() << "all joined";
}

}  // namespace
}  // namespace vitalgate::sync
