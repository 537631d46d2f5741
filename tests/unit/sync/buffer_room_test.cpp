// What gives way when the buffer is full, and what a person may ask of it.

#include <nlohmann/json.hpp>

#include "tests/unit/sync/buffer_fixture.h"

namespace vitalgate::sync {
namespace {

using namespace std::chrono_literals;

class BufferRoomTest : public BufferFixture {
 protected:
  void SetUp() override {
    options_.max_disk_bytes = 600'000;
    options_.batch.max_readings = 100;
    BufferFixture::SetUp();
  }

  // Sealed batches of `lane`, until it does not take more.
  std::vector<BatchInfo> fill(Lane lane) {
    std::vector<BatchInfo> all;
    for (int round = 0; round < 2000 && !waits(lane); ++round) {
      pass(2s);
      for (int i = 0; i < 100; ++i) append(60 + (round * 31 + i * 7919) % 190, lane);
      for (const BatchInfo& batch : commit()) all.push_back(batch);
    }
    EXPECT_TRUE(waits(lane)) << "it never filled up";
    return all;
  }

  [[nodiscard]] bool waits(Lane lane) const {
    return (buffer_->stalled() >> static_cast<unsigned>(lane) & 1) != 0;
  }
};

TEST_F(BufferRoomTest, ALaneThatHasUsedItsQuotaWaitsAndTheOthersGoOn) {
  options_.quota_percent = {100, 100, 20, 100};
  reopen();
  fill(Lane::waves);
  append(71, Lane::vitals);
  pass(2s);
  const auto sealed = commit(/*seal_all=*/true);
  EXPECT_TRUE(waits(Lane::waves));
  EXPECT_FALSE(waits(Lane::vitals));
  ASSERT_EQ(sealed.size(), 1u);
  EXPECT_EQ(sealed[0].key.lane, Lane::vitals);
  EXPECT_TRUE(buffer_->losses().empty());
}

TEST_F(BufferRoomTest, WhatWaitsForRoomKeepsItsNumbersAndIsStoredWhenThereIsSome) {
  options_.quota_percent = {100, 20, 100, 100};
  reopen();
  const auto sealed = fill(Lane::vitals);
  const Sequence next = buffer_->next_sequence(Lane::vitals);
  for (const BatchInfo& batch : sealed) confirm(0, Lane::vitals, batch.range);
  for (int i = 0; i < 20 && waits(Lane::vitals); ++i) {
    pass(11s);
    commit();
  }
  EXPECT_FALSE(waits(Lane::vitals));
  reopen();
  EXPECT_EQ(buffer_->next_sequence(Lane::vitals), next);
}

TEST_F(BufferRoomTest, AStoreFullOfWhatIsOnlyKeptTakesReadingsAtOnce) {
  options_.keep_sent = 240h;
  reopen();
  std::uint64_t stored = 0;
  for (int round = 0; round < 600; ++round) {
    pass(200ms);
    for (int i = 0; i < 100; ++i) append(60 + (round * 31 + i * 7919) % 190);
    for (const BatchInfo& batch : commit()) {
      confirm(0, Lane::vitals, batch.range);
      stored += batch.range.count();
    }
    ASSERT_EQ(buffer_->stalled(), 0) << "round " << round;
  }
  EXPECT_EQ(stored, 60'000u);
  EXPECT_GT(buffer_->totals().space.used_bytes, buffer_->totals().space.quota_bytes / 4);
}

TEST_F(BufferRoomTest, AMarkNeverPassesReadingsThatWaitForRoom) {
  options_.quota_percent = {100, 20, 100, 100};
  reopen();
  fill(Lane::vitals);
  append(70);
  buffer_->mark("dongle-1", {.slot = 0, .stream = 7, .position = 99});
  pass(2s);
  commit();
  ASSERT_TRUE(waits(Lane::vitals));
  reopen();
  EXPECT_TRUE(buffer_->marks("dongle-1")->empty());
}

TEST_F(BufferRoomTest, UrgentReadingsAreTakenWhenNothingElseIs) {
  fill(Lane::vitals);
  append(180, Lane::urgent);
  pass(2s);
  const auto sealed = commit(/*seal_all=*/true);
  ASSERT_EQ(sealed.size(), 1u);
  EXPECT_EQ(sealed[0].key.lane, Lane::urgent);
}

TEST_F(BufferRoomTest, OnlyWhenConfiguredTheOldestOfTheLowestLaneIsGivenUpAndDeclared) {
  options_.when_full = config::WhenFull::drop_lowest;
  options_.quota_percent = {100, 100, 100, 30};
  reopen();
  for (int round = 0; round < 400 && buffer_->losses().empty(); ++round) {
    pass(2s);
    for (int i = 0; i < 100; ++i) append(60 + (round * 31 + i * 7919) % 190, Lane::feeds);
    append(80, Lane::vitals);
    commit();
  }
  ASSERT_FALSE(buffer_->losses().empty());
  EXPECT_FALSE(waits(Lane::feeds));
  const Loss loss = buffer_->losses()[0];
  EXPECT_EQ(loss.stream_id, "feeds-" + buffer_->epoch());
  EXPECT_EQ(loss.range.first, 1u);
  EXPECT_EQ(loss.reason, "no_room");
  EXPECT_FALSE(buffer_->take_dropped().empty());

  const auto waiting = *buffer_->unconfirmed(0, Lane::feeds, 0, 1);
  ASSERT_EQ(waiting.size(), 1u);
  ASSERT_TRUE(waiting[0].tombstone);
  const auto json = nlohmann::json::parse(event(waiting[0]));
  EXPECT_EQ(json["data"]["dropped"][0]["last_seq"], loss.range.last);
  EXPECT_EQ(json["data"]["dropped"][0]["reason"], "no_room");
  reopen();
  EXPECT_EQ(buffer_->losses()[0].range, loss.range);
  EXPECT_GE(buffer_->totals().dropped, loss.range.count());
}

class BufferJobsTest : public BufferFixture {};

TEST_F(BufferJobsTest, KeptReadingsAreSentAgainByteForByteAndOnlyThoseAskedFor) {
  const BatchInfo first = sealed_batch(3);
  const std::string text = event(first);
  const WallTime between = wall_ + 30s;
  pass(1min);
  const BatchInfo second = sealed_batch(3);
  confirm(0, Lane::vitals, {1, 6});
  commit();
  ASSERT_TRUE(buffer_->unconfirmed(0).empty());

  const auto replay = buffer_->replay(between - 10min, between);
  ASSERT_TRUE(replay) << replay.error().what;
  EXPECT_EQ(replay->batches, 1u);
  EXPECT_EQ(replay->readings, 3u);
  reopen();
  const auto waiting = buffer_->unconfirmed(0);
  ASSERT_EQ(waiting.size(), 1u);
  EXPECT_EQ(waiting[0].key, first.key);
  EXPECT_EQ(event(waiting[0]), text);
  EXPECT_EQ(buffer_->totals().waiting, 3u);
  confirm(0, Lane::vitals, first.range);
  commit();
  EXPECT_EQ(buffer_->totals().waiting, 0u);
  EXPECT_TRUE(buffer_->read(second));
}

TEST_F(BufferJobsTest, AReplayGoesToOneThatHasItAlsoWhileAnotherStillWaits) {
  options_.destinations = {"hub", "archive"};
  reopen();
  const BatchInfo batch = sealed_batch(3);
  confirm(0, Lane::vitals, batch.range);
  commit();
  ASSERT_TRUE(buffer_->unconfirmed(0).empty());

  const auto replay = buffer_->replay(wall_ - 1min, wall_ + 1min);
  ASSERT_TRUE(replay) << replay.error().what;
  EXPECT_EQ(replay->batches, 1u);
  for (const std::size_t destination : {0u, 1u})
    EXPECT_EQ(buffer_->unconfirmed(destination).size(), 1u);
  EXPECT_EQ(buffer_->totals().waiting, 3u);
}

TEST_F(BufferJobsTest, AnExportHasEveryStoredReadingOnceALineEach) {
  sealed_batch(7);
  append(88);
  append(89, Lane::urgent);
  commit();
  Buffer::Export progress;
  std::string out;
  while (!progress.done) ASSERT_TRUE(buffer_->export_some(progress, 1, out));
  EXPECT_EQ(progress.readings, 9u);
  std::istringstream lines(out);
  std::set<std::string> ids;
  for (std::string line; std::getline(lines, line);)
    ids.insert(nlohmann::json::parse(line)["reading_id"]);
  EXPECT_EQ(ids.size(), 9u);
}

TEST_F(BufferJobsTest, AfterAKeyChangeOldReadingsOpenAndUnusedKeysAreGone) {
  const BatchInfo first = sealed_batch(3);
  const std::string text = event(first);
  ASSERT_TRUE(buffer_->rotate_key(wall_));
  EXPECT_EQ(buffer_->keys().data_keys, 2u);
  sealed_batch(3);
  reopen();
  EXPECT_EQ(event(first), text);
  options_.keep_sent = 0s;
  reopen();
  confirm(0, Lane::vitals, {1, 6});
  commit();
  pass(2s);
  append(60);
  commit();
  ASSERT_TRUE(buffer_->rotate_key(wall_));
  EXPECT_LE(buffer_->keys().data_keys, 2u) << "nothing is sealed under the first any more";
}

TEST_F(BufferJobsTest, WhatWasErasedCannotBeReadAgainAndTheNextStoreIsNew) {
  sealed_batch(3);
  const std::string epoch = buffer_->epoch();
  const auto erasure = buffer_->erase();
  ASSERT_TRUE(erasure) << erasure.error().what;
  EXPECT_EQ(erasure->epoch, epoch);
  EXPECT_EQ(erasure->waiting, 3u);
  EXPECT_FALSE(erasure->keys.empty());
  EXPECT_FALSE(std::filesystem::exists(database()));
  reopen();
  EXPECT_NE(buffer_->epoch(), epoch);
  EXPECT_TRUE(buffer_->losses().empty());
}

TEST_F(BufferJobsTest, CompactingGivesPagesBackAndLosesNothing) {
  options_.keep_sent = 0s;
  reopen();
  for (int i = 0; i < 60; ++i) confirm(0, Lane::vitals, sealed_batch(10).range);
  sealed_batch(5);
  pass(2s);
  commit();
  pass(2s);
  append(60);
  commit();
  std::int64_t released = 0;
  for (;;) {
    const auto some = buffer_->compact_some(16);
    ASSERT_TRUE(some) << some.error().what;
    if (*some == 0) break;
    released += *some;
  }
  EXPECT_GT(released, 0);
  EXPECT_EQ(buffer_->totals().waiting, 6u);
}

}  // namespace
}  // namespace vitalgate::sync
