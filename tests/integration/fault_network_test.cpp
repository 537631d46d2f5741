// The fault matrix, the network's part: the same faults under MQTT and under HTTPS.
#include <filesystem>
#include <fstream>

#include "tests/integration/fault_world.h"
#include "tests/support/paths.h"

namespace vitalgate::test {
namespace {

enum class Binding { mqtt, https };

class NetworkFaultTest : public FaultWorld, public testing::WithParamInterface<Binding> {
 protected:
  void start(const std::string& more = {}) {
    GetParam() == Binding::mqtt ? start_mqtt(more) : start_https(more);
  }
};

TEST_P(NetworkFaultTest, ARefusedConnectionIsNamedAndCostsNothing) {
  start();
  begin();
  proxy_->refuse();
  expect_named({"nothing listens", "refused"});
  proxy_->pass();
  expect_recovered();
}

TEST_P(NetworkFaultTest, AServerThatAcceptsAndHangsIsNamedAndCostsNothing) {
  start();
  proxy_->hang();
  begin_in_trouble();
  // Longer than the agent waits for a connection, and then looks for the reason.
  expect_named({"does not answer", "no answer"}, std::chrono::seconds(60));
  proxy_->pass();
  expect_recovered();
}

TEST_P(NetworkFaultTest, ALinkThatFallsSilentIsNamedAndCostsNothing) {
  start();
  begin();
  proxy_->swallow(100);
  expect_named({"does not confirm", "no answer", "does not answer"});
  proxy_->pass();
  expect_recovered();
}

TEST_P(NetworkFaultTest, AResetInMidPacketIsNamedAndCostsNothing) {
  start("compression = \"none\"\n");  // so that no batch fits before the reset
  begin();
  proxy_->reset(6000);  // a handshake and a part of a batch
  expect_named({"lost", "reset", "broke off", "breaks off"});
  EXPECT_TRUE(poll_until([&] { return proxy_->counts().resets >= 3; }, std::chrono::seconds(20)));
  proxy_->pass();
  expect_recovered();
}

TEST_P(NetworkFaultTest, AByteASecondIsNamedAndCostsNothing) {
  start();
  begin();
  proxy_->trickle();
  expect_named({"does not confirm", "no answer", "does not answer", "slow"});
  proxy_->pass();
  expect_recovered();
}

TEST_P(NetworkFaultTest, ALongAndNarrowLineIsNoTrouble) {
  start("window = 8\n");
  for (const auto way : {FaultProxy::Way::up, FaultProxy::Way::down})
    proxy_->shape(way, {.delay = Milliseconds(50), .bytes_per_s = 200'000});
  begin();
  expect_untroubled();
  expect_recovered();
}

TEST_P(NetworkFaultTest, AHungNameServerIsNamedAndCostsNothing) {
  const auto hang = site_.folder.path() / "hung";
  std::ofstream{hang};
  start();
  config_.host = "localhost";
  agent_->configure(config_);
  agent_->set_environment({"LD_PRELOAD=" + built_program("hung_name_server.so").string(),
                           "ASAN_OPTIONS=verify_asan_link_order=0",
                           "VITALGATE_TEST_HUNG_DNS=" + hang.string()});
  begin_in_trouble();
  expect_named({"name server", "cannot resolve"});
  std::filesystem::remove(hang);
  expect_recovered();
}

INSTANTIATE_TEST_SUITE_P(Mqtt, NetworkFaultTest, testing::Values(Binding::mqtt),
                         [](const auto&) { return "Mqtt5"; });
INSTANTIATE_TEST_SUITE_P(Https, NetworkFaultTest, testing::Values(Binding::https),
                         [](const auto&) { return "BehindNginx"; });

}  // namespace
}  // namespace vitalgate::test
