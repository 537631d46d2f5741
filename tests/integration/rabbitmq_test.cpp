// RabbitMQ's MQTT plugin as the broker. It speaks 3.1.1, where a refused publish looks like one
// that was taken: only the receiver's answers count.
#include "tests/support/rabbitmq.h"
#include "tests/integration/fault_world.h"

namespace vitalgate::test {
namespace {

class RabbitMqTest : public FaultWorld {
 protected:
  void SetUp() override {
    if (!RabbitMq::is_installed())
      GTEST_SKIP() << "RabbitMQ is not installed: apt-get install rabbitmq-server";
    rabbit_ = std::make_unique<RabbitMq>(site_.folder.path() / "rabbit", site_.ca.issue());
    proxy_ = std::make_unique<FaultProxy>(rabbit_->port());
    rabbit_->start();
    site_.hub.start({.port = rabbit_->port(), .ca = site_.ca.file(), .mqtt_version = 3});
    site_.hub.wait_ready();
    aim("mqtt_version = 3\n");
  }

  std::unique_ptr<RabbitMq> rabbit_;
};

TEST_F(RabbitMqTest, TakesEverythingThroughAResetSilenceAndARefusal) {
  begin();
  proxy_->cut();
  wait_until_delivered();
  proxy_->swallow(100);
  expect_named({"does not confirm"});
  proxy_->pass();
  wait_until_delivered();
  proxy_->refuse();
  expect_named({"nothing listens", "refused"});
  proxy_->pass();
  expect_recovered();
}

}  // namespace
}  // namespace vitalgate::test
