// The record access procedure as a conversation.
#include "firmware-bridge/gatt/racp.h"

#include "tests/unit/firmware-bridge/gatt/value.h"

namespace vitalgate::bridge::gatt {
namespace {

using namespace std::chrono_literals;
using test::from_hex;
using What = RacpStep::What;

class RacpTest : public testing::Test {
 protected:
  RacpStep indicated(std::string_view hex) { return procedure.indicated(from_hex(hex), now); }

  RacpProcedure procedure;
  Clock::time_point now{};
};

TEST_F(RacpTest, FetchesEverythingOrWhatIsNew) {
  EXPECT_EQ(*procedure.report_all(now), from_hex("0101"));
  procedure.notified(now);
  procedure.notified(now);
  const auto end = indicated("06000101");
  EXPECT_EQ(end.what, What::done);
  EXPECT_EQ(end.records, 2u);
  EXPECT_EQ(*procedure.report_since(0x0102, now), from_hex("0103010201"));
}

TEST_F(RacpTest, NoRecordsIsAGoodEnd) {
  ASSERT_TRUE(procedure.report_all(now));
  EXPECT_EQ(indicated("06000106").what, What::done);
  EXPECT_FALSE(procedure.is_running());
}

TEST_F(RacpTest, EveryOtherCodeIsAFailure) {
  for (unsigned code = 0; code <= 255; ++code) {
    if (code == 1 || code == 6) continue;
    ASSERT_TRUE(procedure.report_all(now));
    test::Bytes answer = from_hex("060001");
    answer.push_back(static_cast<std::byte>(code));
    const auto end = procedure.indicated(answer, now);
    EXPECT_EQ(end.what, What::failed) << code;
    EXPECT_FALSE(end.reason.empty());
  }
}

TEST_F(RacpTest, CountsRecords) {
  EXPECT_EQ(*procedure.count_all(now), from_hex("0401"));
  const auto end = indicated("05000201");
  EXPECT_EQ(end.what, What::done);
  EXPECT_EQ(end.records, 258u);
}

TEST_F(RacpTest, OneProcedureAtATime) {
  ASSERT_TRUE(procedure.report_all(now));
  EXPECT_EQ(procedure.count_all(now).error().code, Errc::unavailable);
}

TEST_F(RacpTest, NeverDeletesUnlessConstructedSo) {
  EXPECT_EQ(procedure.delete_all(now).error().code, Errc::rejected);
  RacpProcedure allowed(RacpProcedure::Deletion::allowed);
  EXPECT_EQ(*allowed.delete_all(now), from_hex("0201"));
}

TEST_F(RacpTest, SilenceIsAbortedAndThenGivenUp) {
  ASSERT_TRUE(procedure.report_all(now));
  now += 29s;
  procedure.notified(now);
  now += 29s;
  EXPECT_EQ(procedure.at(now).what, What::nothing);
  now += 1s;
  const auto abort = procedure.at(now);
  EXPECT_EQ(abort.what, What::write);
  EXPECT_EQ(abort.bytes, from_hex("0300"));
  now += 30s;
  EXPECT_EQ(procedure.at(now).what, What::failed);
  EXPECT_FALSE(procedure.deadline());
}

TEST_F(RacpTest, AnAbortThatTheSensorConfirmsIsAFailureUnlessItWasWanted) {
  ASSERT_TRUE(procedure.report_all(now));
  now += 30s;
  ASSERT_EQ(procedure.at(now).what, What::write);
  EXPECT_EQ(indicated("06000301").what, What::failed);

  ASSERT_TRUE(procedure.report_all(now));
  EXPECT_EQ(*procedure.abort(now), from_hex("0300"));
  EXPECT_EQ(indicated("06000301").what, What::done);
}

TEST_F(RacpTest, AnEndThatCrossesTheAbortStillCounts) {
  ASSERT_TRUE(procedure.report_all(now));
  now += 30s;
  ASSERT_EQ(procedure.at(now).what, What::write);
  EXPECT_EQ(indicated("06000101").what, What::nothing);
  EXPECT_EQ(indicated("06000307").what, What::done);
}

TEST_F(RacpTest, WhatAnswersSomethingElseChangesNothing) {
  EXPECT_EQ(indicated("06000101").what, What::nothing);
  ASSERT_TRUE(procedure.report_all(now));
  for (const char* other : {"06000401", "06000301", "050001 00", "", "0600", "06010101", "0101"})
    EXPECT_EQ(indicated(other).what, What::nothing) << other;
  EXPECT_TRUE(procedure.is_running());
  procedure.disconnected();
  EXPECT_FALSE(procedure.is_running());
}

}  // namespace
}  // namespace vitalgate::bridge::gatt
