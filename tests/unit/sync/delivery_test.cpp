#include "sync/delivery.h"

#include <gtest/gtest.h>

#include <random>
#include <set>

#include "agent/core/limits.h"

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

TEST_F(DeliveryTest, WhatCouldNotBeReadIsSentLaterAsIfItHadNotBeenTaken) {
  delivery_.link_up(20);
  delivery_.add(batch(1));
  const auto send = delivery_.next(now_);
  delivery_.not_sent(send->batch.key);
  EXPECT_EQ(delivery_.counts().in_flight, 0u);
  EXPECT_EQ(delivery_.next(now_)->attempt, 1u);
  EXPECT_EQ(delivery_.counts().repeated, 0u);
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
  EXPECT_FALSE(delivery_.sent({Lane::vitals, 1}));
  EXPECT_EQ(answered(Lane::urgent), 0u) << "an answer for another stream";
  EXPECT_EQ(answered(StreamRef(Lane::vitals, 1)), 0u) << "an answer for another epoch";
  ASSERT_EQ(answered(), 1u);
  EXPECT_EQ(delivery_.answered(Lane::vitals)[0], (Range{1, 10}));
}

TEST_F(TombstoneTest, ABatchOfReadingsIsNeverConfirmedWithoutBeingNamed) {
  EXPECT_FALSE(delivery_.sent({Lane::vitals, 2}));
  EXPECT_EQ(answered(), 0u);
}

TEST_F(TombstoneTest, AnotherConnectionsAnswerSaysNothing) {
  EXPECT_FALSE(delivery_.sent({Lane::vitals, 1}));
  delivery_.link_down();
  delivery_.link_up(20);
  send_all();
  EXPECT_EQ(answered(), 0u);
}

// A buffer that knows only which batches are sealed and unconfirmed.
class BacklogTest : public DeliveryTest {
 protected:
  void seal(BatchNumber number, bool backfill, Lane lane = Lane::vitals) {
    const BatchInfo info = batch(number, backfill, lane);
    waiting_.emplace(info.key, info);
    delivery_.add(info);
  }

  void refill() {
    for (const Lane lane : kLanes) {
      const auto wanted = delivery_.wants(lane);
      if (!wanted) continue;
      std::vector<BatchInfo> found;
      for (const auto& [key, info] : waiting_)
        if (key.lane == lane && info.range.first > wanted->after && found.size() < wanted->limit)
          found.push_back(info);
      delivery_.refill(lane, *wanted, found);
    }
  }

  // What is sent when every batch is confirmed at once.
  std::vector<BatchKey> drain(std::size_t at_most = 1'000'000) {
    std::vector<BatchKey> sent;
    for (;;) {
      refill();
      const auto send = sent.size() < at_most ? delivery_.next(now_) : std::nullopt;
      if (!send) return sent;
      EXPECT_LE(delivery_.counts().queued, 2 * limits::kBacklogLookahead);
      sent.push_back(send->batch.key);
      confirm(send->batch.key);
    }
  }

  void confirm(BatchKey key) {
    waiting_.erase(key);
    delivery_.confirmed(key);
  }

  std::map<BatchKey, BatchInfo> waiting_;
};

TEST_F(BacklogTest, MemoryIsBoundedAndTheWholeBacklogGoesOutOldestFirst) {
  constexpr BatchNumber kCount = 10'000;
  for (BatchNumber n = 1; n <= kCount; ++n) seal(n, /*backfill=*/true);
  EXPECT_EQ(delivery_.counts().queued, limits::kBacklogLookahead);
  EXPECT_TRUE(delivery_.counts().more);
  delivery_.link_up(20);
  const auto sent = drain();
  ASSERT_EQ(sent.size(), kCount);
  for (BatchNumber n = 1; n <= kCount; ++n) ASSERT_EQ(sent[n - 1].number, n);
  EXPECT_FALSE(delivery_.counts().more);
}

TEST_F(BacklogTest, AStoreFullOfOldBatchesIsReadAPieceAtATime) {
  for (BatchNumber n = 1; n <= 5000; ++n)
    waiting_.emplace(BatchKey{Lane::vitals, n}, batch(n, true));
  delivery_.link_up(20);
  EXPECT_EQ(drain().size(), 5000u);
}

