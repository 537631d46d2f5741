#include "agent/admission.h"

#include <gtest/gtest.h>

namespace vitalgate {
namespace {

using namespace std::chrono_literals;

class AdmissionTest : public ::testing::Test {
 protected:
  AdmissionTest() {
    settings_.devices.emplace_back().id = "ivy-1";
    arrival_.device = "ivy-1";
    arrival_.received.wall = *parse_rfc3339("2026-03-02T14:05:07.120Z");
    arrival_.bytes.resize(4);
  }

  Judgement judge(const Reading& reading) {
    const Admission admission(settings_);
    return admission.judge(admission.origin(arrival_.device), arrival_, reading);
  }

  static Reading heart_rate(Decimal value) {
    return {.metric = config::metric::kHeartRateEcg,
            .unit = config::unit::kPerMinute,
            .value = value,
            .flags = {},
            .raw = {},
            .device_time = {}};
  }

  config::Settings settings_;
  Arrival arrival_;
};

TEST_F(AdmissionTest, ABelievableReadingIsAcceptedWithTheGatewaysTime) {
  const Reading reading = heart_rate(Decimal::of(80));
  const auto judgement = judge(reading);
  ASSERT_TRUE(judgement.accepted()) << judgement.reason;
  EXPECT_EQ(judgement.row.metric->mdc, 147842u);
  EXPECT_EQ(judgement.row.observed, arrival_.received.wall);
  EXPECT_EQ(judgement.row.clock, ClockWord::gateway);
}

TEST_F(AdmissionTest, BothEndsOfTheHardRangeBelongToIt) {
  EXPECT_TRUE(judge(heart_rate(Decimal::of(10))).accepted());
  EXPECT_TRUE(judge(heart_rate(Decimal::of(3500, -1))).accepted());
  for (const Decimal value : {Decimal::of(0), Decimal::of(99, -1), Decimal::of(3501, -1),
                              Decimal::of(-80), Decimal::of(Decimal::kMantissaMax, 12)}) {
    const auto judgement = judge(heart_rate(value));
    EXPECT_EQ(judgement.rule, "range") << value.to_text();
    EXPECT_FALSE(judgement.reason.empty());
  }
}

TEST_F(AdmissionTest, AnOldResultOfALaboratoryKeepsItsTimeAndAnOldDeviceClockIsDoubted) {
  Reading reading = heart_rate(Decimal::of(80));
  reading.device_time = parse_rfc3339("2014-10-06T06:27:00.000Z");
  EXPECT_TRUE(judge(reading).row.flags.has(Flag::device_clock_invalid));
  arrival_.system_clock = true;
  const auto judgement = judge(reading);
  EXPECT_EQ(judgement.row.observed, *reading.device_time);
  EXPECT_EQ(judgement.row.clock, ClockWord::device);
  EXPECT_TRUE(judgement.row.flags.empty());
}

TEST_F(AdmissionTest, ATimeOnTheGatewaysOwnClockNeedsNoComparisonHoweverOldItIs) {
  Reading reading = heart_rate(Decimal::of(80));
  reading.device_time = arrival_.received.wall - 3h;
  reading.on_gateway_clock = true;
  const auto judgement = judge(reading);
  EXPECT_EQ(judgement.row.observed, *reading.device_time);
  EXPECT_EQ(judgement.row.clock, ClockWord::gateway);
  EXPECT_EQ(judgement.row.quality, Quality::good);
}

TEST_F(AdmissionTest, ASensorBehindABridgeIsKnownAndAnUnknownOneIsHeld) {
  settings_.sensors.push_back({.device = "ivy-1", .channel = 0, .id = "strap-1"});
  settings_.devices[0].lane = Lane::urgent;
  const Admission admission(settings_);
  ASSERT_NE(admission.origin("strap-1"), nullptr);
  EXPECT_EQ(admission.origin("strap-1")->lane, Lane::urgent);
  EXPECT_EQ(admission.origin("strap-2"), nullptr);
}

TEST_F(AdmissionTest, MoreBytesThanTheContractAllowsAreNotUploadedBesideAReading) {
  settings_.devices[0].keep_raw = true;
  Reading reading = heart_rate(Decimal::of(80));
  for (const std::uint16_t size : {std::uint16_t{64}, std::uint16_t{65}}) {
    arrival_.bytes.resize(size);
    reading.raw = {0, size};
    EXPECT_EQ(judge(reading).row.raw.size(), size <= 64 ? size : 0u);
    reading.value = Decimal::of(9999);
    EXPECT_EQ(judge(reading).row.raw.size(), size) << "what is held back keeps them all";
    reading.value = Decimal::of(80);
  }
}

TEST_F(AdmissionTest, AnObservationWithItsOwnCodeMayHaveAnyUnitAndRange) {
  Reading reading = heart_rate(Decimal::of(221'000));
  reading.metric = config::metric::kObservation;
  reading.unit = config::unit::kPercent;
  reading.code = "loinc:11125-2";
  const auto judgement = judge(reading);
  EXPECT_TRUE(judgement.accepted()) << judgement.reason;
  EXPECT_EQ(judgement.row.code, "loinc:11125-2");
  reading.value = Decimal{INT64_MIN, 127};
  EXPECT_EQ(judge(reading).rule, "range");
}

TEST_F(AdmissionTest, ANumberThatCannotBeWrittenIsHeldNotACrash) {
  EXPECT_EQ(judge(heart_rate({INT64_MIN, 127})).rule, "range");
  EXPECT_EQ(judge(heart_rate({1, -128})).rule, "range");
}

TEST_F(AdmissionTest, UnknownDeviceMetricAndUnitAreHeldEachWithItsRule) {
  Reading reading = heart_rate(Decimal::of(80));
  reading.unit = config::unit::kPercent;
  EXPECT_EQ(judge(reading).rule, "unit");
  reading = heart_rate(Decimal::of(80));
  reading.metric = MetricId{9999};
  EXPECT_EQ(judge(reading).rule, "metric");
  arrival_.device = "stranger";
  EXPECT_EQ(judge(heart_rate(Decimal::of(80))).rule, "device");
}

TEST_F(AdmissionTest, AMissingValueIsAccepted) {
  Reading reading = heart_rate({});
  reading.value = Absent::sensor_off;
  EXPECT_TRUE(judge(reading).accepted());
}

TEST_F(AdmissionTest, ADeviceTimeNearOursIsTheDevicesTime) {
  Reading reading = heart_rate(Decimal::of(80));
  reading.device_time = arrival_.received.wall - 90s;
  const auto judgement = judge(reading);
  EXPECT_EQ(judgement.row.clock, ClockWord::device);
  EXPECT_EQ(judgement.row.observed, *reading.device_time);
  EXPECT_EQ(judgement.row.quality, Quality::good);
}

TEST_F(AdmissionTest, AnOldDeviceTimeIsKeptAndQuestioned) {
  Reading reading = heart_rate(Decimal::of(80));
  reading.device_time = arrival_.received.wall - 48h;
  const auto judgement = judge(reading);
  EXPECT_EQ(judgement.row.observed, *reading.device_time);
  EXPECT_EQ(judgement.row.quality, Quality::questionable);
  EXPECT_TRUE(judgement.row.flags.has(Flag::device_clock_unverified));
}

TEST_F(AdmissionTest, AFactoryDateOrAFutureDateIsNeverUsed) {
  for (const auto time :
       {*parse_rfc3339("2000-01-01T00:00:00.000Z"), arrival_.received.wall + 1h}) {
    Reading reading = heart_rate(Decimal::of(80));
    reading.device_time = time;
    const auto judgement = judge(reading);
    EXPECT_EQ(judgement.row.clock, ClockWord::gateway);
    EXPECT_EQ(judgement.row.observed, arrival_.received.wall);
    EXPECT_TRUE(judgement.row.flags.has(Flag::device_clock_invalid));
  }
}

TEST_F(AdmissionTest, WhileTheGatewaysClockIsUnsetNoTimeLooksTrue) {
  arrival_.received.wall = WallTime(5'000ms);
  const Reading reading = heart_rate(Decimal::of(80));
  const auto judgement = judge(reading);
  EXPECT_EQ(judgement.row.clock, ClockWord::estimated);
  EXPECT_TRUE(judgement.row.flags.has(Flag::gateway_clock_unset));
}

TEST_F(AdmissionTest, RawBytesTravelOnlyWhereConfiguredAndOnlyIfTheyAreThere) {
  Reading reading = heart_rate(Decimal::of(80));
  reading.raw = {.offset = 1, .length = 3};
  EXPECT_TRUE(judge(reading).row.raw.empty());
  settings_.devices[0].keep_raw = true;
  EXPECT_EQ(judge(reading).row.raw.size(), 3u);
  reading.raw = {.offset = 3, .length = 3};
  EXPECT_TRUE(judge(reading).row.raw.empty()) << "a span past the end";
}

}  // namespace
}  // namespace vitalgate
