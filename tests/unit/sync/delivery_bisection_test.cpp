// Refused content: smaller and smaller pieces, until the reading at fault is alone.
#include <set>

#include "sync/delivery/drain_rate.h"
#include "tests/unit/sync/delivery_fixture.h"

namespace vitalgate::sync {
namespace {

// A peer that refuses batches with a marked reading, and what Destination does about it.
class BisectionTest : public DeliveryTest {
 protected:
  BisectionTest() {
    delivery_ = Delivery({.window = 3, .answer_timeout = 20s});
    delivery_.link_up(20);
  }

  void refuse(BatchKey batch) {
    if (delivery_.can_split(batch)) {
      delivery_.split(batch, next_number_);
      next_number_ += 2;
    } else if (const auto alone = delivery_.refused_alone(batch, now_, "unit unknown")) {
      quarantined_.insert(alone->range.first);
      stored(alone->range);
    }
  }
  void accept(const BatchInfo& batch) {
    for (Sequence n = batch.range.first; n <= batch.range.last; ++n)
      EXPECT_TRUE(stored_.insert(n).second);
    stored(batch.range);
  }
  // Pieces, then batches that are complete.
  void stored(Range range) {
    for (Sequence n = range.first; n <= range.last; ++n) done_.insert(n);
    const auto has = [this](Range of) {
      for (Sequence n = of.first; n <= of.last; ++n)
        if (!done_.contains(n)) return false;
      return true;
    };
    for (const BatchInfo& piece : delivery_.pieces_over(Lane::vitals, range))
      if (has(piece.range)) delivery_.confirmed(piece.key);
    for (const auto& [number, info] : batches_)
      if (info.range.first <= range.last && info.range.last >= range.first && has(info.range))
        delivery_.confirmed(info.key);
  }
  void add(BatchNumber number) {
    batches_.emplace(number, batch(number));
    delivery_.add(batch(number));
  }
  // Answers everything that goes out, until nothing does. The batches sent.
  std::size_t run(std::size_t at_most = 10'000) {
    std::size_t count = 0;
    for (; count < at_most; ++count) {
      const auto send = delivery_.next(now_);
      if (!send) break;
      const Range range = send->batch.range;
      EXPECT_LE(delivery_.counts().in_flight, 3u);
      EXPECT_EQ(send->whole.has_value(), send->batch.key.number > 1000u) << "a number of its own";
      const bool bad = std::any_of(marked_.begin(), marked_.end(),
                                   [&](Sequence n) { return n >= range.first && n <= range.last; });
      if (refuses_all_ || bad)
        refuse(send->batch.key);
      else
        accept(send->batch);
    }
    return count;
  }

