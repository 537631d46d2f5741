// Scales. Lines are worked out by hand from the layouts in and_scale.h, esc_scale.h and tanita.h.
#include <gtest/gtest.h>

#include <bit>
#include <cstdio>

#include "config/catalogue.h"
#include "tests/unit/firmware-bridge/bytes.h"
#include "tests/unit/firmware-bridge/zone.h"

namespace vitalgate::bridge {
namespace {

namespace metric = config::metric;
using test::bytes_of;
using test::value_of;

std::vector<Arrival> feed(std::string_view name, std::string_view text) {
  return test::feed(*test::driver(name), bytes_of(text));
}

TEST(AndScaleTest, AStableWeightIsAReading) {
  const auto arrivals = feed("and-standard", "ST,+00071.20 kg\r\n");
  ASSERT_EQ(arrivals.size(), 1u);
  EXPECT_EQ(value_of(arrivals[0], metric::kBodyWeight), "71.20");
  EXPECT_EQ(value_of(feed("and-standard", "ST,+000157.0 lb\r\n").at(0), metric::kBodyWeightPound),
            "157.0");
}

TEST(AndScaleTest, OtherUnitsAreConvertedExactlyAndSaySo) {
  const auto grams = feed("and-standard", "ST,+00003420  g\r\n");
  EXPECT_EQ(value_of(grams.at(0), metric::kBodyWeight), "3.420");
  EXPECT_TRUE(grams[0].readings[0].flags.has(Flag::converted_unit));
  const auto stones = feed("and-standard", "ST,+000011.5 st\r\n");
  EXPECT_EQ(value_of(stones.at(0), metric::kBodyWeightPound), "161.0");
}

TEST(AndScaleTest, WhatIsNotStableOrNotAWeightIsNoReading) {
  const auto driver = test::driver("and-standard");
  EXPECT_TRUE(test::feed(*driver, bytes_of("US,+00071.20 kg\r\nQT,+00000012 PC\r\n"
                                           "ST,+00000.00 kg\r\nST,-00000.40 kg\r\n"))
                  .empty());
  EXPECT_EQ(driver->counts().frames, 4u);
  EXPECT_EQ(driver->counts().bad_frames, 0u);
}

TEST(AndScaleTest, AnOverloadIsAnErrorAndNoNumber) {
  EXPECT_EQ(value_of(feed("and-standard", "OL,+9999999E+19\r\n").at(0), metric::kBodyWeight),
            "error");
}

TEST(AndScaleTest, TheSameStableLineAgainIsMarkedAsRepeated) {
  const auto arrivals = feed("and-standard",
                             "ST,+00071.20 kg\r\nST,+00071.20 kg\r\nUS,+00010.20 kg\r\n"
                             "ST,+00071.20 kg\r\n");
  ASSERT_EQ(arrivals.size(), 3u);
  EXPECT_FALSE(arrivals[0].readings[0].flags.has(Flag::repeated_display));
  EXPECT_TRUE(arrivals[1].readings[0].flags.has(Flag::repeated_display));
  EXPECT_FALSE(arrivals[2].readings[0].flags.has(Flag::repeated_display));
}

// `text` as 7E1 or 7O1 sends it, read as 8N1.
std::string with_parity(std::string text, bool odd) {
  for (char& c : text)
    if ((std::popcount(static_cast<unsigned char>(c)) % 2 != 0) != odd)
      c = static_cast<char>(static_cast<unsigned char>(c) | 0x80);
  return text;
}

TEST(AndScaleTest, SevenBitsWithAParityAreReadAndChecked) {
  for (const bool odd : {false, true}) {
    const std::string text = with_parity("ST,+00071.20 kg\r\nST,+00072.00 kg\r\n", odd);
    const auto driver = test::driver("and-standard");
    auto arrivals = test::feed(*driver, bytes_of(text));
    // The CR or the LF has its parity bit set and only the other ends the line.
    test::feed(*driver, bytes_of(with_parity("\r\n", odd)));
    ASSERT_GE(arrivals.size(), 2u) << odd;
    EXPECT_EQ(value_of(arrivals[0], metric::kBodyWeight), "71.20");
    EXPECT_EQ(value_of(arrivals[1], metric::kBodyWeight), "72.00");
  }
  std::string damaged = with_parity("ST,+00071.20 kg\r\n", false);
  damaged[8] = static_cast<char>(damaged[8] ^ 1);
  EXPECT_TRUE(feed("and-standard", damaged).empty());
}

TEST(AndScaleTest, ADamagedLineGivesNothing) {
  for (const std::string_view line :
       {"ST,+00071.2", "ST,00071.20 kg", "ST,+0007x.20 kg", "ST;+00071.20 kg", "XX,+00071.20 kg",
        "ST,+000000071.20 kg", "T,+00071.20 kg", "ST,+00071.20"}) {
    const auto driver = test::driver("and-standard");
    EXPECT_TRUE(test::feed(*driver, bytes_of(std::string(line) + "\r\n")).empty()) << line;
    EXPECT_EQ(driver->counts().bad_frames, 1u) << line;
  }
}

constexpr std::string_view kWeighing =
    "\x1BR\x1BI12345\x1BW171.4\x1BH068.5\x1B"
    "B25.6\x1BNl\x1B"
    "E";

TEST(EscScaleTest, AWeighingIsAWeightAHeightAndABmiInOneGroup) {
  const auto arrivals = feed("esc-scale", kWeighing);
  ASSERT_EQ(arrivals.size(), 1u);
  ASSERT_EQ(arrivals[0].readings.size(), 3u);
  EXPECT_EQ(value_of(arrivals[0], metric::kBodyWeightPound), "171.4");
  EXPECT_EQ(value_of(arrivals[0], metric::kBodyHeightInch), "68.5");
  EXPECT_EQ(value_of(arrivals[0], metric::kBodyMassIndex), "25.6");
  EXPECT_EQ(arrivals[0].readings[0].raw.offset, 11);
  EXPECT_EQ(arrivals[0].readings[0].raw.length, 5);
}

TEST(EscScaleTest, TheUnitSystemBehindTheWeightDecides) {
  const auto arrivals = feed("esc-scale",
                             "\x1BR\x1BW077.7\x1BH174.0\x1BNm\x1B"
                             "E");
  EXPECT_EQ(value_of(arrivals.at(0), metric::kBodyWeight), "77.7");
  EXPECT_EQ(value_of(arrivals[0], metric::kBodyHeightCentimetre), "174.0");
}

TEST(EscScaleTest, WhatWasNotTakenIsNoRow) {
  const auto arrivals = feed("esc-scale",
                             "\x1BR\x1BW077.7\x1BH000.0\x1B"
                             "B00.0\x1BNm\x1B"
                             "E");
  ASSERT_EQ(arrivals.at(0).readings.size(), 1u);
}

TEST(EscScaleTest, WithoutAUnitSystemThereIsNoWeight) {
  const auto driver = test::driver("esc-scale");
  EXPECT_TRUE(test::feed(*driver, bytes_of("\x1BR\x1BW077.7\x1B"
                                           "E"))
                  .empty());
  EXPECT_EQ(driver->counts().bad_frames, 1u);
}

TEST(EscScaleTest, AWeighingThatWasCutOffCostsOnlyItself) {
  const auto driver = test::driver("esc-scale");
  const auto arrivals =
      test::feed(*driver, bytes_of(std::string("noise\x1B\x1BR\x1BW171").append(kWeighing)));
  ASSERT_EQ(arrivals.size(), 1u);
  EXPECT_EQ(value_of(arrivals[0], metric::kBodyWeightPound), "171.4");
  EXPECT_EQ(driver->counts().bad_frames, 1u);
}

class TanitaTest : public test::ThreeHoursEast {
 protected:
  // With the checksum behind it.
  static std::string line(const std::string& pairs) {
    const std::string summed = "{0,16,~0,1,~1,1,~2,1," + pairs + ",";
    unsigned sum = 0;
    for (const char c : summed) sum += static_cast<unsigned char>(c);
    char digits[8];
    std::snprintf(digits, sizeof digits, "%02X", sum & 0xFF);
    return summed + "CS," + digits + "\r\n";
  }
};

TEST_F(TanitaTest, AMeasurementIsOneGroupAtItsOwnTime) {
  const auto arrivals = feed(
      "tanita", line(R"(MO,"SC-330",DT,"26/11/2025",Ti,"13:51:05",GE,1,AG,34,Hm,175.0,Wk,80.2,)"
                     "FW,20.1,MW,64.1,mW,60.9,wW,46.0,MI,26.2,rb,7500,ZF,450.1"));
  ASSERT_EQ(arrivals.size(), 1u);
  const Arrival& got = arrivals[0];
  EXPECT_EQ(value_of(got, metric::kBodyWeight), "80.2");
  EXPECT_EQ(value_of(got, metric::kBodyFat), "20.1");
  EXPECT_EQ(value_of(got, metric::kFatFreeMass), "64.1");
  EXPECT_EQ(value_of(got, metric::kMuscleMass), "60.9");
  EXPECT_EQ(value_of(got, metric::kBodyWaterMass), "46.0");
  EXPECT_EQ(value_of(got, metric::kBodyHeightCentimetre), "175.0");
  EXPECT_EQ(value_of(got, metric::kBodyMassIndex), "26.2");
  EXPECT_EQ(value_of(got, metric::kBasalMetabolism), "7500");
  EXPECT_EQ(value_of(got, metric::kBodyImpedance), "450.1");
  EXPECT_EQ(got.readings.size(), 9u);
  EXPECT_EQ(got.readings[0].device_time, parse_rfc3339("2025-11-26T10:51:05.000Z"));
}

TEST_F(TanitaTest, InPoundsOnlyValuesWhoseUnitIsSureAreRead) {
  const auto arrivals = feed("tanita", line("Wp,176.8,FW,20.1,MW,141.3"));
  EXPECT_EQ(value_of(arrivals.at(0), metric::kBodyWeightPound), "176.8");
  EXPECT_EQ(value_of(arrivals[0], metric::kFatFreeMass), "no row");
}

TEST_F(TanitaTest, AnErrorOfTheMeasurementMakesItQuestionable) {
  const auto arrivals = feed("tanita", line("St,1,Wk,80.2"));
  EXPECT_EQ(arrivals.at(0).readings[0].quality, Quality::questionable);
}

TEST_F(TanitaTest, AWrongChecksumIsRefused) {
  std::string damaged = line("Wk,80.2");
  damaged[damaged.find("80.2")] = '9';
  const auto driver = test::driver("tanita");
  EXPECT_TRUE(test::feed(*driver, bytes_of(damaged)).empty());
  EXPECT_EQ(driver->counts().bad_frames, 1u);
}

}  // namespace
}  // namespace vitalgate::bridge
