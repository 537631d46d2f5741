// A hub that is not there yet, or not there for a while.
#include <chrono>
#include <cstdio>

#include "tests/integration/world.h"

namespace vitalgate::test {
namespace {

class OutageTest : public World {
 protected:
  Status wait_until_down() {
    return agent_->wait_for("the lost link to be seen", [](const Status& now) {
      return now.destination().state == "down" && now.waiting > 0;
    });
  }
};

TEST_F(OutageTest, AnAgentThatStartsBeforeItsBrokerStoresAndDeliversLater) {
  prepare();
  agent_->start();
  clinic_->start();
  const Status alone = wait_until_down();
  EXPECT_FALSE(alone.destination().detail.empty());
  EXPECT_FALSE(alone.destination().hint.empty());
  site_.start();
  wait_until_delivered();
  expect_all_arrived();
}

TEST_F(OutageTest, AStoppedBrokerIsSaidWithAHintAndEverythingDrainsWhenItIsBack) {
  prepare();
  site_.start();
  agent_->start();
  clinic_->start();
  wait_until_delivered();
  site_.broker.stop();
  const Status down = wait_until_down();
  EXPECT_NE(down.state, "ok");
  EXPECT_FALSE(down.reason.empty());
  EXPECT_FALSE(down.destination().hint.empty());
  agent_->wait_for("the backlog to grow", [&](const Status& now) {
    return now.waiting > down.waiting && now.oldest_waiting_s.has_value();
  });
  site_.broker.start();
  agent_->wait_for("the link to be back",
                   [](const Status& now) { return now.destination().state == "connected"; });
  wait_until_delivered();
  expect_all_arrived();
}

TEST_F(OutageTest, AKilledBrokerCostsNothing) {
  prepare();
  site_.start();
  agent_->start();
  clinic_->start();
  wait_until_delivered();
  site_.broker.kill();
  wait_until_down();
  site_.broker.start();
  wait_until_delivered();
  expect_all_arrived();
}

TEST_F(OutageTest, AnAnswerThatComesTooLateMakesARepeatThatIsCountedOnce) {
  prepare();
  site_.start(4);  // seconds, one more than the agent waits
  agent_->start();
  clinic_->start();
  wait_until_delivered();
  expect_all_arrived();
  EXPECT_GT(site_.hub.verdict().repeated_batches, 0u);
}

TEST_F(OutageTest, AnswersThatNeverComeHoldNothingUpForGood) {
  prepare();
  site_.start(0, 3);  // the receiver keeps its first three answers to itself
  agent_->start();
  clinic_->start();
  wait_until_delivered();
  expect_all_arrived();
}

TEST_F(OutageTest, StatusIsAnsweredWhileTheHubIsAway) {
  prepare();
  agent_->start();
  clinic_->start();
  wait_until_down();
  const auto before = Clock::now();
  const Output answer = agent_->ask({"status"});
  const std::chrono::duration<double, std::milli> took = Clock::now() - before;
  EXPECT_EQ(answer.code, 0) << answer.err;
  EXPECT_FALSE(answer.out.empty());
  std::printf("vitalgate status took %.0f ms (bar: 150 ms)\n", took.count());
}

}  // namespace
}  // namespace vitalgate::test
