// The fault matrix, the receiver's part: acknowledgements that are lost, late, repeated or out of
// order. The receiver is the judge, so what it stored twice would show.
#include "tests/integration/fault_world.h"

namespace vitalgate::test {
namespace {

class AnswerFaultTest : public FaultWorld {
 protected:
  void wait_until_faulted(std::uint64_t answers) {
    EXPECT_TRUE(
        poll_until([&] { return site_.hub.faulted() >= answers; }, std::chrono::seconds(30)));
  }
};

TEST_F(AnswerFaultTest, LostAnswersAreNamedAndMakeRepeatsThatCountOnce) {
  start_mqtt();
  begin();
  site_.hub.misbehave({.kind = "lost"});
  expect_named({"does not confirm"});
  site_.hub.behave();
  expect_recovered();
  EXPECT_GT(site_.hub.verdict().repeated_batches, 0u);
}

TEST_F(AnswerFaultTest, LateAnswersAreNamedAndMakeRepeatsThatCountOnce) {
  start_mqtt();
  begin();
  site_.hub.misbehave({.kind = "late", .seconds = 1.5});  // the agent waits one second
  expect_named({"does not confirm"});
  site_.hub.behave();
  expect_recovered();
  EXPECT_GT(site_.hub.verdict().repeated_batches, 0u);
}

TEST_F(AnswerFaultTest, RepeatedAnswersAreNoTrouble) {
  start_mqtt();
  site_.hub.misbehave({.kind = "repeated"});
  begin();
  expect_untroubled();
  wait_until_faulted(5);
  expect_recovered();
}

TEST_F(AnswerFaultTest, AnswersInReverseOrderAreNoTrouble) {
  start_mqtt();
  site_.hub.misbehave({.kind = "reordered", .group = 3});
  begin();
  expect_untroubled();
  wait_until_faulted(9);
  site_.hub.behave();
  expect_recovered();
}

}  // namespace
}  // namespace vitalgate::test
