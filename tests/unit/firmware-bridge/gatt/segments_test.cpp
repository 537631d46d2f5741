// Segmented values: joining, activity monitors, the generic health sensor.
#include "firmware-bridge/gatt/segments.h"

#include "firmware-bridge/gatt/health_sensor.h"
#include "tests/unit/firmware-bridge/gatt/value.h"

namespace vitalgate::test {
namespace {

using bridge::gatt::SegmentJoiner;

TEST(SegmentsTest, AWholeIsItsPartsInOrder) {
  SegmentJoiner joiner;
  EXPECT_FALSE(*joiner.push(from_hex("01 0A0B")));  // first, counter 0
  EXPECT_FALSE(*joiner.push(from_hex("04 0C")));    // counter 1
  const Bytes last = from_hex("0A 0D");             // last, counter 2
  const auto whole = joiner.push(last);
  ASSERT_TRUE(*whole);
  EXPECT_TRUE(std::ranges::equal(**whole, from_hex("0A0B0C0D")));
  EXPECT_EQ(joiner.lost(), 0u);
}

TEST(SegmentsTest, AGapIsNeverJoinedOver) {
  SegmentJoiner joiner;
  EXPECT_TRUE(joiner.push(from_hex("01 0A")));
  EXPECT_FALSE(joiner.push(from_hex("0A 0D")));  // counter 2 after 0
  EXPECT_FALSE(joiner.push(from_hex("06 0D")));  // and there is nothing to go on with
  EXPECT_EQ(joiner.lost(), 1u);
  ASSERT_TRUE(*joiner.push(from_hex("0F 0E")));
}

TEST(SegmentsTest, TheCounterGoesRound) {
  SegmentJoiner joiner;
  EXPECT_TRUE(joiner.push(from_hex("FD 0A")));  // first, counter 63
  EXPECT_TRUE(*joiner.push(from_hex("02 0B")));
}

TEST(SegmentsTest, AWholeIsBounded) {
  SegmentJoiner joiner;
  Bytes segment(1 + 511);
  bool refused = false;
  for (unsigned i = 0; i < 40 && !refused; ++i) {
    segment[0] = static_cast<std::byte>((i % 64) << 2 | (i == 0 ? 1 : 0));
    refused = !joiner.push(segment);
  }
  EXPECT_TRUE(refused);
}

TEST(SegmentsTest, ANewFirstSegmentBeginsAnewAndTheOldOneIsCounted) {
  SegmentJoiner joiner;
  EXPECT_TRUE(joiner.push(from_hex("01 0A")));
  ASSERT_TRUE(*joiner.push(from_hex("03 0B")));
  EXPECT_EQ(joiner.lost(), 1u);
}

TEST(ActivityTest, TheLengthSaysHowWideTheSubSessionIs) {
  for (const char* hex :
       {"03 01 0100 02 0A000000 05000000 102700", "03 01 0100 0200 0A000000 05000000 102700"}) {
    const auto rows = decode(0x2B40, hex);
    EXPECT_EQ(value_of(rows, metric::kSteps), "10000") << hex;
    EXPECT_EQ(field(describe(0x2B40, hex), "sub_session_id"), "2") << hex;
  }
  EXPECT_TRUE(is_refused(0x2B40, "03 01 0100 0200 0A000000 05000000 10270000"));
}

TEST(ActivityTest, OnlyWhatHasAKnownUnitIsPublished) {
  const auto rows = decode(0x2B3E, "03 2200 0100 02 0A000000 05000000 48 0F");
  ASSERT_EQ(rows.size(), 2u);
  EXPECT_EQ(text_of(rows[0].value), "72");
  EXPECT_EQ(value_of(rows, metric::kRespiratoryRate), "15");
  EXPECT_TRUE(decode(0x2B3C, "03 200000 0100 02 0A000000 05000000 1027").empty());
  EXPECT_TRUE(decode(0x2B40, "01 01 0100").empty());  // a segment
}

// A numeric observation of the type SpO2 (150456) in % with value 97.
constexpr const char* kSpo2 = "01 0C00 0100 B84B0200 2002 61000000";

TEST(HealthSensorTest, AKnownTypeIsItsMetric) {
  const auto rows = decode(0x2B8B, std::string("03").append(kSpo2));
  EXPECT_EQ(value_of(rows, metric::kSpo2), "97");
  const auto stored = decode(0x2BDD, std::string("03 01000000").append(kSpo2));
  EXPECT_TRUE(stored[0].flags.has(Flag::from_memory));
  EXPECT_EQ(field(describe(0x2BDD, std::string("03 01000000").append(kSpo2)), "record_number"),
            "1");
}

TEST(HealthSensorTest, AnUnknownTypeOrUnitNamesItself) {
  const auto type = decode(0x2B8B, "03 01 0C00 0100 01000200 2002 61000000");
  EXPECT_EQ(value_of(type, metric::kObservation), "97");
  EXPECT_EQ(type[0].code, "mdc:131073");
  EXPECT_EQ(type[0].unit, config::unit::kPercent);
  const auto unit = decode(0x2B8B, "03 01 0C00 0100 B84B0200 0100 61000000");
  EXPECT_EQ(value_of(unit, metric::kObservation), "97 mdc-unit:1");
}

TEST(HealthSensorTest, StatusDecidesWhatIsMeasured) {
  const auto with_status = [](const char* status) {
    return std::string("03 01 0E00 0900 B84B0200 ").append(status).append(" 2002 61000000");
  };
  EXPECT_EQ(value_of(decode(0x2B8B, with_status("0100")), metric::kSpo2), "error");
  EXPECT_EQ(decode(0x2B8B, with_status("1000"))[0].quality, Quality::test);
  EXPECT_EQ(decode(0x2B8B, with_status("0200"))[0].quality, Quality::questionable);
  EXPECT_TRUE(decode(0x2B8B, with_status("8000")).empty());  // a setting
}

TEST(HealthSensorTest, ABundleSharesItsTimeAndHoldsNoBundle) {
  // Bundle with a time (2000-01-01 00:01 UTC, current time line) and two members.
  const std::string bundle = "03 FF 2A00 0200 22 3C0000000000 00 00 02";
  const auto rows = decode(0x2B8B, std::string(bundle).append(kSpo2).append(kSpo2));
  ASSERT_EQ(rows.size(), 2u);
  EXPECT_EQ(to_rfc3339(*rows[1].device_time), "2000-01-01T00:01:00.000Z");
  EXPECT_TRUE(is_refused(0x2B8B, "03 FF 0800 0000 01 FF 0200 0000 00"));
}

TEST(HealthSensorTest, TornObservationsAreRefused) {
  for (const char* torn :
       {"", "03", "03 01", "03 01 0D00 0100 B84B0200 2002 61000000", "03 01 0600 4000 FF 000000",
        "03 00 0200 0000", "03 09 0200 0000", "03 03 0400 0000 FFFF", "03 02 0400 0000 0000"})
    EXPECT_TRUE(is_refused(0x2B8B, torn)) << torn;
}

}  // namespace
}  // namespace vitalgate::test
