// What is old: bounded in memory, in its order, and never in the way of what is new.
#include <random>
#include <set>

#include "tests/unit/sync/delivery_fixture.h"

namespace vitalgate::sync {
namespace {

TEST_F(BacklogTest, MemoryIsBoundedAndTheWholeBacklogGoesOutOldestFirst) {
  constexpr BatchNumber kCount = 10'000;
  for (BatchNumber n = 1; n <= kCount; ++n) seal(n, /*backfill=*/true);
  EXPECT_EQ(delivery_.counts().queued(), limits::kBacklogLookahead);
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

TEST_F(BacklogTest, TheBacklogLeavesAPartOfTheWindowToWhatIsNew) {
  delivery_ = Delivery({.window = 8, .backlog_share_percent = 75});
  for (BatchNumber n = 1; n <= 50; ++n) delivery_.add(batch(n, true));
  delivery_.link_up(20);
  EXPECT_EQ(send_all().size(), 6u);
  delivery_.add(batch(51));
  delivery_.add(batch(52));
  EXPECT_EQ(send_all(), (Numbers{51, 52})) << "at once, behind no old one";
}

TEST_F(BacklogTest, TheBacklogLeavesAPartOfTheBytesToo) {
  delivery_ = Delivery({.window = 50, .window_bytes = 1000, .backlog_share_percent = 50});
  for (BatchNumber n = 1; n <= 50; ++n) delivery_.add(batch(n, true));
  delivery_.link_up(50);
  EXPECT_EQ(send_all().size(), 5u);
}

TEST_F(BacklogTest, HoweverSmallItsShareOneOldBatchIsOnItsWay) {
  delivery_ = Delivery({.window = 3, .window_bytes = 200, .backlog_share_percent = 10});
  for (BatchNumber n = 1; n <= 5; ++n) delivery_.add(batch(n, true));
  delivery_.link_up(20);
  EXPECT_EQ(send_all(), (Numbers{1}));
}

TEST_F(BacklogTest, AnOldUrgentBatchGoesBeforeWhatIsNewAndKeepsToNoShare) {
  delivery_ = Delivery({.window = 4, .backlog_share_percent = 25, .backlog_rate = 1});
  for (BatchNumber n = 1; n <= 3; ++n) delivery_.add(batch(n, true, Lane::urgent));
  delivery_.link_up(20);
  delivery_.add(batch(1));
  EXPECT_EQ(send_all(), (Numbers{1, 2, 3, 1}));
}

TEST_F(BacklogTest, NewestFirstSendsTheWholeBacklogFromItsEnd) {
  delivery_ = Delivery({.window = 3, .backlog_order = config::BacklogOrder::newest_first});
  constexpr BatchNumber kCount = 5000;
  for (BatchNumber n = 1; n <= kCount; ++n) seal(n, true);
  EXPECT_EQ(delivery_.counts().backlog, limits::kBacklogLookahead);
  delivery_.link_up(20);
  const auto sent = drain();
  ASSERT_EQ(sent.size(), kCount);
  for (BatchNumber n = 1; n <= kCount; ++n) ASSERT_EQ(sent[n - 1].number, kCount + 1 - n);
  EXPECT_FALSE(delivery_.counts().more);
}

TEST_F(BacklogTest, OldestFirstHoldsEvenWhereALinkThatBreaksLeftNewOnesInMemory) {
  for (BatchNumber n = 1; n <= 3000; ++n) seal(n, true);
  delivery_.link_up(20);
  for (BatchNumber n = 3001; n <= 3600; ++n) seal(n, false);
  drain(500);  // of the live ones
  delivery_.link_down();
  delivery_.link_up(20);
  const auto sent = drain();
  ASSERT_EQ(sent.size(), 3100u);
  EXPECT_TRUE(std::is_sorted(sent.begin(), sent.end()));
}

TEST_F(BacklogTest, OldBatchesKeepToTheirRateAndTheDeadlineSaysWhenTheNextMayGo) {
  delivery_ = Delivery({.window = 50, .backlog_rate = 200});
  for (BatchNumber n = 1; n <= 20; ++n) delivery_.add(batch(n, true));
  delivery_.link_up(50);
  EXPECT_LE(send_all().size(), 3u) << "a second's worth at once";
  std::size_t sent = 0;
  const auto began = now_;
  for (; sent < 10; sent += send_all().size()) {
    ASSERT_TRUE(delivery_.deadline());
    ASSERT_GT(*delivery_.deadline(), now_) << "a loop that never rests";
    now_ = *delivery_.deadline();
  }
  EXPECT_GE(now_ - began, 4s);
  EXPECT_LE(now_ - began, 6s);
  delivery_.add(batch(21));
  EXPECT_EQ(send_all(), (Numbers{21})) << "what is new is not held back";
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
      ASSERT_LE(delivery_.counts().queued(), 2 * limits::kBacklogLookahead);
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
