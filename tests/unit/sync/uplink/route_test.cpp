#include "sync/uplink/route.h"

#include <gtest/gtest.h>

#include <fstream>

#include "agent/core/limits.h"
#include "sync/uplink/explain.h"
#include "sync/uplink/message.h"
#include "sync/uplink/place.h"
#include "tests/support/temp_dir.h"

namespace vitalgate::sync {
namespace {

using config::Transport;

constexpr Route kMqtt{Transport::mqtt, 8883};
constexpr Route kWebSocket{Transport::mqtt_websocket, 443};
constexpr Route kHttps{Transport::https, 443};
const std::vector<Route> kAll{kMqtt, kWebSocket, kHttps};
const auto kStart = Clock::now();

config::DestinationSettings automatic() {
  config::DestinationSettings settings;
  settings.host = "hub.example.org";
  settings.transport = Transport::automatic;
  settings.websocket_port = 443;
  settings.https_port = 443;
  return settings;
}

TEST(RouteTest, AutoHasThreeWaysAndEveryOtherTransportOne) {
  EXPECT_EQ(routes_of(automatic()), kAll);
  auto settings = automatic();
  settings.transport = Transport::https;
  EXPECT_EQ(routes_of(settings), std::vector{kHttps});
  settings.port = 9443;
  EXPECT_EQ(routes_of(settings), (std::vector<Route>{{Transport::https, 9443}}));
}

TEST(RouteTest, TheWayThatWorkedIsTriedFirst) {
  RouteChoice choice(kAll, std::nullopt, kStart);
  EXPECT_EQ(choice.order(kStart), kAll);
  choice.has_worked(kHttps, kStart);
  EXPECT_EQ(choice.order(kStart), (std::vector{kHttps, kMqtt, kWebSocket}));
  choice.has_worked(kWebSocket, kStart);
  EXPECT_EQ(choice.order(kStart), (std::vector{kWebSocket, kMqtt, kHttps}));
}

TEST(RouteTest, AWayThatCameAboutAndWasOfNoUseIsTriedInItsTurn) {
  RouteChoice choice(kAll, kHttps, kStart);
  choice.was_useless();
  EXPECT_EQ(choice.order(kStart), kAll);
}

TEST(RouteTest, OnceAnHourTheBetterWaysAreDue) {
  RouteChoice choice(kAll, std::nullopt, kStart);
  choice.has_worked(kHttps, kStart);
  auto now = kStart + limits::kRouteRetry - std::chrono::seconds(1);
  choice.has_worked(kHttps, now);  // goes on working: no reason to wait longer
  EXPECT_TRUE(choice.due(now).empty());
  now += std::chrono::seconds(1);
  EXPECT_EQ(choice.order(now), kAll);
  EXPECT_EQ(choice.due(now), (std::vector{kMqtt, kWebSocket}));
  EXPECT_TRUE(choice.due(now).empty());
  EXPECT_FALSE(choice.due(now + limits::kRouteRetry).empty());
}

TEST(RouteTest, OnTheBestWayNothingIsEverDue) {
  RouteChoice choice(kAll, kMqtt, kStart);
  EXPECT_TRUE(choice.due(kStart + 2 * limits::kRouteRetry).empty());
}

TEST(RouteMemoryTest, TheNextRunKnowsWhatWorked) {
  const test::TempDir folder("route");
  const auto file = folder.path() / "route.hub";
  EXPECT_EQ(RouteMemory(file).read(kAll), std::nullopt);
  RouteMemory(file).write(kHttps);
  EXPECT_EQ(RouteMemory(file).read(kAll), kHttps);
  RouteMemory(file).write(kMqtt);
  EXPECT_EQ(RouteMemory(file).read(kAll), kMqtt);
}

TEST(RouteMemoryTest, AnythingElseInTheFileIsForgotten) {
  const test::TempDir folder("route");
  const auto file = folder.path() / "route.hub";
  for (const std::string& text : {std::string(), std::string("https 8443\n"), std::string("\xff"),
                                  std::string(100'000, 'x'), std::string("mqtt 8883 \n")}) {
    std::ofstream(file) << text;
    EXPECT_EQ(RouteMemory(file).read(kAll), std::nullopt) << text.substr(0, 20);
  }
  RouteMemory(folder.path() / "no" / "folder").write(kHttps);
  RouteMemory({}).write(kHttps);
}

TEST(PlaceTest, AddressesOfBothKindsAreWrittenAsUrlsWantThem) {
  auto settings = automatic();
  EXPECT_EQ(to_text(hub_place(settings, kHttps)), "hub.example.org:443");
  settings.host = "2001:db8::1";
  EXPECT_EQ(to_text(hub_place(settings, kMqtt)), "[2001:db8::1]:8883");
  settings.proxy = "http://[2001:db8::2]:3128";
  EXPECT_EQ(next_place(settings, kMqtt).host, "2001:db8::2");
  EXPECT_EQ(next_place(settings, kMqtt).port, 3128);
  settings.proxy = "http://proxy.example.org:8080";
  EXPECT_EQ(to_text(proxy_place(settings)), "proxy.example.org:8080");
  EXPECT_EQ(percent_encoded("a:b@c%20ü"), "a%3Ab%40c%2520%C3%BC");
}

TEST(ExplainTest, ABarredWayIsToldInBrief) {
  const auto told = [](Route route, const char* what) {
    return brief(route, {LinkProblem::unavailable, what, ""});
  };
  EXPECT_EQ(told(kMqtt, "no answer from hub:8883"), "8883: no answer");
  EXPECT_EQ(told(kWebSocket, "nothing listens on hub:443 (connection refused)"),
            "443 WebSocket: refused");
  EXPECT_EQ(told(kHttps, "something new"), "443 HTTPS: something new");
}

TEST(MessageTest, AnEventIsHeadRowsAndTail) {
  BatchBody body;
  body.head = R"({"id":"clinic-042.vitals-a.b000000000001","data":{"readings":[)";
  body.segments = {R"({"seq":1},{"seq":2})", R"({"seq":3})"};
  std::string out = "used before";
  write_event(body, out);
  EXPECT_EQ(out, body.head + R"({"seq":1},{"seq":2},{"seq":3})" + "]}}");
  body.segments.clear();
  write_event(body, out);
  EXPECT_EQ(out, body.head + "]}}");
  EXPECT_EQ(event_id_of(body.head), "clinic-042.vitals-a.b000000000001");
  for (const char* head : {"", R"({"id":")", R"({"id":"a b"})", "{\"id\":\"a\r\nX: y\"}"})
    EXPECT_EQ(event_id_of(head), "") << head;
}

}  // namespace
}  // namespace vitalgate::sync
