// What becomes of a destination that does not take what it is sent.
#include "tests/unit/sync/delivery_fixture.h"

namespace vitalgate::sync {
namespace {

class DeliveryFailureTest : public DeliveryTest {
 protected:
  DeliveryFailureTest() {
    delivery_ = Delivery({.window = 3, .answer_timeout = 20s, .retry_max = 60s});
    delivery_.link_up(20);
    for (BatchNumber n = 1; n <= 9; ++n) delivery_.add(batch(n));
  }
  // How long the destination is left alone.
  Clock::duration wait() const { return delivery_.pause().until().value_or(now_) - now_; }
  void pass(Clock::duration time) { now_ += time; }
  void busy(BatchNumber number, std::optional<std::chrono::seconds> retry_after = {}) {
    delivery_.busy(key(number), now_, retry_after, "the hub answers 503", "");
  }
  void lock(BatchNumber number) {
    delivery_.locked(key(number), now_, "the hub answers 403", "ask the operator");
  }
};

TEST_F(DeliveryFailureTest, ABusyPeerIsLeftAloneThenAskedWithOneBatch) {
  EXPECT_EQ(send_all(), (Numbers{1, 2, 3}));
  busy(1);
  EXPECT_FALSE(delivery_.pause().is_open());
  EXPECT_EQ(delivery_.pause().what(), "the hub answers 503");
  EXPECT_LE(wait(), 1s);
  EXPECT_EQ(*delivery_.deadline(), now_ + wait());
  EXPECT_TRUE(send_all().empty());
  busy(2);
  busy(3);
  EXPECT_LE(wait(), 1s) << "refusals of the same window do not add up";
  pass(1s);
  EXPECT_EQ(send_all(), (Numbers{1})) << "the probe";
  EXPECT_FALSE(delivery_.sent(key(1), now_));
  EXPECT_TRUE(delivery_.pause().is_open());
  EXPECT_EQ(send_all(), (Numbers{2, 3}));
}

TEST_F(DeliveryFailureTest, PausesOfABusyPeerGrowUpToTheirLimitAndASuccessEndsThat) {
  Clock::duration longest{};
  for (int round = 0; round < 40; ++round) {
    ASSERT_FALSE(send_all().empty());
    busy(1);
    ASSERT_LE(wait(), 60s);
    longest = std::max(longest, wait());
    pass(wait());
    for (BatchNumber n = 2; n <= 3; ++n) delivery_.not_sent(key(n));
  }
  EXPECT_GT(longest, 10s);
  ASSERT_EQ(send_all(), (Numbers{1}));
  static_cast<void>(delivery_.sent(key(1), now_));
  send_all();
  busy(2);
  EXPECT_LE(wait(), 1s);
}

TEST_F(DeliveryFailureTest, WhatABusyPeerAsksForWinsButNotBeyondAnHour) {
  send_all();
  busy(1, 120s);
  EXPECT_EQ(wait(), 120s);
  busy(2, 100'000s);
  EXPECT_EQ(wait(), 1h);
  busy(3, 5s);
  EXPECT_EQ(wait(), 1h) << "the longer one holds";
}

TEST_F(DeliveryFailureTest, AProbeThatIsNotAnsweredIsFollowedByAnother) {
  send_all();
  busy(1);
  delivery_.confirmed(key(2));
  delivery_.confirmed(key(3));
  EXPECT_FALSE(delivery_.pause().is_open()) << "answers to what was sent before say nothing";
  pass(1s);
  EXPECT_EQ(send_all(), (Numbers{1}));
  pass(60s);
  EXPECT_EQ(delivery_.expire(now_), 1u);
  EXPECT_EQ(send_all(), (Numbers{1}));
}

TEST_F(DeliveryFailureTest, APauseOutlivesTheLink) {
  send_all();
  busy(1, 120s);
  delivery_.link_down();
  delivery_.link_up(20);
  EXPECT_TRUE(send_all().empty());
  pass(120s);
  EXPECT_EQ(send_all(), (Numbers{1}));
}

TEST_F(DeliveryFailureTest, ALockedDestinationKeepsEverythingAndIsAskedMoreAndMoreRarely) {
  send_all();
  lock(1);
  lock(2);
  lock(3);
  std::vector<std::int64_t> waits;
  for (int round = 0; round < 8; ++round) {
    waits.push_back(std::chrono::duration_cast<std::chrono::seconds>(wait()).count());
    EXPECT_EQ(delivery_.pause().hint(), "ask the operator");
    pass(wait());
    ASSERT_EQ(send_all(), (Numbers{1}));
    lock(1);
  }
  EXPECT_EQ(waits, (std::vector<std::int64_t>{30, 60, 120, 240, 480, 900, 900, 900}));
  EXPECT_EQ(delivery_.counts().queued(), 9u);
  pass(wait());
  send_all();
  static_cast<void>(delivery_.sent(key(1), now_));
  EXPECT_TRUE(delivery_.pause().what().empty()) << "forgotten after a success";
  send_all();
  lock(2);
  EXPECT_EQ(wait(), 30s);
}

TEST_F(DeliveryFailureTest, APauseThatIsOverDoesNotWakeTheLoopAgainAndAgain) {
  delivery_ = Delivery({.window = 1});
  delivery_.link_up(20);
  delivery_.add(batch(1));
  send_all();
  busy(1);
  delivery_.forget(key(1));
  pass(1s);
  EXPECT_TRUE(send_all().empty());
  EXPECT_FALSE(delivery_.deadline());
}

TEST_F(DeliveryFailureTest, TheSameSeedGivesTheSameWaits) {
  const auto first_wait = [this](std::uint64_t seed) {
    delivery_ = Delivery({.window = 3, .seed = seed});
    delivery_.link_up(20);
    delivery_.add(batch(1));
    send_all();
    busy(1);
    return wait();
  };
  EXPECT_EQ(first_wait(7), first_wait(7));
  EXPECT_NE(first_wait(7), first_wait(8));
}

}  // namespace
}  // namespace vitalgate::sync