TEST_F(BacklogTest, LiveGoesFirstWhileTheBacklogIsRefilled) {
  for (BatchNumber n = 1; n <= 5000; ++n) seal(n, true);
  delivery_.link_up(20);
  EXPECT_EQ(drain(1000).size(), 1000u);
  seal(5001, false);
  EXPECT_EQ(drain(1).at(0).number, 5001u);
  EXPECT_EQ(drain(1).at(0).number, 1001u);
  const auto rest = drain();
  EXPECT_EQ(rest.size(), 3999u) << "the live one is not sent again when the refill comes by";
}

TEST_F(BacklogTest, AnUrgentBatchDoesNotWaitBehindAMemoryFullOfWaves) {
  for (BatchNumber n = 1; n <= 3000; ++n) seal(n, true, Lane::waves);
  for (BatchNumber n = 1; n <= 1500; ++n) seal(n, true, Lane::urgent);
  delivery_.link_up(20);
  const auto sent = drain();
  ASSERT_EQ(sent.size(), 4500u);
  for (std::size_t i = 0; i < 1500; ++i) ASSERT_EQ(sent[i].lane, Lane::urgent);
}

TEST_F(BacklogTest, WhatIsReloadedGoesOutOnceMoreOnlyIfItIsStillUnconfirmed) {
  for (BatchNumber n = 1; n <= 10; ++n) seal(n, true);
  delivery_.link_up(20);
  const auto in_flight = delivery_.next(now_);
  drain(4);
  delivery_.reload();
  const auto rest = drain();
  ASSERT_EQ(rest.size(), 5u);
  EXPECT_EQ(rest[0].number, 6u) << "the one in flight is not sent again";
  confirm(in_flight->batch.key);
  EXPECT_TRUE(waiting_.empty());
}

TEST_F(BacklogTest, WhatTheBufferHasConfirmedBehindItsBackIsNotSentForEver) {
  for (BatchNumber n = 1; n <= 3; ++n) seal(n, true);
  delivery_.link_up(20);
  static_cast<void>(delivery_.next(now_));
  static_cast<void>(delivery_.next(now_));
  waiting_.erase(BatchKey{Lane::vitals, 1});  // its confirmation was lost on the way to us
  delivery_.reload();
  refill();
  EXPECT_EQ(delivery_.counts().in_flight, 1u);
  EXPECT_EQ(delivery_.expire(now_ + 1h), 1u);
}

TEST_F(BacklogTest, WhateverHappensNothingIsForgottenAndNothingIsInFlightTwice) {
  for (unsigned seed = 1; seed <= 40; ++seed) {
    std::mt19937 dice(seed);
    delivery_ = Delivery({.window = 64, .answer_timeout = 20s});
    waiting_.clear();
    std::map<Lane, BatchNumber> next;
    std::set<BatchKey> in_flight;
    bool up = false;
    const auto seal_some = [&](unsigned count) {
      for (unsigned i = 0; i < count; ++i) {
        const Lane lane = kLanes.at(dice() % kLanes.size());
        seal(++next[lane], !up, lane);
      }
    };
    for (int step = 0; step < 600; ++step) {
      switch (dice() % 8) {
        case 0:
          seal_some(static_cast<unsigned>(dice() % 300));
          break;
        case 1:
          if (dice() % 4 != 0) break;
          up = !up;
          in_flight.clear();
          if (up)
            delivery_.link_up(64);
          else
            delivery_.link_down();
          break;
        case 2:
          now_ += 30s;
          if (delivery_.expire(now_) > 0) in_flight.clear();
          break;
        case 3:
          if (dice() % 20 != 0) break;
          if (!in_flight.empty() && dice() % 2 == 0) waiting_.erase(*in_flight.begin());
          delivery_.reload();
          refill();
          std::erase_if(in_flight, [&](BatchKey key) { return !waiting_.contains(key); });
          break;
        default:
          refill();
          while (const auto send = delivery_.next(now_))
            ASSERT_TRUE(in_flight.insert(send->batch.key).second) << "seed " << seed;
          for (auto at = in_flight.begin(); at != in_flight.end();)
            if (dice() % 3 != 0) {
              confirm(*at);
              at = in_flight.erase(at);
            } else {
              ++at;
            }
      }
      ASSERT_LE(delivery_.counts().queued, 2 * limits::kBacklogLookahead);
    }
    delivery_.link_down();
    delivery_.link_up(64);
    drain();
    ASSERT_TRUE(waiting_.empty()) << waiting_.size() << " forgotten with seed " << seed;
    EXPECT_FALSE(delivery_.counts().more);
  }
}

}  // namespace
}  // namespace vitalgate::sync
