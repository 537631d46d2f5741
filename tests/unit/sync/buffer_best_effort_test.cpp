// A destination that nothing is kept for: it gets what is there, and is told what was not.
#include <nlohmann/json.hpp>

#include "tests/unit/sync/buffer_fixture.h"

namespace vitalgate::sync {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t kHub = 0, kArchive = 1;

class BestEffortTest : public BufferFixture {
 protected:
  void SetUp() override {
    options_.destinations = {"hub", "archive"};
    options_.best_effort = 0b10;
    options_.keep_sent = 60s;
    BufferFixture::SetUp();
  }

  // `count` batches of ten that the hub has.
  void deliver(int count) {
    for (int i = 0; i < count; ++i) confirm(kHub, Lane::vitals, sealed_batch(10).range);
    commit();
  }
  void expire() {
    pass(70s);
    commit();
    pass(11s);
    commit();
  }
  std::vector<BatchInfo> waiting(std::size_t destination) {
    return *buffer_->unconfirmed(destination, Lane::vitals, 0, 1000);
  }
};

TEST_F(BestEffortTest, WhatIsDeletedWaitsForTheRequiredOneOnly) {
  deliver(3);
  EXPECT_EQ(buffer_->totals().waiting, 0u);
  EXPECT_EQ(waiting(kArchive).size(), 3u) << "still there for it while it is kept";
  EXPECT_EQ(buffer_->waiting(kArchive), 30u);
  sealed_batch(10);
  EXPECT_EQ(buffer_->totals().waiting, 10u);
  expire();
  ASSERT_EQ(waiting(kHub).size(), 1u);
  EXPECT_FALSE(waiting(kHub)[0].tombstone);
}

TEST_F(BestEffortTest, WhatItMissedIsDeclaredToItAloneAndCounted) {
  deliver(3);
  EXPECT_TRUE(buffer_->take_expired().empty());
  expire();
  EXPECT_EQ(buffer_->take_expired().size(), 3u);
  const auto left = waiting(kArchive);
  ASSERT_EQ(left.size(), 1u);
  ASSERT_TRUE(left[0].tombstone);
  EXPECT_EQ(left[0].missing_at, 0b10u);
  const auto json = nlohmann::json::parse(event(left[0]));
  EXPECT_EQ(json["data"]["dropped"][0]["first_seq"], 1);
  EXPECT_EQ(json["data"]["dropped"][0]["last_seq"], 30);
  EXPECT_EQ(json["data"]["dropped"][0]["reason"], "expired");
  EXPECT_EQ(buffer_->missed(kArchive), 30u);
  EXPECT_EQ(buffer_->missed(kHub), 0u);
  EXPECT_EQ(buffer_->waiting(kArchive), 0u) << "no reading waits any more";
  EXPECT_TRUE(buffer_->losses().empty()) << "the hub has them: nothing is lost";
  EXPECT_EQ(buffer_->totals().dropped, 0u);
}

TEST_F(BestEffortTest, TheTombstoneIsHandedToTheCommitThatMadeIt) {
  deliver(1);
  pass(70s);
  const auto sealed = commit();
  ASSERT_EQ(sealed.size(), 1u);
  EXPECT_TRUE(sealed[0].tombstone);
  EXPECT_TRUE(commit().empty());
}

TEST_F(BestEffortTest, ADestinationThatNeverComesBackCostsOneTombstone) {
  for (int round = 0; round < 20; ++round) {
    deliver(5);
    expire();
    if (round % 7 == 3) reopen();
  }
  const auto left = waiting(kArchive);
  ASSERT_EQ(left.size(), 1u);
  EXPECT_EQ(left[0].range, (Range{1, 1000}));
  EXPECT_EQ(buffer_->missed(kArchive), 1000u);
}

TEST_F(BestEffortTest, AllIsAsItWasAfterTheStoreWasClosedAndOpened) {
  deliver(3);
  expire();
  const std::string declared = event(waiting(kArchive).at(0));
  const std::string epoch = buffer_->epoch();
  reopen();
  EXPECT_EQ(buffer_->epoch(), epoch) << "nothing is taken for damage";
  ASSERT_EQ(waiting(kArchive).size(), 1u);
  EXPECT_EQ(event(waiting(kArchive)[0]), declared);
  EXPECT_EQ(buffer_->missed(kArchive), 30u);
  EXPECT_TRUE(buffer_->losses().empty());
  expire();
  EXPECT_EQ(waiting(kArchive).size(), 1u);
}

TEST_F(BestEffortTest, ATombstoneThatArrivedIsDeletedAndTheNextOneIsItsOwn) {
  deliver(2);
  expire();
  confirm(kArchive, Lane::vitals, {1, 20});
  EXPECT_TRUE(waiting(kArchive).empty());
  deliver(1);
  expire();
  ASSERT_EQ(waiting(kArchive).size(), 1u);
  EXPECT_EQ(waiting(kArchive)[0].range, (Range{21, 30}));
  expire();
  reopen();
  EXPECT_EQ(waiting(kArchive).size(), 1u);
  BatchInfo old = waiting(kArchive)[0];
  old.range = {1, 20};
  old.key.number = 3;
  EXPECT_FALSE(buffer_->read(old)) << "gone";
}

TEST_F(BestEffortTest, WhatItHasIsNotDeclaredToIt) {
  deliver(3);
  confirm(kArchive, Lane::vitals, {1, 4});
  confirm(kArchive, Lane::vitals, {21, 30});
  expire();
  const auto left = waiting(kArchive);
  ASSERT_EQ(left.size(), 1u);
  EXPECT_EQ(left[0].range, (Range{5, 20}));
  EXPECT_EQ(buffer_->missed(kArchive), 16u);
  reopen();
  EXPECT_EQ(waiting(kArchive).size(), 1u);
}

TEST_F(BestEffortTest, TwoOfThemAreToldApart) {
  options_.destinations = {"hub", "archive", "board"};
  options_.best_effort = 0b110;
  reopen();
  deliver(4);
  confirm(2, Lane::vitals, {11, 20});
  expire();
  EXPECT_EQ(waiting(1).size(), 3u);
  ASSERT_EQ(waiting(2).size(), 2u);
  EXPECT_EQ(waiting(2)[0].range, (Range{1, 10}));
  EXPECT_EQ(waiting(2)[1].range, (Range{21, 40}));
  EXPECT_EQ(buffer_->missed(1), 40u);
  EXPECT_EQ(buffer_->missed(2), 30u);
}

TEST_F(BestEffortTest, OneThatKeepsUpNeverMissesAnything) {
  for (int round = 0; round < 10; ++round) {
    deliver(2);
    for (const BatchInfo& batch : waiting(kArchive)) {
      EXPECT_FALSE(batch.tombstone);
      confirm(kArchive, Lane::vitals, batch.range);
    }
    expire();
  }
  EXPECT_EQ(buffer_->missed(kArchive), 0u);
  EXPECT_TRUE(waiting(kArchive).empty());
}

TEST_F(BestEffortTest, AFullStoreDeletesWhatTheHubHasAndTellsTheOther) {
  options_.max_disk_bytes = 600'000;
  options_.batch.max_readings = 100;
  options_.keep_sent = 240h;
  reopen();
  for (int round = 0; round < 900; ++round) {
    pass(200ms);
    for (int i = 0; i < 100; ++i) append(60 + (round * 31 + i * 7919) % 190);
    for (const BatchInfo& batch : commit())
      if (!batch.tombstone) confirm(kHub, Lane::vitals, batch.range);
    ASSERT_EQ(buffer_->stalled(), 0) << "round " << round;
  }
  EXPECT_GT(buffer_->missed(kArchive), 0u);
  std::uint64_t declared = 0, stored = 0, tombstones = 0;
  for (const BatchInfo& batch : waiting(kArchive)) {
    tombstones += batch.tombstone ? 1 : 0;
    (batch.tombstone ? declared : stored) += batch.range.count();
  }
  EXPECT_EQ(declared, buffer_->missed(kArchive));
  EXPECT_EQ(declared + stored, 90'000u) << "every number is there or declared";
  EXPECT_LE(tombstones, 2u);
}

}  // namespace
}  // namespace vitalgate::sync
