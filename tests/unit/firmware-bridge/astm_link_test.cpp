// The dialogue of an ASTM device with its driver: what is answered, when, and what is taken.
#include <gtest/gtest.h>

#include "config/catalogue.h"
#include "tests/unit/firmware-bridge/astm_bytes.h"

namespace vitalgate::bridge {
namespace {

namespace metric = config::metric;
using test::astm_frame;
using test::operator+;
using test::Bytes;
using test::bytes_of;
using test::kAck;
using test::kEnq;
using test::kEot;
using test::kNak;

constexpr std::string_view kHeader = "H|\\^&\rP|1\rO|1|S1\r";
constexpr std::string_view kGlucose = "R|1|^^^GLU|6.1|mmol/L||N||F||||20250102030405\r";
constexpr std::string_view kSodium = "R|2|^^^NA|141|mmol/L||N||F||||20250102030405\r";

class AstmLinkTest : public testing::Test {
 protected:
  // What the device hears at once; arrivals are collected.
  Bytes say(const Bytes& bytes) {
    driver_->feed(bytes, Stamp{}, arrivals_);
    awaited_ = driver_->take_awaited();
    return driver_->take_reply();
  }
  std::size_t readings() const {
    std::size_t count = 0;
    for (const Arrival& arrival : arrivals_) count += arrival.readings.size();
    return count;
  }

