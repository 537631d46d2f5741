#include "sync/buffer/buffer.h"

#include <sqlite3.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "agent/core/limits.h"
#include "sync/batch/digest.h"
#include "tests/unit/sync/buffer_fixture.h"

namespace vitalgate::sync {
namespace {

using namespace std::chrono_literals;
using BufferTest = BufferFixture;

TEST_F(BufferTest, SequencesAreGapFreeInEachLaneFromOne) {
  EXPECT_EQ(append(60), 1u);
  EXPECT_EQ(append(61), 2u);
  EXPECT_EQ(append(62, Lane::urgent), 1u);
  EXPECT_EQ(append(63), 3u);
}

TEST_F(BufferTest, WhatWasCommittedIsThereAfterACrash) {
  for (int i = 0; i < 7; ++i) append(60 + i);
  EXPECT_TRUE(commit().empty());
  const std::string epoch = buffer_->epoch();
  reopen();
  EXPECT_EQ(buffer_->epoch(), epoch);
  EXPECT_EQ(append(70), 8u);
  EXPECT_EQ(buffer_->totals().waiting, 7u);
}

TEST_F(BufferTest, WhatWasNotCommittedIsGoneAndItsNumbersWereNeverSeen) {
  append(60);
  commit();
  append(61);
  reopen();
  EXPECT_EQ(append(99), 2u);
}

TEST_F(BufferTest, ABatchIsSealedWhenFullOrOldOrAsked) {
  for (int i = 0; i < 12; ++i) append(60);
  auto sealed = commit();
  ASSERT_EQ(sealed.size(), 1u);
  EXPECT_EQ(sealed[0].range, (Range{1, 10}));
  EXPECT_TRUE(commit().empty());
  pass(10s);
  ASSERT_TRUE(buffer_->seal_due_at().has_value());
  EXPECT_LE(*buffer_->seal_due_at(), now_);
  sealed = commit();
  ASSERT_EQ(sealed.size(), 1u);
  EXPECT_EQ(sealed[0].range, (Range{11, 12}));
  EXPECT_EQ(sealed[0].key.number, 2u);
}

TEST_F(BufferTest, SegmentsFillABatchExactly) {
  for (int i = 0; i < 4; ++i) append(60);
  commit();
  for (int i = 0; i < 9; ++i) append(61);
  const auto sealed = commit();
  ASSERT_EQ(sealed.size(), 1u);
  EXPECT_EQ(sealed[0].range, (Range{1, 10}));
  EXPECT_EQ(buffer_->read(sealed[0])->segments.size(), 2u);
}

TEST_F(BufferTest, ARetryAfterACrashIsByteIdentical) {
  for (int i = 0; i < 4; ++i) append(60 + i);
  commit();
  const BatchInfo batch = sealed_batch(5);
  const std::string before = event(batch);
  const auto json = nlohmann::json::parse(before);
  EXPECT_EQ(json["data"]["readings"].size(), 9u);

  options_.agent_version = "2.0.0";  // also after an upgrade
  options_.site = "elsewhere";
  reopen();
  const auto waiting = buffer_->unconfirmed(0);
  ASSERT_EQ(waiting.size(), 1u);
  EXPECT_EQ(event(waiting[0]), before);
}

TEST_F(BufferTest, TheHashCoversTheExactBytesBetweenTheBrackets) {
  const std::string text = event(sealed_batch(3));
  const auto json = nlohmann::json::parse(text);
  const auto begin = text.find("\"readings\":[") + 12;
  const auto rows = text.substr(begin, text.size() - begin - kEnvelopeTail.size());
  EXPECT_EQ(json["data"]["readings_sha256"], sha256_hex(rows));
}

TEST_F(BufferTest, OffersAgainWhatWasNotConfirmedBeforeACrash) {
  const BatchInfo first = sealed_batch(3);
  const BatchInfo second = sealed_batch(3);
  ASSERT_EQ(confirm(0, Lane::vitals, first.range).size(), 1u);
  commit();
  reopen();
  const auto waiting = buffer_->unconfirmed(0);
  ASSERT_EQ(waiting.size(), 1u);
  EXPECT_EQ(waiting[0].key, second.key);
}

TEST_F(BufferTest, AConfirmationNotYetWrittenIsAskedForAgain) {
  const BatchInfo batch = sealed_batch(3);
  confirm(0, Lane::vitals, batch.range);
  reopen();
  EXPECT_EQ(buffer_->unconfirmed(0).size(), 1u);
}

TEST_F(BufferTest, ABatchIsCompleteOnlyWhenEveryReadingIsStored) {
  const BatchInfo batch = sealed_batch(6);
  EXPECT_TRUE(confirm(0, Lane::vitals, {1, 3}).empty());
  EXPECT_TRUE(confirm(0, Lane::vitals, {5, 6}).empty());
  EXPECT_EQ(buffer_->totals().waiting, 6u);
  const auto complete = confirm(0, Lane::vitals, {4, 4});
  ASSERT_EQ(complete.size(), 1u);
  EXPECT_EQ(complete[0].key, batch.key);
  EXPECT_EQ(buffer_->totals().waiting, 0u);
}

TEST_F(BufferTest, AHubThatClaimsMoreThanWasSealedConfirmsOnlyWhatWasSealed) {
  sealed_batch(3);
  append(60);
  commit();
  EXPECT_EQ(confirm(0, Lane::vitals, {1, limits::kSequenceMax}).size(), 1u);
  EXPECT_EQ(buffer_->totals().waiting, 1u) << "reading 4 is in no batch yet";
  commit(/*seal_all=*/true);
  EXPECT_EQ(buffer_->unconfirmed(0).size(), 1u);
  EXPECT_TRUE(confirm(0, Lane::urgent, {1, 5}).empty());
  EXPECT_TRUE(confirm(0, Lane::vitals, {0, 5}).empty());
}

TEST_F(BufferTest, NothingIsDeletedBeforeEveryDestinationHasIt) {
  options_.destinations = {"hub", "archive"};
  options_.keep_sent = 0s;
  reopen();
  const BatchInfo batch = sealed_batch(3);
  confirm(0, Lane::vitals, batch.range);
  commit();
  pass(2s);
  commit();
  EXPECT_TRUE(buffer_->read(batch));
  EXPECT_EQ(buffer_->unconfirmed(1).size(), 1u);
  confirm(1, Lane::vitals, batch.range);
  commit();
  pass(2s);
  commit();
  EXPECT_FALSE(buffer_->read(batch)) << "delivered everywhere and keep_sent is over";
}

TEST_F(BufferTest, WhatWasDeliveredIsKeptForReplayUntilKeepSentHasPassed) {
  options_.keep_sent = 1h;
  reopen();
  const BatchInfo batch = sealed_batch(3);
  confirm(0, Lane::vitals, batch.range);
  commit();
  pass(59min);
  commit();
  EXPECT_TRUE(buffer_->read(batch));
  reopen();  // the store's own clock goes on where it stopped
  pass(2min);
  commit();
  EXPECT_FALSE(buffer_->read(batch));
}

TEST_F(BufferTest, AWrongWallClockExpiresNothing) {
  const BatchInfo batch = sealed_batch(3);
  confirm(0, Lane::vitals, batch.range);
  commit();
  wall_ += std::chrono::days(10'000);
  now_ += 2s;
  commit();
  EXPECT_TRUE(buffer_->read(batch));
}

TEST_F(BufferTest, SequencesGoOnAfterEverythingWasDeleted) {
  options_.keep_sent = 0s;
  reopen();
  const BatchInfo batch = sealed_batch(5);
  confirm(0, Lane::vitals, batch.range);
  commit();
  pass(2s);
  commit();
  ASSERT_FALSE(buffer_->read(batch));
  reopen();
  EXPECT_EQ(append(60), 6u);
  EXPECT_EQ(sealed_batch(1).key.number, 2u);
}

TEST_F(BufferTest, ADestinationThatIsAddedLaterGetsWhatIsStillThere) {
  const BatchInfo batch = sealed_batch(3);
  confirm(0, Lane::vitals, batch.range);
  commit();
  options_.destinations = {"hub", "archive"};
  reopen();
  EXPECT_TRUE(buffer_->unconfirmed(0).empty());
  ASSERT_EQ(buffer_->unconfirmed(1).size(), 1u);
}

TEST_F(BufferTest, AReadingThatTheHubRefusesIsHeldAndCountsAsDealtWith) {
  sealed_batch(3);
  EXPECT_TRUE(*buffer_->reject(0, Lane::vitals, 2, "unit: not known", wall_));
  EXPECT_FALSE(*buffer_->reject(0, Lane::vitals, 99, "no such reading", wall_));
  confirm(0, Lane::vitals, {2, 2});
  confirm(0, Lane::vitals, {1, 1});
  EXPECT_EQ(confirm(0, Lane::vitals, {3, 3}).size(), 1u);
  commit();
  EXPECT_EQ(buffer_->totals().quarantined, 1);
  reopen();
  EXPECT_EQ(buffer_->totals().quarantined, 1);
}

TEST_F(BufferTest, LowWatermarkNeverPassesAReadingThatStillWaits) {
  const std::string oldest = to_rfc3339(wall_);
  sealed_batch(2);
  pass(1min);
  const auto second = nlohmann::json::parse(event(sealed_batch(2)));
  EXPECT_EQ(second["data"]["low_watermark"], oldest);
  confirm(0, Lane::vitals, {1, 4});
  pass(1min);
  const std::string third_received = to_rfc3339(wall_);
  const auto third = nlohmann::json::parse(event(sealed_batch(2)));
  EXPECT_EQ(third["data"]["low_watermark"], third_received);
}

TEST_F(BufferTest, ABufferOfAnotherGatewayIsRefusedAndLeftAsItIs) {
  sealed_batch(3);
  buffer_.reset();
  options_.gateway = "clinic-043";
  const auto opened = Buffer::open(options_, now_);
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, Errc::rejected);
  EXPECT_FALSE(opened.error().hint.empty());
  options_.gateway = "clinic-042";
  reopen();
  EXPECT_EQ(buffer_->unconfirmed(0).size(), 1u);
}

TEST_F(BufferTest, AFileThatIsNoDatabaseIsSetAsideAndWhatItHeldIsListedAsLost) {
  for (const std::string& content : {std::string(), std::string(9000, 'x')}) {
    append(60);
    commit();
    const std::string epoch = buffer_->epoch();
    const Sequence last = buffer_->next_sequence(Lane::vitals) - 1;
    pass(2s);
    append(61);
    commit();  // the mark is written at most once a second
    ASSERT_TRUE(buffer_->close());
    buffer_.reset();
    std::ofstream(database(), std::ios::trunc) << content;
    reopen();
    EXPECT_NE(buffer_->epoch(), epoch);
    ASSERT_FALSE(buffer_->losses().empty());
    EXPECT_EQ(buffer_->losses().back().stream_id, "vitals-" + epoch);
    EXPECT_EQ(buffer_->losses().back().range, (Range{1, last + 1}));
    EXPECT_EQ(append(62), 1u);
  }
  EXPECT_TRUE(std::filesystem::exists(options_.directory / "damaged-2" / "buffer.db"));
}

TEST_F(BufferTest, ACreationThatWasCutOffIsBegunAgain) {
  buffer_.reset();
  std::filesystem::remove_all(options_.directory);
  std::filesystem::create_directory(options_.directory);
  std::filesystem::create_directory(options_.directory / "store.new");
  std::ofstream(options_.directory / "store.new" / "buffer.db") << "half a database";
  reopen();
  EXPECT_EQ(append(60), 1u);
}

TEST_F(BufferTest, NobodyElseCanOpenALiveBuffer) {
  append(60);
  commit();
  sqlite3* other = nullptr;
  ASSERT_EQ(sqlite3_open(database().c_str(), &other), SQLITE_OK);
  EXPECT_EQ(sqlite3_exec(other, "SELECT * FROM segment", nullptr, nullptr, nullptr), SQLITE_BUSY);
  sqlite3_close(other);
}

TEST_F(BufferTest, AFullBufferRefusesReadingsKeepsThemAndGoesOnWhenThereIsRoom) {
  options_.max_disk_bytes = 400'000;
  options_.batch.max_readings = 200;
  reopen();
  const auto is_full = [&] { return buffer_->stalled() != 0; };
  std::vector<BatchInfo> sealed;
  Result<std::vector<BatchInfo>> outcome = sealed;
  for (int i = 0; i < 1000 && !is_full(); ++i) {
    pass(1s);
    for (int n = 0; n < 200; ++n) append(60 + n % 100);
    outcome = buffer_->commit({.now = now_, .wall = wall_});
    ASSERT_TRUE(outcome) << outcome.error().what;
    sealed.insert(sealed.end(), outcome->begin(), outcome->end());
  }
  ASSERT_TRUE(is_full()) << "the quota was never reached";
  const Sequence next = buffer_->next_sequence(Lane::vitals);

  // The hub takes what there is; delivered batches give way before their keep time.
  for (const BatchInfo& batch : sealed) confirm(0, Lane::vitals, batch.range);
  for (int tries = 0; tries < 4 && is_full(); ++tries) {
    pass(2s);
    outcome = buffer_->commit({.now = now_, .wall = wall_});
    ASSERT_TRUE(outcome) << outcome.error().what;
  }
  EXPECT_FALSE(is_full());
  EXPECT_EQ(buffer_->next_sequence(Lane::vitals), next);
  reopen();
  EXPECT_EQ(buffer_->next_sequence(Lane::vitals), next) << "what waited is durable now";
}

TEST_F(BufferTest, HowFarASourceGotIsDurableWithItsReadingsAndNotBefore) {
  append(70);
  buffer_->mark("dongle-1", {.slot = 0, .stream = 0xFEDCBA9876543210, .position = 17});
  buffer_->mark("dongle-1", {.slot = 3, .stream = 5, .position = 1});
  EXPECT_TRUE(buffer_->marks("dongle-1")->empty());
  commit();
  buffer_->mark("dongle-1", {.slot = 0, .stream = 0xFEDCBA9876543210, .position = 18});

  reopen();

  const std::vector<SourceMark> expected{{0, 0xFEDCBA9876543210, 17}, {3, 5, 1}};
  EXPECT_EQ(*buffer_->marks("dongle-1"), expected);
  EXPECT_TRUE(buffer_->marks("dongle-2")->empty());
}

}  // namespace
}  // namespace vitalgate::sync
