// What every uplink promises to delivery. The fixture is all an implementation has to bring; MQTT
// runs against a real mosquitto with TLS and the reference receiver.
#include <algorithm>
#include <mutex>
#include <thread>

#include "sync/uplink/mqtt_uplink.h"
#include "tests/support/broker.h"
#include "tests/support/hub.h"
#include "tests/support/poll.h"
#include "tests/unit/sync/buffer_fixture.h"

namespace vitalgate::sync {
namespace {

using namespace std::chrono_literals;

class UplinkContractTest : public BufferFixture {
 protected:
  void SetUp() override {
    BufferFixture::SetUp();
    broker_.emplace(directory_.path() / "broker", ca_.issue());
    broker_->start();
    hub_.emplace(directory_.path() / "hub");
    hub_->start({.port = broker_->port(), .ca = ca_.file()});
    hub_->wait_ready();
    settings_.name = "hub";
    settings_.host = "127.0.0.1";
    settings_.port = broker_->port();
    settings_.ca = ca_.file();
    settings_.client_id = "vitalgate-clinic-042";
    settings_.window = 16;
    settings_.retry_max = 1s;
  }

  void TearDown() override {
    end();
    if (hub_) {
      EXPECT_EQ(hub_->stop(), 0);
    }
  }

  void begin() {
    uplink_ = std::make_unique<MqttUplink>(MqttOptions{0, settings_, "clinic-042"});
    thread_ = std::jthread([this](const std::stop_token& stop) {
      uplink_->run(
          stop,
          [this](UplinkEvent event) {
            const std::scoped_lock lock(mutex_);
            events_.push_back(std::move(event));
            return true;
          },
          [] {});
    });
  }

  void end() {
    thread_.request_stop();
    if (thread_.joinable()) thread_.join();
  }

  // All events of one kind so far.
  template <class What>
  std::vector<What> seen() {
    const std::scoped_lock lock(mutex_);
    std::vector<What> found;
    for (const UplinkEvent& event : events_)
      if (const auto* what = std::get_if<What>(&event.what)) found.push_back(*what);
    return found;
  }

  template <class What>
  What wait_for(std::size_t nth = 1) {
    EXPECT_TRUE(test::poll_until([&] { return seen<What>().size() >= nth; }, 30s));
    const auto found = seen<What>();
    return found.size() >= nth ? found.at(nth - 1) : What{};
  }

  void send(const BatchInfo& batch, std::uint64_t generation, unsigned attempt = 1) {
    auto body = buffer_->read(batch);
    ASSERT_TRUE(body);
    uplink_->send({generation, *std::move(body), attempt});
  }

  test::TestCa ca_{directory_.path() / "ca", "ca"};
  std::optional<test::Broker> broker_;
  std::optional<test::Hub> hub_;
  config::DestinationSettings settings_;
  std::unique_ptr<MqttUplink> uplink_;
  std::mutex mutex_;
  std::vector<UplinkEvent> events_;
  std::jthread thread_;
};

TEST_F(UplinkContractTest, ABatchReachesTheHubAndItsAnswerComesBack) {
  begin();
  const auto up = wait_for<LinkUp>();
  EXPECT_GT(up.window, 0u);
  const BatchInfo batch = sealed_batch(7);
  send(batch, up.generation);
  EXPECT_EQ(wait_for<TransportTook>().key, batch.key);
  const auto answer = wait_for<HubAnswer>();
  EXPECT_EQ(answer.stream_id, stream_id(Lane::vitals, buffer_->epoch()));
  EXPECT_EQ(answer.stored, (std::vector<Range>{{1, 7}}));
  EXPECT_EQ(hub_->verdict().received, 7u);
}

TEST_F(UplinkContractTest, ManyBatchesInFlightAllArrive) {
  begin();
  const auto up = wait_for<LinkUp>();
  for (int i = 0; i < 12; ++i) send(sealed_batch(9), up.generation);
  EXPECT_TRUE(test::poll_until([&] { return hub_->verdict().received == 108; }, 30s));
  EXPECT_EQ(hub_->verdict().missing, 0u);
}

TEST_F(UplinkContractTest, ABrokenLinkIsReportedAndComesBackWithANewGeneration) {
  begin();
  const auto first = wait_for<LinkUp>();
  broker_->kill();
  const auto down = wait_for<LinkDown>();
  EXPECT_FALSE(down.what.empty());
  EXPECT_FALSE(down.hint.empty());
  broker_->start();
  const auto second = wait_for<LinkUp>(2);
  EXPECT_GT(second.generation, first.generation);
  const BatchInfo batch = sealed_batch(3);
  send(batch, first.generation);  // of a connection that is gone: dropped
  ASSERT_TRUE(test::poll_until(
      [&] {
        send(batch, second.generation, 2);
        return test::poll_until([&] { return hub_->verdict().received == 3; }, 1s);
      },
      30s));
  EXPECT_EQ(hub_->verdict().violations, 0u);
}

TEST_F(UplinkContractTest, NobodyListeningIsSaidInWords) {
  broker_->stop();
  begin();
  const auto down = wait_for<LinkDown>();
  EXPECT_EQ(down.problem, LinkProblem::unavailable);
  EXPECT_NE(down.what.find("connection refused"), std::string::npos) << down.what;
  broker_->start();
  wait_for<LinkUp>();
}

TEST_F(UplinkContractTest, AServerThatCannotProveItsNameIsNeverTrusted) {
  const test::TestCa stranger(directory_.path() / "stranger", "stranger");
  struct Case {
    test::Certificate certificate;
    const char* words;
  };
  for (const Case& bad : {Case{stranger.issue(), "signed by an authority"},
                          Case{ca_.issue(test::Flaw::wrong_name), "for another name"},
                          Case{ca_.issue(test::Flaw::expired), "has expired"}}) {
    broker_->stop();
    broker_->present(bad.certificate);
    broker_->start();
    events_.clear();
    begin();
    const auto down = wait_for<LinkDown>();
    EXPECT_EQ(down.problem, LinkProblem::untrusted);
    EXPECT_NE(down.what.find(bad.words), std::string::npos) << down.what;
    EXPECT_FALSE(down.hint.empty());
    EXPECT_TRUE(seen<LinkUp>().empty());
    end();
  }
}

TEST_F(UplinkContractTest, ANameThatDoesNotResolveIsSaidInWords) {
  settings_.host = "no-such-host.invalid";
  begin();
  const auto down = wait_for<LinkDown>();
  EXPECT_NE(down.what.find("no-such-host.invalid"), std::string::npos) << down.what;
}

TEST_F(UplinkContractTest, AStopEndsItSoonInEveryState) {
  begin();
  wait_for<LinkUp>();
  end();
  broker_->stop();
  begin();
  wait_for<LinkDown>();
  end();
  SUCCEED() << "both joined";
}

}  // namespace
}  // namespace vitalgate::sync
