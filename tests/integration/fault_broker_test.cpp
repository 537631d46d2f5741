// The fault matrix, the broker's part: what a real mosquitto refuses, limits and takes away.
#include "tests/integration/fault_world.h"

namespace vitalgate::test {
namespace {

// Anybody's: the receiver may do its work, gateways may hear the answers.
constexpr auto kReceiverOnly = "topic read vitalgate/#\ntopic write vitalgate/v1/+/ack\n";

class BrokerFaultTest : public FaultWorld {};

TEST_F(BrokerFaultTest, ADeniedTopicIsNamedAndNothingIsLostByIt) {
  site_.broker.set({.acl = kReceiverOnly});
  start_mqtt();
  begin_in_trouble();
  expect_named({"does not let this gateway publish"});
  site_.broker.set({.acl = "topic readwrite vitalgate/#\n"});
  site_.broker.reload();
  expect_recovered();
}

TEST_F(BrokerFaultTest, ATopicThatIsDeniedForAWhileIsNamedAndNothingIsLostByIt) {
  site_.broker.set({.acl = "topic readwrite vitalgate/#\n"});
  start_mqtt();
  begin();
  site_.broker.set({.acl = kReceiverOnly});
  site_.broker.reload();
  expect_named({"does not let this gateway publish"});
  site_.broker.set({.acl = "topic readwrite vitalgate/#\n"});
  site_.broker.reload();
  expect_recovered();
}

TEST_F(BrokerFaultTest, OneMessageAtATimeIsNoTrouble) {
  site_.broker.set({.receive_maximum = 1});
  start_mqtt();
  begin();
  expect_untroubled();
  expect_recovered();
}

// Batches that are sealed after a quarter of a minute's wait do not fit; their halves do.
TEST_F(BrokerFaultTest, BatchesThatAreTooLargeForTheBrokerArriveInSmallerOnes) {
  site_.broker.set({.packet_bytes_max = 20'000});
  speed_ = 20;
  start_mqtt();
  config_.max_age = "1s";
  agent_->configure(config_);
  begin();
  expect_untroubled();
  expect_recovered();
}

TEST_F(BrokerFaultTest, AnotherClientWithOurIdIsNamedAndCostsNothing) {
  start_mqtt("client_id = \"the-same\"\n");
  begin();
  AgentConfig twin = config_;
  twin.gateway_id = "clinic-twin";
  twin.devices.clear();
  Agent rival(site_.folder.path() / "rival", twin);
  rival.start();
  expect_named({"client_id", "taken over"});
  EXPECT_EQ(rival.stop(), 0);
  expect_recovered();
}

TEST_F(BrokerFaultTest, ARefusedPasswordIsNamedAndNothingIsLostByIt) {
  start_mqtt();
  begin();
  site_.broker.stop();
  site_.broker.set({.user = "somebody", .password = "else"});
  site_.broker.start();
  expect_named({"refuses this gateway", "not authorised", "password"});
  site_.broker.stop();
  site_.broker.set({});
  site_.broker.start();
  expect_recovered();
}

TEST_F(BrokerFaultTest, ABrokerThatRestartsAgainAndAgainCostsNothing) {
  start_mqtt();
  begin();
  for (int round = 0; round < 2; ++round) {
    round % 2 == 0 ? site_.broker.kill() : site_.broker.stop();
    let_pass(Milliseconds(300));
    site_.broker.start();
    let_pass(Milliseconds(700));
  }
  expect_recovered();
}

}  // namespace
}  // namespace vitalgate::test
