// transport = "auto": the best way that is open, and what is said of the others.
#include "tests/contract/uplink_fixture.h"

namespace vitalgate::sync {
namespace {

// Three ways to one clinic's hub, each of which can be barred.
class AutoUplinkTest : public UplinkFixture {
 protected:
  void SetUp() override {
    UplinkFixture::SetUp();
    prepare(Way::https);
    broker_.emplace(directory_.path() / "broker", ca_.issue());
    broker_->set(broker_options_);
    broker_->start();
    wait_for_websocket();
    mqtt_.emplace(broker_->port());
    websocket_.emplace(broker_->websocket_port());
    settings_.transport = config::Transport::automatic;
    settings_.port = mqtt_->port();
    settings_.websocket_port = websocket_->port();
    settings_.https_port = link_->port();
  }

  std::string attempt() {
    forget_events();
    begin();
    auto detail = wait_for<LinkUp>().detail;
    end();
    return detail;
  }

  std::string remembered() { return test::read_file(directory_.path() / "route.hub"); }

  std::optional<test::FaultProxy> mqtt_, websocket_;
};

TEST_F(AutoUplinkTest, TheBestWayIsTakenAndRemembered) {
  EXPECT_TRUE(attempt().starts_with("mqtt 5 127.0.0.1:" + std::to_string(mqtt_->port())));
  EXPECT_EQ(remembered(), "mqtt " + std::to_string(mqtt_->port()) + "\n");
}

TEST_F(AutoUplinkTest, WhatIsBarredIsSaid) {
  mqtt_->refuse();
  const auto websocket = attempt();
  EXPECT_TRUE(websocket.starts_with("mqtt 5 over WebSocket ")) << websocket;
  EXPECT_TRUE(says(websocket, std::to_string(mqtt_->port()) + ": refused"));
  websocket_->refuse();
  std::filesystem::remove(directory_.path() / "route.hub");
  const auto https = attempt();
  EXPECT_TRUE(https.starts_with("https "));
  EXPECT_TRUE(says(https, std::to_string(websocket_->port()) + " WebSocket: refused"));
}

TEST_F(AutoUplinkTest, TheWayThatWorkedIsTriedFirstByTheNextRun) {
  mqtt_->refuse();
  websocket_->refuse();
  begin();
  const auto up = wait_for<LinkUp>();
  send(sealed_batch(3), up.generation);
  wait_for<HubAnswer>();  // now HTTPS is known to be more than an open port
  ASSERT_TRUE(test::poll_until([&] { return !remembered().empty(); }, 5s));
  end();
  mqtt_->pass();
  websocket_->pass();
  const auto before = mqtt_->counts().connections;
  EXPECT_TRUE(attempt().starts_with("https "));
  EXPECT_EQ(mqtt_->counts().connections, before);
}

TEST_F(AutoUplinkTest, AWayThatBreaksGivesWayToAnother) {
  begin();
  wait_for<LinkUp>();
  mqtt_->refuse();
  websocket_->refuse();
  EXPECT_TRUE(wait_for<LinkUp>(2).detail.starts_with("https "));
}

TEST_F(AutoUplinkTest, ABetterWayIsTakenOnceItIsOpenAndNotBefore) {
  route_retry_ = 300ms;
  mqtt_->refuse();
  websocket_->refuse();
  begin();
  const auto https = wait_for<LinkUp>();
  send(sealed_batch(3), https.generation);
  wait_for<HubAnswer>();
  test::let_pass(1s);
  EXPECT_TRUE(seen<LinkDown>().empty());  // what stands is kept
  mqtt_->pass();
  EXPECT_TRUE(wait_for<LinkUp>(2).detail.starts_with("mqtt 5 "));
  EXPECT_TRUE(says(wait_for<LinkDown>().what, "going over to mqtt 5"));
  EXPECT_EQ(seen<LinkDown>().size(), 1u);
}

TEST_F(AutoUplinkTest, WithoutAnyWayAllOfThemAreNamed) {
  mqtt_->refuse();
  websocket_->refuse();
  link_->refuse();
  const auto down = expect_no_link();
  for (const auto port : {mqtt_->port(), websocket_->port(), link_->port()})
    EXPECT_TRUE(says(down.what, std::to_string(port)));
  EXPECT_FALSE(down.hint.empty());
}

}  // namespace
}  // namespace vitalgate::sync
