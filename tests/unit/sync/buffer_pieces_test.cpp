// Parts of sealed batches: events of their own over rows that stay as they are.
#include <nlohmann/json.hpp>

#include "agent/core/limits.h"
#include "sync/batch/digest.h"
#include "tests/unit/sync/buffer_fixture.h"

namespace vitalgate::sync {
namespace {

using namespace std::chrono_literals;

class BufferPiecesTest : public BufferFixture {
 protected:
  // Ten readings that three commits made durable, as one batch.
  BatchInfo mixed_batch() {
    for (int i = 1; i <= 10; ++i) {
      append(60 + i);
      if (i == 3 || i == 4) commit();
    }
    return commit(/*seal_all=*/true).at(0);
  }
  BatchInfo part(const BatchInfo& whole, Range range, BatchNumber number) {
    BatchInfo info = whole;
    info.range = range;
    info.key.number = number;
    return info;
  }
  static std::string text(const BatchBody& body) {
    std::string text = body.head;
    for (const std::string& rows : body.segments) text += rows;
    return text + std::string(kEnvelopeTail);
  }
};

TEST_F(BufferPiecesTest, APieceIsAnEventOfItsOwnOverTheStoredRows) {
  const BatchInfo whole = mixed_batch();
  const std::string before = event(whole);
  const auto number = buffer_->reserve_batches(Lane::vitals, 2);
  ASSERT_TRUE(number) << number.error().what;
  const auto body = buffer_->piece(whole, part(whole, {3, 6}, *number));
  ASSERT_TRUE(body) << body.error().what;
  EXPECT_EQ(body->info.bytes, body->segments.at(0).size());

  const auto json = nlohmann::json::parse(text(*body));
  const auto original = nlohmann::json::parse(before);
  EXPECT_EQ(json["data"]["batch_seq"], *number);
  EXPECT_EQ(json["data"]["first_seq"], 3);
  EXPECT_EQ(json["data"]["last_seq"], 6);
  EXPECT_EQ(json["data"]["count"], 4);
  ASSERT_EQ(json["data"]["readings"].size(), 4u);
  for (std::size_t i = 0; i < 4; ++i)
    EXPECT_EQ(json["data"]["readings"][i], original["data"]["readings"][i + 2]);
  EXPECT_EQ(json["data"]["readings_sha256"], sha256_hex(body->segments[0]));
  EXPECT_NE(json["id"], original["id"]);
  EXPECT_EQ(json["subject"], original["subject"]);
  EXPECT_EQ(json["data"]["low_watermark"], original["data"]["low_watermark"]);
  EXPECT_EQ(event(whole), before) << "what is stored stays as it is";
}

TEST_F(BufferPiecesTest, TheSamePieceHasTheSameBytesWhenItIsSentAgain) {
  const BatchInfo whole = mixed_batch();
  const auto number = buffer_->reserve_batches(Lane::vitals, 2);
  const std::string first = text(*buffer_->piece(whole, part(whole, {1, 5}, *number)));
  pass(1h);
  sealed_batch(3);
  EXPECT_EQ(text(*buffer_->piece(whole, part(whole, {1, 5}, *number))), first);
}

TEST_F(BufferPiecesTest, AReservedNumberIsNeverGivenOutAgain) {
  const BatchInfo first = sealed_batch(3);
  const auto reserved = buffer_->reserve_batches(Lane::vitals, 2);
  EXPECT_EQ(*reserved, first.key.number + 1);
  reopen();  // as after a crash
  const auto again = buffer_->reserve_batches(Lane::vitals, 2);
  EXPECT_EQ(*again, *reserved + 2);
  EXPECT_EQ(sealed_batch(3).key.number, *again + 2);
  EXPECT_EQ(*buffer_->reserve_batches(Lane::urgent, 1), 1u) << "each stream has its own";
}

TEST_F(BufferPiecesTest, AReservationLeavesWhatIsNotDurableAsItIs) {
  sealed_batch(3);
  append(70);
  ASSERT_TRUE(buffer_->reserve_batches(Lane::vitals, 2));
  reopen();
  EXPECT_EQ(buffer_->next_sequence(Lane::vitals), 4u) << "the staged one never existed";
}

TEST_F(BufferPiecesTest, ARefusedReadingIsHeldWithItsRowAndOnceEvenIfPowerFails) {
  const BatchInfo whole = mixed_batch();
  commit();  // so that bookkeeping is not due
  ASSERT_TRUE(*buffer_->reject(0, Lane::vitals, 4, "unit unknown", wall_));
  confirm(0, Lane::vitals, {4, 4});
  append(99);
  commit();
  reopen();
  EXPECT_EQ(buffer_->totals().quarantined, 1);
  EXPECT_TRUE(buffer_->has_confirmed(0, Lane::vitals, {4, 4})) << "in the same commit";
  EXPECT_FALSE(*buffer_->reject(0, Lane::vitals, 4, "unit unknown", wall_));
  EXPECT_EQ(buffer_->waiting(0), 9u);
  EXPECT_EQ(whole.range, (Range{1, 10}));
}

TEST_F(BufferPiecesTest, WhatWaitsIsListedFromEitherEnd) {
  for (int i = 0; i < 6; ++i) sealed_batch(10);
  confirm(0, Lane::vitals, {21, 30});
  confirm(0, Lane::vitals, {41, 45});
  const auto firsts = [](const std::vector<BatchInfo>& batches) {
    std::vector<Sequence> found;
    for (const BatchInfo& batch : batches) found.push_back(batch.range.first);
    return found;
  };
  using Firsts = std::vector<Sequence>;
  EXPECT_EQ(firsts(*buffer_->unconfirmed(0, Lane::vitals, 0, 9)), (Firsts{1, 11, 31, 41, 51}));
  EXPECT_EQ(firsts(*buffer_->unconfirmed(0, Lane::vitals, 10, 2)), (Firsts{11, 31}));
  EXPECT_EQ(firsts(*buffer_->unconfirmed_before(0, Lane::vitals, limits::kSequenceMax + 1, 9)),
            (Firsts{51, 41, 31, 11, 1}));
  EXPECT_EQ(firsts(*buffer_->unconfirmed_before(0, Lane::vitals, 51, 2)), (Firsts{41, 31}));
  EXPECT_EQ(firsts(*buffer_->unconfirmed_before(0, Lane::vitals, 1, 2)), Firsts{});
}

}  // namespace
}  // namespace vitalgate::sync
