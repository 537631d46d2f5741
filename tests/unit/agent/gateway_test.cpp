// The core loop with a real buffer, a source and an uplink that do what the test says.
#include "agent/gateway.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <thread>

#include "agent/core/limits.h"
#include "sync/batch/envelope.h"
#include "tests/support/poll.h"
#include "tests/support/temp_dir.h"

namespace vitalgate {
namespace {

using namespace std::chrono_literals;

class SilentSource final : public bridge::Source {
 public:
  void run(std::stop_token, const bridge::Emit&, const std::function<void()>&) override {}
  void durable(std::uint64_t ticket) override { told = ticket; }
  std::atomic<std::uint64_t> told{0};
};

class RecordingUplink final : public sync::Uplink {
 public:
  void run(std::stop_token, const sync::EmitUplink&, const std::function<void()>&) override {}
  void send(sync::Outgoing outgoing) override {
    const std::scoped_lock lock(mutex_);
    sent_.push_back(std::move(outgoing));
  }
  std::vector<sync::Outgoing> sent() const {
    const std::scoped_lock lock(mutex_);
    return sent_;
  }

 private:
  mutable std::mutex mutex_;
  std::vector<sync::Outgoing> sent_;
};

class GatewayTest : public ::testing::Test {
 protected:
  GatewayTest() {
    settings_.gateway = {.id = "clinic-042", .site_id = "site-17", .time_zone = {}};
    settings_.buffer.commit_interval = 5ms;
    config::DeviceSettings& device = settings_.devices.emplace_back();
    device.id = "ivy-1";
    device.expect_every = 5s;
    config::DestinationSettings hub;
    hub.name = "hub";
    hub.window = 4;
    hub.answer_timeout = 1min;
    settings_.destinations.push_back(hub);
  }

  void start() {
    buffer_.emplace(*sync::Buffer::open({.directory = directory_.path() / "state",
                                         .gateway = "clinic-042",
                                         .site = "site-17",
                                         .agent_version = "1",
                                         .config_version = 1,
                                         .destinations = {"hub"},
                                         .batch = {.max_readings = 3, .max_age = 1h},
                                         .keep_sent = 24h,
                                         .max_disk_bytes = 64'000'000},
                                        Clock::now()));
    thread_ = std::jthread([this](const std::stop_token& stop) {
      Gateway gateway({settings_, *buffer_, {&source_}, {&uplink_}, board_, tail_});
      outcome_ = gateway.run(stop, events_, [] {});
    });
  }

  void stop() {
    uplink_says(sync::LinkDown{});  // else it waits for answers that nobody gives
    thread_.request_stop();
    thread_.join();
    EXPECT_TRUE(outcome_) << outcome_.error().what;
    buffer_.reset();
  }

  void measure(std::initializer_list<int> values) {
    Arrival arrival;
    arrival.device = "ivy-1";
    arrival.received = Stamp::now();
    arrival.ticket = ++ticket_;
    for (const int value : values)
      arrival.readings.push_back({.metric = config::metric::kHeartRateEcg,
                                  .unit = config::unit::kPerMinute,
                                  .value = Decimal::of(value),
                                  .flags = {},
                                  .raw = {},
                                  .device_time = {}});
    ASSERT_TRUE(events_.push(bridge::SourceEvent{0, std::move(arrival)}, {}));
  }

  void uplink_says(auto what) {
    ASSERT_TRUE(events_.push(sync::UplinkEvent{0, std::move(what)}, {}));
  }

  sync::HubAnswer stored(sync::Sequence first, sync::Sequence last) {
    return {sync::stream_id(Lane::vitals, epoch()), {{first, last}}, {}};
  }

  std::string epoch() { return board_.latest()->buffer.epoch; }

  static bool eventually(const std::function<bool()>& holds) {
    return test::poll_until(holds, 10s);
  }

