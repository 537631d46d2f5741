// The clinic's HTTP proxy in between, on every transport.
#include <cstdlib>

#include "tests/contract/uplink_fixture.h"
#include "tests/support/connect_proxy.h"

namespace vitalgate::sync {
namespace {

class ProxyUplinkTest : public UplinkFixture, public ::testing::WithParamInterface<Way> {
 protected:
  void SetUp() override {
    UplinkFixture::SetUp();
    prepare(GetParam());
  }

  void start_proxy(const test::ConnectProxy::Options& options) {
    proxy_.emplace(directory_.path() / "proxy", options);
    settings_.proxy = proxy_->url();
  }

  void log_in_with(const std::string& name, const std::string& password) {
    const auto file = directory_.path() / "proxy-password";
    std::ofstream(file) << password << "\n";
    settings_.proxy_username = name;
    settings_.proxy_password = file;
  }

  [[nodiscard]] std::string target() const {
    return settings_.host + ":" + std::to_string(*settings_.port);
  }

  std::optional<test::ConnectProxy> proxy_;
};
INSTANTIATE_TEST_SUITE_P(, ProxyUplinkTest,
                         ::testing::Values(Way::mqtt_5, Way::websocket, Way::https));

TEST_P(ProxyUplinkTest, BatchesGoThroughTheProxy) {
  start_proxy({});
  const auto up = expect_delivery();
  EXPECT_TRUE(says(proxy_->log(), target() + " 200"));
  EXPECT_TRUE(says(up.detail, "through 127.0.0.1:" + std::to_string(proxy_->port())));
}

TEST_P(ProxyUplinkTest, ALoginWithAnyCharactersIsTakenByTheProxy) {
  start_proxy({.login = "clinic 042:p@ss:w/rd%20ü"});
  log_in_with("clinic 042", "p@ss:w/rd%20ü");
  expect_delivery();
}

TEST_P(ProxyUplinkTest, AProxyThatWantsALoginIsSaidInWords) {
  start_proxy({.login = "clinic:secret"});
  const auto down = expect_no_link();
  EXPECT_EQ(down.problem, LinkProblem::unauthorised);
  EXPECT_TRUE(says(down.what, "407"));
  EXPECT_TRUE(says(down.hint, "proxy_username"));
}

TEST_P(ProxyUplinkTest, AProxyThatRefusesTheHubIsSaidInWords) {
  start_proxy({.refuse = 403});
  const auto down = expect_no_link();
  EXPECT_TRUE(says(down.what, "403"));
  EXPECT_TRUE(says(down.hint, "clinic IT"));
}

TEST_P(ProxyUplinkTest, AProxyThatIsNotThereIsSaidInWords) {
  settings_.proxy = "http://127.0.0.1:" + std::to_string(test::free_port());
  EXPECT_TRUE(says(expect_no_link().what, "connection refused"));
}

TEST_P(ProxyUplinkTest, AProxyThatHangsIsGivenUp) {
  start_proxy({.hang = true});
  expect_no_link();
}

TEST_P(ProxyUplinkTest, TheEnvironmentHasNoSay) {
  start_proxy({.refuse = 403});
  settings_.proxy.reset();
  for (const char* name : {"http_proxy", "https_proxy", "HTTPS_PROXY", "ALL_PROXY", "all_proxy"})
    ::setenv(name, proxy_->url().c_str(), 1);
  expect_delivery();
  for (const char* name : {"http_proxy", "https_proxy", "HTTPS_PROXY", "ALL_PROXY", "all_proxy"})
    ::unsetenv(name);
  EXPECT_EQ(proxy_->log(), "");
}

}  // namespace
}  // namespace vitalgate::sync
