#include "agent/commit_pace.h"

#include <gtest/gtest.h>

#include "agent/core/limits.h"

namespace vitalgate {
namespace {

using namespace std::chrono_literals;

class CommitPaceTest : public ::testing::Test {
 protected:
  [[nodiscard]] bool is_due(std::size_t staged = 100) const {
    return pace_.is_due(now_, {staged, std::nullopt});
  }

  CommitPace pace_{250ms};
  Clock::time_point now_ = Clock::now();
};

constexpr std::size_t kMuch = limits::kCommitBytes;

TEST_F(CommitPaceTest, NothingIsDueWhileNothingWaits) {
  EXPECT_FALSE(is_due(0));
  EXPECT_FALSE(pace_.due_at({}));
}

TEST_F(CommitPaceTest, TheFirstReadingWaitsNoLongerThanTheInterval) {
  pace_.arrived(now_, false);
  EXPECT_FALSE(is_due());
  now_ += 100ms;
  pace_.arrived(now_, false);
  now_ += 149ms;
  EXPECT_FALSE(is_due());
  now_ += 1ms;
  EXPECT_TRUE(is_due());
}

TEST_F(CommitPaceTest, AnUrgentOneIsCommittedAtOnceWhateverTheDiskDoes) {
  pace_.committed(now_ - 1s, now_, 0);
  pace_.arrived(now_, true);
  EXPECT_TRUE(is_due());
  pace_.committed(now_, now_, 0);
  pace_.arrived(now_, false);
  EXPECT_FALSE(is_due()) << "urgency ends with its commit";
}

TEST_F(CommitPaceTest, AFullLoadIsCommittedEarlyButASlowDiskIsGivenARest) {
  pace_.arrived(now_, false);
  EXPECT_TRUE(is_due(kMuch));
  pace_.committed(now_, now_ + 20ms, 0);
  now_ += 20ms;
  pace_.arrived(now_, false);
  EXPECT_FALSE(is_due(kMuch));
  EXPECT_EQ(*pace_.due_at({kMuch, std::nullopt}), now_ + 80ms) << "four times its last commit";
  now_ += 80ms;
  EXPECT_TRUE(is_due(kMuch));
}

TEST_F(CommitPaceTest, TheRestNeverExceedsTheInterval) {
  pace_.committed(now_ - 10s, now_, 0);
  pace_.arrived(now_, false);
  now_ += 250ms;
  EXPECT_TRUE(is_due(kMuch));
}

TEST_F(CommitPaceTest, AFullLaneDoesNotMakeEveryReadingACommit) {
  pace_.committed(now_, now_, 10 * kMuch);
  pace_.arrived(now_, false);
  EXPECT_FALSE(is_due(10 * kMuch + 100));
  EXPECT_TRUE(is_due(11 * kMuch));
}

TEST_F(CommitPaceTest, WhatFoundNoRoomIsTriedAgainThoughNothingNewComes) {
  pace_.committed(now_, now_, 500);
  EXPECT_FALSE(is_due(500));
  now_ += limits::kStorageRetryDelay;
  EXPECT_TRUE(is_due(500));
}

TEST_F(CommitPaceTest, AFailedCommitIsRepeatedAtItsOwnPaceUntilItIsMended) {
  pace_.arrived(now_, true);
  pace_.failed(now_);
  EXPECT_FALSE(is_due());
  EXPECT_EQ(*pace_.due_at({100, std::nullopt}), now_ + limits::kStorageRetryDelay);
  pace_.try_now();
  EXPECT_TRUE(is_due());
}

TEST_F(CommitPaceTest, ConfirmationsAndOldBatchesAreWrittenWithoutReadings) {
  pace_.has_bookkeeping(now_);
  EXPECT_FALSE(is_due(0));
  EXPECT_TRUE(pace_.is_due(now_, {0, now_})) << "a batch is old enough to seal";
  now_ += limits::kCheckpointDelayMax;
  EXPECT_TRUE(is_due(0));
}

}  // namespace
}  // namespace vitalgate
