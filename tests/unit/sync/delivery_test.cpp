#include "sync/delivery.h"

#include <gtest/gtest.h>

namespace vitalgate::sync {
namespace {

using namespace std::chrono_literals;

class DeliveryTest : public ::testing::Test {
 protected:
  static BatchInfo batch(BatchNumber number, bool backfill = false, Lane lane = Lane::vitals) {
    return {.key = {lane, number},
            .range = {number * 10 - 9, number * 10},
            .bytes = 100,
            .backfill = backfill};
  }
  std::vector<BatchNumber> send_all() {
    std::vector<BatchNumber> numbers;
    while (const auto send = delivery_.next(now_)) numbers.push_back(send->batch.key.number);
    return numbers;
  }

  Delivery delivery_{{.window = 3, .answer_timeout = 20s}};
  Clock::time_point now_ = Clock::now();
};

using Numbers = std::vector<BatchNumber>;

TEST_F(DeliveryTest, SendsNothingWhileTheLinkIsDown) {
  delivery_.add(batch(1));
  EXPECT_FALSE(delivery_.next(now_));
}

TEST_F(DeliveryTest, NeverHasMoreInFlightThanItsWindowOrThePeers) {
  for (BatchNumber n = 1; n <= 9; ++n) delivery_.add(batch(n));
  delivery_.link_up(20);
  EXPECT_EQ(send_all(), (Numbers{1, 2, 3}));
  delivery_.confirmed({Lane::vitals, 2});
  EXPECT_EQ(send_all(), (Numbers{4}));
  delivery_.link_down();
  delivery_.link_up(1);
  EXPECT_EQ(send_all(), (Numbers{1}));
}

TEST_F(DeliveryTest, LiveGoesBeforeTheBacklog) {
  for (BatchNumber n = 1; n <= 5; ++n) delivery_.add(batch(n, /*backfill=*/true));
  delivery_.link_up(20);
  EXPECT_EQ(send_all(), (Numbers{1, 2, 3}));
  delivery_.add(batch(6));
  delivery_.confirmed({Lane::vitals, 1});
  EXPECT_EQ(send_all(), (Numbers{6}));
}

TEST_F(DeliveryTest, TheUrgentLaneGoesFirst) {
  delivery_.link_up(20);
  delivery_.add(batch(1));
  delivery_.add(batch(7, false, Lane::urgent));
  EXPECT_EQ(send_all(), (Numbers{7, 1}));
}

TEST_F(DeliveryTest, ABrokenLinkSendsAgainWhatWasInFlightOldestFirst) {
  delivery_.link_up(20);
  for (BatchNumber n = 1; n <= 5; ++n) delivery_.add(batch(n));
  EXPECT_EQ(send_all(), (Numbers{1, 2, 3}));
  delivery_.link_down();
  EXPECT_EQ(delivery_.counts().in_flight, 0u);
  delivery_.link_up(20);
  EXPECT_EQ(send_all(), (Numbers{1, 2, 3}));
  EXPECT_EQ(delivery_.counts().repeated, 3u);
}

TEST_F(DeliveryTest, WhatIsNotAnsweredInTimeIsSentAgainMoreAndMoreSlowly) {
  delivery_.link_up(20);
  delivery_.add(batch(1));
  ASSERT_EQ(delivery_.next(now_)->attempt, 1u);
  EXPECT_EQ(*delivery_.deadline(), now_ + 20s);
  EXPECT_EQ(delivery_.expire(now_ + 19s), 0u);
  now_ += 20s;
  EXPECT_EQ(delivery_.expire(now_), 1u);
  ASSERT_EQ(delivery_.next(now_)->attempt, 2u);
  EXPECT_EQ(*delivery_.deadline(), now_ + 40s);
}

TEST_F(DeliveryTest, AnAnswerThatComesAfterItsTimeoutStillEndsTheBatch) {
  delivery_.link_up(20);
  delivery_.add(batch(1));
  static_cast<void>(delivery_.next(now_));
  delivery_.expire(now_ + 21s);
  delivery_.confirmed({Lane::vitals, 1});
  EXPECT_FALSE(delivery_.next(now_ + 22s));
}

TEST_F(DeliveryTest, TheTransportsWordCountsOnlyWhereItWasChosen) {
  delivery_.link_up(20);
  delivery_.add(batch(1));
  static_cast<void>(delivery_.next(now_));
  EXPECT_FALSE(delivery_.sent({Lane::vitals, 1}));

  Delivery plain({.window = 3, .acknowledge = config::Acknowledge::transport});
  plain.link_up(20);
  plain.add(batch(1));
  static_cast<void>(plain.next(now_));
  ASSERT_TRUE(plain.sent({Lane::vitals, 1}).has_value());
  EXPECT_EQ(plain.sent({Lane::vitals, 1})->last, 10u);
  EXPECT_FALSE(plain.sent({Lane::vitals, 2})) << "never sent";
}

}  // namespace
}  // namespace vitalgate::sync