  std::map<BatchNumber, BatchInfo> batches_;
  std::set<Sequence> marked_, stored_, done_, quarantined_;
  BatchNumber next_number_ = 1001;
  bool refuses_all_ = false;
};

TEST_F(BisectionTest, TheOneBadReadingIsFoundAndTheOthersArrive) {
  marked_ = {14};
  for (BatchNumber n = 1; n <= 3; ++n) add(n);
  run();
  EXPECT_EQ(quarantined_, marked_);
  EXPECT_EQ(stored_.size(), 29u);
  EXPECT_EQ(delivery_.counts().queued(), 0u);
  EXPECT_EQ(delivery_.counts().in_flight, 0u);
  EXPECT_TRUE(delivery_.pause().is_open());
}

TEST_F(BisectionTest, EveryBadReadingOfABatchIsFound) {
  marked_ = {1, 2, 7, 10};
  add(1);
  run();
  EXPECT_EQ(quarantined_, marked_);
  EXPECT_EQ(stored_.size(), 6u);
}

TEST_F(BisectionTest, ABatchOfBadReadingsOnlyCostsNoGoodOne) {
  for (Sequence n = 11; n <= 20; ++n) marked_.insert(n);
  for (BatchNumber n = 1; n <= 3; ++n) add(n);
  run();
  EXPECT_EQ(quarantined_, marked_);
  EXPECT_EQ(stored_.size(), 20u);
}

TEST_F(BisectionTest, FewPiecesAreOnTheirWayAndOtherBatchesGoOn) {
  for (BatchNumber n = 1; n <= 9; ++n) add(n);
  ASSERT_EQ(send_all(), (Numbers{1, 2, 3}));
  refuse(key(1));
  EXPECT_EQ(send_all(), (Numbers{1001, 1002}));
  refuse(key(1001));
  EXPECT_EQ(send_all(), (Numbers{1003})) << "its half first, and two at most";
  delivery_.confirmed(key(2));
  EXPECT_EQ(send_all(), (Numbers{4})) << "the refused one keeps its place in the window";
}

TEST_F(BisectionTest, AHubThatRefusesEverythingEmptiesNothingIntoQuarantine) {
  refuses_all_ = true;
  for (BatchNumber n = 1; n <= 200; ++n) add(n);
  std::size_t requests = 0;
  Clock::duration asked{};
  for (int day = 0; day < 50; ++day) {
    requests += run();
    ASSERT_EQ(delivery_.pause().why(), Pause::Why::refuses_everything);
    ASSERT_TRUE(delivery_.pause().until());
    asked += *delivery_.pause().until() - now_;
    now_ = *delivery_.pause().until();
  }
  EXPECT_TRUE(quarantined_.empty());
  EXPECT_LT(requests, 500u);
  EXPECT_GT(asked, 10h) << "more and more rarely";
  EXPECT_LE(delivery_.counts().bisected, limits::kWindowMax);
  EXPECT_EQ(delivery_.pause().what(), "the hub refuses every reading: unit unknown");

  refuses_all_ = false;
  marked_ = {55};
  run();
  EXPECT_TRUE(delivery_.pause().is_open());
  EXPECT_EQ(quarantined_, marked_) << "what was refused is tried again first";
  EXPECT_EQ(stored_.size(), 1999u);
}

TEST_F(BisectionTest, ASingleBadReadingWaitsUntilSomethingElseIsAccepted) {
  BatchInfo one = batch(1);
  one.range = {1, 1};
  batches_.emplace(1, one);
  delivery_.add(one);
  marked_ = {1};
  run();
  EXPECT_TRUE(quarantined_.empty());
  EXPECT_FALSE(delivery_.pause().is_open()) << "and somebody is told";
  now_ = *delivery_.pause().until();
  run();
  now_ = *delivery_.pause().until();
  EXPECT_TRUE(quarantined_.empty());
  add(2);
  run();
  EXPECT_EQ(quarantined_, marked_);
  EXPECT_TRUE(delivery_.pause().is_open());
}

TEST_F(BisectionTest, ATombstoneThatIsRefusedCannotBlockTheRest) {
  BatchInfo dropped = batch(1);
  dropped.tombstone = true;
  delivery_.add(dropped);
  add(2);
  ASSERT_EQ(send_all(), (Numbers{1, 2}));
  EXPECT_FALSE(delivery_.can_split(key(1)));
  EXPECT_FALSE(delivery_.refused_alone(key(1), now_, "no"));
  delivery_.confirmed(key(2));
  ASSERT_EQ(send_all(), (Numbers{1}));
  const auto alone = delivery_.refused_alone(key(1), now_, "no");
  ASSERT_TRUE(alone);
  EXPECT_TRUE(alone->tombstone);
}

TEST_F(BisectionTest, APieceThatIsRepeatedIsTheSamePiece) {
  add(1);
  send_all();
  refuse(key(1));
  const auto first = delivery_.next(now_);
  delivery_.busy(first->batch.key, now_, std::nullopt, "busy", "");
  now_ += 1s;
  const auto again = delivery_.next(now_);
  EXPECT_EQ(again->batch.key, first->batch.key);
  EXPECT_EQ(again->batch.range, first->batch.range);
  EXPECT_EQ(again->whole->key, key(1));
  EXPECT_EQ(again->attempt, 2u);
}

TEST_F(BisectionTest, PiecesOutliveTheLinkAndEndWithTheirBatch) {
  add(1);
  send_all();
  refuse(key(1));
  EXPECT_EQ(send_all(), (Numbers{1001, 1002}));
  delivery_.link_down();
  EXPECT_EQ(delivery_.counts().in_flight, 0u);
  delivery_.link_up(20);
  EXPECT_EQ(send_all().size(), 2u);
  stored({1, 10});
  EXPECT_EQ(delivery_.counts().in_flight, 0u);
  EXPECT_EQ(delivery_.counts().bisected, 0u);
}

TEST_F(BisectionTest, AfterAReloadTheWholeBatchBeginsAgain) {
  add(1);
  send_all();
  refuse(key(1));
  send_all();
  delivery_.reload();
  EXPECT_EQ(delivery_.counts().in_flight, 0u);
  const auto wanted = delivery_.wants(Lane::vitals);
  delivery_.refill(Lane::vitals, *wanted, {batch(1)});
  EXPECT_EQ(send_all(), (Numbers{1}));
}

TEST(DrainRateTest, SaysHowLongWhatWaitsWillTake) {
  DrainRate rate;
  Clock::time_point now{};
  EXPECT_FALSE(rate.time_for(1000, now));
  for (int i = 0; i < 100; ++i) {
    rate.add(50, now);
    now += 100ms;
  }
  EXPECT_NEAR(rate.per_second(now), 500, 25);
  EXPECT_NEAR(static_cast<double>(rate.time_for(5000, now)->count()), 10, 1);
  EXPECT_LT(rate.per_second(now + 2min), 10) << "it forgets";
  EXPECT_FALSE(rate.time_for(1000, now + 1h));
}

}  // namespace
}  // namespace vitalgate::sync