  std::unique_ptr<Driver> driver_ = test::driver("astm");
  std::vector<Arrival> arrivals_;
  std::optional<std::size_t> awaited_;
};

TEST_F(AstmLinkTest, AFrameWithoutResultsIsAcknowledgedAtOnceAndOneWithResultsIsNot) {
  EXPECT_EQ(say(kEnq), kAck);
  EXPECT_EQ(say(astm_frame(1, kHeader)), kAck);
  EXPECT_EQ(awaited_, 0u);
  EXPECT_EQ(say(astm_frame(2, kGlucose)), Bytes{});
  EXPECT_EQ(awaited_, 1u);
  ASSERT_EQ(arrivals_.size(), 1u);
  EXPECT_TRUE(arrivals_[0].urgent_commit);
  EXPECT_EQ(Bytes(driver_->acknowledgement().begin(), driver_->acknowledgement().end()), kAck);
  EXPECT_EQ(say(astm_frame(3, "L|1|N\r")), kAck);
  EXPECT_EQ(say(kEot), Bytes{});
  EXPECT_EQ(driver_->counts().frames, 3u);
}

TEST_F(AstmLinkTest, ABrokenFrameIsAskedForAgainAndTakenThen) {
  say(kEnq);
  Bytes broken = astm_frame(1, kGlucose);
  broken[16] = std::byte{'9'};
  EXPECT_EQ(say(broken), kNak);
  EXPECT_TRUE(arrivals_.empty());
  say(astm_frame(1, kGlucose));
  EXPECT_EQ(readings(), 1u);
  EXPECT_EQ(driver_->counts().bad_frames, 1u);
}

TEST_F(AstmLinkTest, AFrameThatComesAgainAfterALostAnswerIsAnsweredAgainAndTakenOnce) {
  say(kEnq);
  EXPECT_EQ(say(astm_frame(1, kHeader)), kAck);
  EXPECT_EQ(say(astm_frame(1, kHeader)), kAck);
  say(astm_frame(2, kGlucose));
  // The answer to the second waits for the first to be durable: an arrival without readings.
  EXPECT_EQ(say(astm_frame(2, kGlucose)), Bytes{});
  EXPECT_EQ(awaited_, 1u);
  EXPECT_EQ(arrivals_.size(), 2u);
  EXPECT_EQ(readings(), 1u);
}

TEST_F(AstmLinkTest, AFrameOutOfOrderIsRefused) {
  say(kEnq);
  say(astm_frame(1, kHeader));
  EXPECT_EQ(say(astm_frame(3, kGlucose)), kNak);
  EXPECT_EQ(readings(), 0u);
  EXPECT_EQ(driver_->counts().bad_frames, 1u);
}

TEST_F(AstmLinkTest, FrameNumbersGoRoundFromSevenToZero) {
  say(kEnq);
  for (int i = 1; i <= 20; ++i) EXPECT_EQ(say(astm_frame(i % 8, "C|1|x\r")), kAck) << i;
}

TEST_F(AstmLinkTest, WhatComesBeforeAnEnquiryIsNotAnsweredAndNotTaken) {
  EXPECT_EQ(say(astm_frame(5, kGlucose)), Bytes{});
  EXPECT_TRUE(arrivals_.empty());
  EXPECT_FALSE(awaited_);
  EXPECT_EQ(driver_->counts().bad_frames, 1u);
}

TEST_F(AstmLinkTest, ARecordInSeveralFramesIsJoined) {
  say(kEnq);
  EXPECT_EQ(say(astm_frame(1, "H|\\^&\rR|1|^^^GL", true)), kAck);
  EXPECT_EQ(say(astm_frame(2, "U|6.1|mmo", true)), kAck);
  EXPECT_EQ(say(astm_frame(3, "l/L\r")), Bytes{});
  ASSERT_EQ(readings(), 1u);
  EXPECT_EQ(test::value_of(arrivals_[0], metric::kGlucoseUndeterminedBloodMolar), "6.1");
}

TEST_F(AstmLinkTest, ARecordLongerThanAllBoundsIsRefusedAndNotCutOff) {
  say(kEnq);
  Bytes answer;
  int number = 0;
  for (int i = 1; i < 40 && answer != kNak; ++i)
    answer = say(astm_frame(number = i % 8, "R" + std::string(239, 'x'), true));
  EXPECT_EQ(answer, kNak);
  EXPECT_EQ(say(kEot), Bytes{});
  EXPECT_TRUE(arrivals_.empty());
}

TEST_F(AstmLinkTest, SeveralResultsInAFrameAreOneArrival) {
  say(kEnq);
  say(astm_frame(1, std::string(kHeader).append(kGlucose).append(kSodium)));
  ASSERT_EQ(arrivals_.size(), 1u);
  EXPECT_EQ(arrivals_[0].readings.size(), 2u);
}

TEST_F(AstmLinkTest, AMessageBrokenOffAndSentAgainGivesOnlyWhatItHadNotGiven) {
  say(kEnq);
  say(astm_frame(1, kHeader));
  say(astm_frame(2, kGlucose));
  say(kEnq);  // the answer was lost, the device begins anew
  say(astm_frame(1, kHeader));
  say(astm_frame(2, kGlucose));
  say(astm_frame(3, kSodium));
  EXPECT_EQ(readings(), 2u);
  say(astm_frame(4, "L|1|N\r") + kEot);
}

TEST_F(AstmLinkTest, TheSameResultInALaterMessageIsTaken) {
  for (int message = 0; message < 2; ++message) {
    say(kEnq);
    say(astm_frame(1, std::string(kHeader).append(kGlucose)));
    say(kEot);  // without an L, as some meters end
  }
  EXPECT_EQ(readings(), 2u);
}

TEST_F(AstmLinkTest, ATransmissionThatFellSilentIsOver) {
  say(kEnq);
  say(astm_frame(1, kHeader));
  for (int second = 0; second < 31; ++second) driver_->tick();
  EXPECT_EQ(say(astm_frame(2, kGlucose)), Bytes{});
  EXPECT_TRUE(arrivals_.empty());
  EXPECT_EQ(say(kEnq), kAck);
}

TEST_F(AstmLinkTest, AnEnquiryEndsTheWaitForWhatCameBefore) {
  say(kEnq);
  say(astm_frame(1, kGlucose));
  EXPECT_EQ(awaited_, 1u);
  EXPECT_EQ(say(kEot + kEnq), kAck);
  EXPECT_EQ(awaited_, 0u);
}

TEST_F(AstmLinkTest, AQueryIsAcknowledgedAndNothingElse) {
  say(kEnq);
  EXPECT_EQ(say(astm_frame(1, "H|\\^&\rQ|1|^S1||ALL\rL|1|N\r")), kAck);
  EXPECT_TRUE(arrivals_.empty());
}

TEST_F(AstmLinkTest, AContourMetersEnquiryBehindAFrameIsNotASecondQuestion) {
  driver_ = test::driver("astm-contour-usb");
  EXPECT_EQ(say(kEot + astm_frame(1, "H|\\^&\r", true) + kEnq), kAck);
  EXPECT_EQ(say(astm_frame(2, "R|1|^^^Glucose|93|mg/dL^P||||201202052034\r", true) + kEnq),
            Bytes{});
  EXPECT_EQ(awaited_, 1u);
  EXPECT_EQ(say(kEnq), kAck);
}

}  // namespace
}  // namespace vitalgate::bridge
