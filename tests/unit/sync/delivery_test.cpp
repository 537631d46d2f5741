// Window, order, repeats and what counts as delivered.
#include "tests/unit/sync/delivery_fixture.h"

namespace vitalgate::sync {
namespace {

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
  EXPECT_FALSE(delivery_.sent({Lane::vitals, 1}, now_));

  Delivery plain({.window = 3, .acknowledge = config::Acknowledge::transport});
  plain.link_up(20);
  plain.add(batch(1));
  static_cast<void>(plain.next(now_));
  ASSERT_TRUE(plain.sent({Lane::vitals, 1}, now_).has_value());
  EXPECT_EQ(plain.sent({Lane::vitals, 1}, now_)->last, 10u);
  EXPECT_FALSE(plain.sent({Lane::vitals, 2}, now_)) << "never sent";
}

TEST_F(DeliveryTest, WhatCouldNotBeReadIsSentLaterAsIfItHadNotBeenTaken) {
  delivery_.link_up(20);
  delivery_.add(batch(1));
  const auto send = delivery_.next(now_);
  delivery_.not_sent(send->batch.key);
  EXPECT_EQ(delivery_.counts().in_flight, 0u);
  EXPECT_EQ(delivery_.next(now_)->attempt, 1u);
  EXPECT_EQ(delivery_.counts().repeated, 0u);
}

TEST_F(DeliveryTest, NeverHasMoreBytesInFlightThanItsWindow) {
  delivery_ = Delivery({.window = 10, .window_bytes = 250});
  delivery_.link_up(20);
  for (BatchNumber n = 1; n <= 5; ++n) delivery_.add(batch(n));
  EXPECT_EQ(send_all(), (Numbers{1, 2}));
  delivery_.confirmed(key(1));
  EXPECT_EQ(send_all(), (Numbers{3}));
}

TEST_F(DeliveryTest, ABatchLargerThanTheWindowGoesAlone) {
  delivery_ = Delivery({.window = 10, .window_bytes = 50});
  delivery_.link_up(20);
  delivery_.add(batch(1));
  delivery_.add(batch(2));
  EXPECT_EQ(send_all(), (Numbers{1}));
  delivery_.confirmed(key(1));
  EXPECT_EQ(send_all(), (Numbers{2}));
}

TEST_F(DeliveryTest, ABatchThatIsRepeatedKeepsItsPlaceAmongTheLive) {
  for (BatchNumber n = 1; n <= 5; ++n) delivery_.add(batch(n, /*backfill=*/true));
  delivery_.link_up(20);
  delivery_.add(batch(6));
  EXPECT_EQ(send_all(), (Numbers{6, 1, 2}));
  delivery_.expire(now_ + 20s);
  EXPECT_EQ(send_all(), (Numbers{6, 1, 2}));
}

TEST_F(DeliveryTest, TheDeadlineIsNeverLaterThanTheFirstAnswerDue) {
  delivery_.link_up(20);
  for (BatchNumber n = 1; n <= 3; ++n) {
    delivery_.add(batch(n));
    static_cast<void>(delivery_.next(now_ + n * 1s));
  }
  EXPECT_EQ(*delivery_.deadline(), now_ + 21s);
  delivery_.confirmed(key(1));
  EXPECT_EQ(delivery_.expire(*delivery_.deadline()), 0u);
  EXPECT_EQ(*delivery_.deadline(), now_ + 22s) << "looked for anew";
  delivery_.confirmed(key(2));
  delivery_.confirmed(key(3));
  EXPECT_FALSE(delivery_.deadline());
}

class TombstoneTest : public DeliveryTest {
 protected:
  TombstoneTest() {
    BatchInfo dropped = batch(1);
    dropped.tombstone = true;
    delivery_.link_up(20);
    delivery_.add(dropped);
    delivery_.add(batch(2));
    send_all();
  }
  std::size_t answered(StreamRef stream = Lane::vitals) const {
    return delivery_.answered(stream).size();
  }
};

TEST_F(TombstoneTest, HasArrivedWhenTheTransportTookItAndTheHubSpeaksOfItsStream) {
  EXPECT_EQ(answered(), 0u) << "the transport has not taken it";
  EXPECT_FALSE(delivery_.sent({Lane::vitals, 1}, now_));
  EXPECT_EQ(answered(Lane::urgent), 0u) << "an answer for another stream";
  EXPECT_EQ(answered(StreamRef(Lane::vitals, 1)), 0u) << "an answer for another epoch";
  ASSERT_EQ(answered(), 1u);
  EXPECT_EQ(delivery_.answered(Lane::vitals)[0], (Range{1, 10}));
}

TEST_F(TombstoneTest, ABatchOfReadingsIsNeverConfirmedWithoutBeingNamed) {
  EXPECT_FALSE(delivery_.sent({Lane::vitals, 2}, now_));
  EXPECT_EQ(answered(), 0u);
}

TEST_F(TombstoneTest, AnotherConnectionsAnswerSaysNothing) {
  EXPECT_FALSE(delivery_.sent({Lane::vitals, 1}, now_));
  delivery_.link_down();
  delivery_.link_up(20);
  send_all();
  EXPECT_EQ(answered(), 0u);
}

}  // namespace
}  // namespace vitalgate::sync
