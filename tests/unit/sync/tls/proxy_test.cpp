// The way through the clinic's HTTP proxy.
#include <fstream>

#include "tests/support/network.h"
#include "tests/unit/sync/tls/probe_fixture.h"

namespace vitalgate::test {
namespace {

using namespace std::chrono_literals;

class ProxyTest : public ProbeFixture {
 protected:
  [[nodiscard]] sync::TlsEndpoint through(std::uint16_t proxy, std::uint16_t port) const {
    sync::TlsEndpoint endpoint = at(port);
    endpoint.proxy = sync::TlsProxy{"127.0.0.1", proxy};
    return endpoint;
  }
};

TEST_F(ProxyTest, IsATunnelToTheHub) {
  const Listener server(tls_server({hub()}));
  const Listener proxy(http_proxy("", ""));
  const auto peer = sync::probe_tls(through(proxy.port(), server.port()), kLong);
  ASSERT_TRUE(peer) << peer.error().what;
  EXPECT_EQ(peer->subject, "localhost");
}

TEST_F(ProxyTest, IsLoggedInToWithTheFilesPassword) {
  const Listener server(tls_server({hub()}));
  const Listener proxy(http_proxy("Proxy-Authorization: Basic Z3c6c2VjcmV0\r\n",  // gw:secret
                                  "HTTP/1.1 407 No\r\nProxy-Authenticate: NTLM\r\n\r\n"));
  sync::TlsEndpoint endpoint = through(proxy.port(), server.port());
  expect_failure(endpoint, Errc::rejected, {"wants a login (407, it offers NTLM)"});
  endpoint.proxy->username = "gw";
  endpoint.proxy->password = in("password");
  expect_failure(endpoint, Errc::rejected, {"password", "cannot be read"});
  std::ofstream(in("password")) << "wrong\n";
  expect_failure(endpoint, Errc::rejected, {"does not accept the gateway's login", "407"});
  std::ofstream(in("password")) << "secret\n";
  EXPECT_TRUE(sync::probe_tls(endpoint, kLong));
}

TEST_F(ProxyTest, MayForbidTheHub) {
  const Listener proxy(http_proxy("not there", "HTTP/1.1 403 Forbidden\r\n\r\n"));
  expect_failure(through(proxy.port(), 8883), Errc::rejected,
                 {"does not allow localhost:8883 (403)", "ask clinic IT to allow CONNECT"});
}

TEST_F(ProxyTest, MayNotReachTheHub) {
  const Listener proxy(http_proxy("", ""));
  expect_failure(through(proxy.port(), free_port()), Errc::unavailable,
                 {"does not reach localhost", "502"});
}

TEST_F(ProxyTest, MayKnowNoTunnels) {
  const Listener proxy(http_proxy("not there", "HTTP/1.1 405 Method Not Allowed\r\n\r\n"));
  expect_failure(through(proxy.port(), 8883), Errc::rejected, {"refuses CONNECT", "405"});
}

TEST_F(ProxyTest, MayBeNoProxyAtAll) {
  const Listener other(answers("SSH-2.0-OpenSSH_9.2\r\n"));
  expect_failure(through(other.port(), 8883), Errc::unavailable, {"does not speak HTTP"});
  const Listener closing(hangs_up);
  expect_failure(through(closing.port(), 8883), Errc::unavailable, {"without an answer"});
  const Listener silent(says_nothing);
  expect_failure(through(silent.port(), 8883), Errc::unavailable,
                 {"the proxy", "accepts but does not answer"}, 200ms);
}

TEST_F(ProxyTest, MayBeGone) {
  expect_failure(through(free_port(), 8883), Errc::unavailable,
                 {"nothing listens", "the proxy runs", "destination.proxy"});
}

TEST_F(ProxyTest, AFlawOfTheHubBehindItIsStillTheHubs) {
  const Listener server(tls_server({hub({.from_days = -9, .until_days = -1})}));
  const Listener proxy(http_proxy("", ""));
  expect_failure(through(proxy.port(), server.port()), Errc::rejected,
                 {"certificate of localhost", "expired"});
}

TEST(EndpointTest, IsTakenFromTheSettings) {
  config::DestinationSettings settings;
  settings.host = "hub.example";
  settings.ca = "/ca.pem";
  settings.proxy = "http://[::1]:3128";
  settings.proxy_username = "gw";
  const auto mqtt = sync::endpoint_of(settings, config::Transport::mqtt);
  EXPECT_EQ(mqtt.port, 8883);
  ASSERT_TRUE(mqtt.proxy);
  EXPECT_EQ(mqtt.proxy->host, "::1");
  EXPECT_EQ(mqtt.proxy->port, 3128);
  EXPECT_EQ(mqtt.proxy->username, "gw");
  settings.proxy = "http://proxy.clinic.example:80";
  EXPECT_EQ(sync::endpoint_of(settings, config::Transport::https).proxy->host,
            "proxy.clinic.example");
  settings.proxy.reset();
  EXPECT_FALSE(sync::endpoint_of(settings, config::Transport::https).proxy);
  EXPECT_EQ(sync::endpoint_of(settings, config::Transport::https).port, 443);
}

}  // namespace
}  // namespace vitalgate::test
