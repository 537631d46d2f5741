// The core loop with a real buffer, a source and an uplink that do what the test says.
#include <nlohmann/json.hpp>

#include "sync/batch/envelope.h"
#include "tests/unit/agent/gateway_fixture.h"

namespace vitalgate {
namespace {

using namespace std::chrono_literals;

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

TEST_F(GatewayTest, ADestinationThatDoesNotLetUsInIsPausedSaidAndLosesNothing) {
  settings_.destinations.at(0).retry_max = 60s;
  start();
  uplink_says(sync::LinkUp{1, 20, 1'000'000, "test"});
  measure({80, 81, 82});
  ASSERT_TRUE(eventually([&] { return uplink_.sent().size() == 1; }));
  uplink_says(sync::TransportRefused{uplink_.sent()[0].body.info.key,
                                     sync::BatchProblem::unauthorised, "the hub answers 403",
                                     "renew the password"});
  ASSERT_TRUE(eventually([&] { return board_.latest()->destinations[0].state == "paused"; }));
  const auto status = board_.latest();
  EXPECT_EQ(status->destinations[0].detail, "the hub answers 403");
  EXPECT_EQ(status->destinations[0].hint, "renew the password");
  EXPECT_EQ(status->destinations[0].waiting_readings, 3u);
  EXPECT_EQ(status->health, Health::degraded);
  EXPECT_NE(status->reason.find("does not take readings"), std::string::npos) << status->reason;
  const auto json = nlohmann::json::parse(to_json(*status, Clock::now(), wall_now()));
  EXPECT_GT(json["destinations"][0]["next_attempt_s"].get<double>(), 1);
  EXPECT_EQ(json["destinations"][0]["role"], "required");
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
