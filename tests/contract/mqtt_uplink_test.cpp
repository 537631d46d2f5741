// What the MQTT uplink makes of brokers that limit, refuse or forget.
#include "tests/contract/uplink_fixture.h"

namespace vitalgate::sync {
namespace {

class MqttUplinkTest : public UplinkFixture {
 protected:
  std::filesystem::path password(const std::string& text) {
    const auto file = directory_.path() / "password";
    std::ofstream(file) << text << "\n";
    return file;
  }
};

class MqttVersionTest : public MqttUplinkTest, public ::testing::WithParamInterface<Way> {};
INSTANTIATE_TEST_SUITE_P(, MqttVersionTest,
                         ::testing::Values(Way::mqtt_5, Way::mqtt_3, Way::websocket));

TEST_P(MqttVersionTest, AWrongPasswordIsSaidAsSuch) {
  broker_options_.user = "clinic-042";
  broker_options_.password = "right";
  prepare(GetParam());
  settings_.username = "clinic-042";
  settings_.password = password("wrong");
  const auto down = expect_no_link();
  EXPECT_EQ(down.problem, LinkProblem::unauthorised) << down.what;
  EXPECT_TRUE(says(down.hint, "password"));
  end();
  forget_events();
  password("right");
  begin();
  wait_for<LinkUp>();
}

TEST_F(MqttUplinkTest, AForbiddenTopicPausesTheDestination) {
  broker_options_.acl = "topic read vitalgate/v1/#\n";
  prepare(Way::mqtt_5);
  begin();
  const auto up = wait_for<LinkUp>();
  const BatchInfo batch = sealed_batch(3);
  send(batch, up.generation);
  const auto refused = wait_for<TransportRefused>();
  EXPECT_EQ(refused.key, batch.key);
  EXPECT_EQ(refused.problem, BatchProblem::unauthorised);
  EXPECT_TRUE(says(refused.what, "0x87"));
  EXPECT_TRUE(seen<LinkDown>().empty());
}

TEST_F(MqttUplinkTest, TheBrokersWindowAndPacketSizeAreKept) {
  broker_options_.receive_maximum = 1;
  broker_options_.packet_bytes_max = 4000;
  prepare(Way::mqtt_5);
  begin();
  const auto up = wait_for<LinkUp>();
  EXPECT_EQ(up.window, 1u);
  EXPECT_EQ(up.bytes_max, 4000u);
  hub_->wait_ready();
  const BatchInfo small = sealed_batch(2), large = sealed_batch(10);
  send(large, up.generation);
  const auto refused = wait_for<TransportRefused>();
  EXPECT_EQ(refused.key, large.key);
  EXPECT_EQ(refused.problem, BatchProblem::content);
  send(small, up.generation);
  send(small, up.generation, 2);  // still under way: not sent beside itself
  wait_for<HubAnswer>();
  EXPECT_TRUE(seen<LinkDown>().empty());
}

TEST_F(MqttUplinkTest, AWindowOfOneDoesNotMakeAMessageASecond) {
  broker_options_.receive_maximum = 1;
  prepare(Way::mqtt_5);
  begin();
  const auto up = wait_for<LinkUp>();
  for (std::size_t i = 1; i <= 50; ++i) {
    send(sealed_batch(2), up.generation);
    wait_for<TransportTook>(i);
  }
  EXPECT_TRUE(seen<LinkDown>().empty());
}

TEST_F(MqttUplinkTest, TheHubUnpacksWhatTheUserPropertyNames) {
  prepare(Way::mqtt_5);
  for (const auto encoding :
       {config::Compression::none, config::Compression::gzip, config::Compression::zstd}) {
    settings_.compression = encoding;
    forget_events();
    expect_delivery();
    end();
  }
  expect_received(21);
}

TEST_F(MqttUplinkTest, ASecondClientWithOurIdIsAmongTheThingsToCheck) {
  prepare(Way::mqtt_5);
  begin();
  wait_for<LinkUp>();
  const auto log = directory_.path() / "other.log";
  const test::Process other({"/usr/bin/python3", "-c",
                             "import sys, paho.mqtt.client as mqtt\n"
                             "client = mqtt.Client(sys.argv[1], protocol=mqtt.MQTTv5)\n"
                             "client.tls_set(sys.argv[2])\n"
                             "client.connect('127.0.0.1', int(sys.argv[3]))\n"
                             "client.loop_forever()\n",
                             settings_.client_id, ca_.file(), std::to_string(broker_->port())},
                            log, log);
  const auto down = wait_for<LinkDown>();
  EXPECT_TRUE(says(down.what, "lost"));  // mosquitto 2.0.11 gives no reason
  EXPECT_TRUE(says(down.hint, "client_id"));
}

TEST_F(MqttUplinkTest, WithTransportAcknowledgementNothingIsSubscribed) {
  prepare(Way::mqtt_5);
  settings_.acknowledge = config::Acknowledge::transport;
  begin();
  const auto up = wait_for<LinkUp>();
  hub_->wait_ready();
  send(sealed_batch(3), up.generation);
  wait_for<TransportTook>();
  ASSERT_TRUE(test::poll_until([&] { return hub_->verdict().received == 3; }, 10s));
  EXPECT_TRUE(seen<HubAnswer>().empty());
}

TEST_F(MqttUplinkTest, AWebServerOnThePortIsSaidInWords) {
  prepare(Way::https);
  settings_.transport = config::Transport::mqtt;
  EXPECT_TRUE(says(expect_no_link().what, "MQTT does not"));
}

TEST_F(MqttUplinkTest, AWrongWebSocketPortIsSaidInWords) {
  prepare(Way::https);
  settings_.transport = config::Transport::mqtt_websocket;
  const auto down = expect_no_link();
  EXPECT_TRUE(says(down.what, "MQTT over WebSocket does not"));
  EXPECT_TRUE(says(down.hint, "websocket_path"));
}

// The long way of a person who waits: 40 seconds are the promise.
TEST_F(MqttUplinkTest, ALinkThatSwallowsEverythingIsNoticedWithin40SecondsWithBatchesUnderWay) {
  prepare(Way::mqtt_5);
  begin();
  const auto up = wait_for<LinkUp>();
  link_->hang();
  send(sealed_batch(9), up.generation);
  const auto down = wait_for<LinkDown>(1, 40s);
  EXPECT_EQ(down.problem, LinkProblem::unavailable);
  EXPECT_FALSE(down.hint.empty());
}

TEST_F(MqttUplinkTest, ALinkThatSwallowsEverythingIsNoticedWithin40SecondsWithoutTraffic) {
  prepare(Way::mqtt_5);
  begin();
  wait_for<LinkUp>();
  link_->hang();
  EXPECT_EQ(wait_for<LinkDown>(1, 40s).problem, LinkProblem::unavailable);
}

}  // namespace
}  // namespace vitalgate::sync