  test::TempDir directory_;
  config::Settings settings_;
  std::optional<sync::Buffer> buffer_;
  SilentSource source_;
  RecordingUplink uplink_;
  EventChannel events_{limits::kEventQueueLength};
  StatusBoard board_;
  Tail tail_;
  Result<> outcome_;
  std::uint64_t ticket_ = 0;
  std::jthread thread_;
};

TEST_F(GatewayTest, ASourceIsToldOnlyWhatIsDurable) {
  start();
  measure({80});
  measure({81, 82});
  ASSERT_TRUE(eventually([&] { return source_.told == 2; }));
  EXPECT_TRUE(eventually([&] { return board_.latest()->buffer.stored == 3; }));
  stop();
}

TEST_F(GatewayTest, NothingIsSentBeforeTheLinkIsUpAndEverythingAfter) {
  start();
  measure({80, 81, 82});
  ASSERT_TRUE(eventually([&] { return source_.told == 1; }));
  EXPECT_TRUE(uplink_.sent().empty());
  uplink_says(sync::LinkUp{1, 20, 1'000'000, "test"});
  ASSERT_TRUE(eventually([&] { return uplink_.sent().size() == 1; }));
  const auto sent = uplink_.sent().at(0);
  EXPECT_EQ(sent.generation, 1u);
  const auto head = sent.body.head + sent.body.segments.at(0) + std::string(sync::kEnvelopeTail);
  const auto json = nlohmann::json::parse(head);
  EXPECT_EQ(json["data"]["count"], 3);
  EXPECT_EQ(json["data"]["backfill"], true) << "sealed while the link was down";
  stop();
}

TEST_F(GatewayTest, TheCheckpointMovesOnlyWhenTheHubSaysStored) {
  start();
  uplink_says(sync::LinkUp{1, 20, 1'000'000, "test"});
  measure({80, 81, 82});
  ASSERT_TRUE(eventually([&] { return uplink_.sent().size() == 1; }));
  uplink_says(sync::TransportTook{uplink_.sent()[0].body.info.key});
  ASSERT_TRUE(eventually([&] { return board_.latest()->buffer.waiting == 3; }));
  uplink_says(sync::HubAnswer{"vitals-otherepoch", {{1, 3}}, {}});
  uplink_says(Error{Errc::malformed, "hub answer: no 'stored'", "hint"});
  ASSERT_TRUE(eventually([&] { return board_.latest()->destinations[0].hint == "hint"; }));
  EXPECT_EQ(board_.latest()->buffer.waiting, 3u);
  uplink_says(stored(1, 3));
  EXPECT_TRUE(eventually([&] { return board_.latest()->buffer.waiting == 0; }));
  stop();
  start();
  EXPECT_TRUE(buffer_->unconfirmed(0).empty()) << "the checkpoint was written at the stop";
  stop();
}

TEST_F(GatewayTest, AReconnectSendsTheSameBytesAgain) {
  start();
  uplink_says(sync::LinkUp{1, 20, 1'000'000, "test"});
  measure({80, 81, 82});
  ASSERT_TRUE(eventually([&] { return uplink_.sent().size() == 1; }));
  uplink_says(sync::LinkDown{sync::LinkProblem::unavailable, "cable out", "plug it in"});
  ASSERT_TRUE(eventually([&] { return board_.latest()->destinations[0].state == "down"; }));
  EXPECT_EQ(board_.latest()->destinations[0].hint, "plug it in");
  EXPECT_EQ(board_.latest()->health, Health::degraded);
  uplink_says(sync::LinkUp{2, 20, 1'000'000, "test"});
  ASSERT_TRUE(eventually([&] { return uplink_.sent().size() == 2; }));
  const auto sent = uplink_.sent();
  EXPECT_EQ(sent[0].body.head, sent[1].body.head);
  EXPECT_EQ(sent[0].body.segments, sent[1].body.segments);
  EXPECT_EQ(sent[1].attempt, 2u);
  stop();
}

TEST_F(GatewayTest, WhatIsNotBelievedIsHeldCountedAndNotSent) {
  start();
  uplink_says(sync::LinkUp{1, 20, 1'000'000, "test"});
  measure({0, 80, 900, 81, 82});
  ASSERT_TRUE(eventually([&] { return uplink_.sent().size() == 1; }));
  EXPECT_EQ(uplink_.sent()[0].body.info.range, (sync::Range{1, 3}));
  ASSERT_TRUE(eventually([&] { return board_.latest()->buffer.quarantined == 2; }));
  EXPECT_EQ(board_.latest()->devices[0].quarantined, 2u);
  stop();
}

TEST_F(GatewayTest, BytesThatNobodyUnderstoodAreHeldBesideTheRowThatSaysSo) {
  start();
  uplink_says(sync::LinkUp{1, 20, 1'000'000, "test"});
  Arrival arrival;
  arrival.device = "ivy-1";
  arrival.received = Stamp::now();
  arrival.ticket = ++ticket_;
  arrival.bytes.resize(200);
  arrival.not_understood = true;
  Reading& reading = arrival.readings.emplace_back();
  reading.metric = config::metric::kObservation;
  reading.code = "gatt:2A37";
  ASSERT_TRUE(events_.push(bridge::SourceEvent{0, std::move(arrival)}, {}));
  measure({80, 81});
  ASSERT_TRUE(eventually([&] { return uplink_.sent().size() == 1; }));
  EXPECT_EQ(uplink_.sent()[0].body.info.range, (sync::Range{1, 3}));
  ASSERT_TRUE(eventually([&] { return board_.latest()->buffer.quarantined == 1; }));
  EXPECT_EQ(board_.latest()->devices[0].quarantined, 1u);
  stop();
}

TEST_F(GatewayTest, AReadingThatTheHubRefusesBlocksNothing) {
  start();
  uplink_says(sync::LinkUp{1, 20, 1'000'000, "test"});
  measure({80, 81, 82});
  ASSERT_TRUE(eventually([&] { return uplink_.sent().size() == 1; }));
  const std::string id = "clinic-042." + sync::stream_id(Lane::vitals, epoch()) + ".000000000002";
  auto answer = stored(1, 1);
  answer.stored.push_back({3, 3});
  answer.rejected = {{id, "unit", "unknown"}, {"nonsense", "x", "y"}};
  uplink_says(answer);
  ASSERT_TRUE(eventually([&] { return board_.latest()->buffer.quarantined == 1; }));
  EXPECT_TRUE(eventually([&] { return board_.latest()->buffer.waiting == 0; }));
  stop();
}

TEST_F(GatewayTest, AStopMakesEverythingThatWasReceivedDurable) {
  settings_.buffer.commit_interval = 5s;
  start();
  measure({80});
  measure({81});
  stop();
  EXPECT_EQ(source_.told, 2u);
  start();
  EXPECT_EQ(buffer_->next_sequence(Lane::vitals), 3u);
  EXPECT_EQ(buffer_->unconfirmed(0).size(), 1u);
  stop();
}

TEST_F(GatewayTest, TheTailShowsRowsOnlyWhileSomebodyWatches) {
  start();
  measure({80});
  ASSERT_TRUE(eventually([&] { return source_.told == 1; }));
  EXPECT_TRUE(tail_.take().rows.empty());
  tail_.set_watched(true);
  measure({81});
  ASSERT_TRUE(eventually([&] { return source_.told == 2; }));
  const auto rows = tail_.take().rows;
  ASSERT_EQ(rows.size(), 1u);
  EXPECT_EQ(nlohmann::json::parse(rows[0])["value_num"], 81);
  stop();
}

}  // namespace
}  // namespace vitalgate
