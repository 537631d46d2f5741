// What ASTM records mean as readings. Records are worked out by hand from LIS02-A2.
#include <gtest/gtest.h>

#include "config/catalogue.h"
#include "firmware-bridge/serial/astm_record.h"
#include "tests/unit/firmware-bridge/astm_bytes.h"
#include "tests/unit/firmware-bridge/zone.h"

namespace vitalgate::bridge {
namespace {

namespace metric = config::metric;
namespace unit = config::unit;
using test::astm_frame;
using test::operator+;
using test::value_of;

class AstmReadingsTest : public test::ThreeHoursEast {
 protected:
  // Of one R record behind an H and an O.
  static Reading result(std::string_view record, const std::string& header = R"(H|\^&)",
                        const std::string& order = "O|1|S1") {
    std::string text = header + "\r" + order + "\r";
    const auto arrivals =
        test::feed(*test::driver("astm"), test::kEnq + astm_frame(1, text.append(record) + "\r"));
    EXPECT_EQ(arrivals.size(), 1u) << record;
    EXPECT_EQ(arrivals.at(0).readings.size(), 1u) << record;
    return arrivals[0].readings.at(0);
  }
  static std::string number(const Reading& reading) {
    const auto* value = std::get_if<Decimal>(&reading.value);
    return value == nullptr ? "no number" : value->to_text();
  }
  static std::string text(const Reading& reading) {
    const auto* value = std::get_if<std::string>(&reading.value);
    return value == nullptr ? "no text" : *value;
  }
};

TEST_F(AstmReadingsTest, AKnownAnalyteInAKnownUnitHasItsMetric) {
  const Reading molar = result("R|1|^^^GLU|6.1|mmol/L||N||F||||20250102030405");
  EXPECT_EQ(molar.metric, metric::kGlucoseUndeterminedBloodMolar);
  EXPECT_EQ(number(molar), "6.1");
  EXPECT_EQ(molar.unit, unit::kMillimolePerLitre);
  EXPECT_EQ(molar.device_time, parse_rfc3339("2025-01-02T00:04:05.000Z"));
  EXPECT_EQ(molar.quality, Quality::good);
  EXPECT_TRUE(molar.flags.empty());
  EXPECT_TRUE(molar.code.empty());
  EXPECT_EQ(result("R|1|^^^Glucose|110|MG/DL").metric, metric::kGlucoseUndeterminedBlood);
  EXPECT_EQ(result("R|1|^^^HbA1c|6.4|%").metric, metric::kHba1c);
  EXPECT_EQ(result("R|1|2345-7^^^G1|110|mg/dL").metric, metric::kGlucoseVenousPlasma);
}

TEST_F(AstmReadingsTest, TheSpecimenDecidesWhichGlucoseItIs) {
  const std::string of_serum = "O|1|S1||^^^GLU|||||||||||SER",
                    of_urine = "O|1|S1||^^^GLU|||||||||||U";
  EXPECT_EQ(result("R|1|^^^GLU|6.1|mmol/L", R"(H|\^&)", of_serum).metric,
            metric::kGlucoseUndeterminedPlasmaMolar);
  const Reading urine = result("R|1|^^^GLU|6.1|mmol/L", R"(H|\^&)", of_urine);
  EXPECT_EQ(urine.metric, metric::kObservation);
  EXPECT_EQ(urine.code, "local:GLU");
}

TEST_F(AstmReadingsTest, WhatTheCatalogueDoesNotHaveKeepsItsCodeAndUnit) {
  const Reading sodium = result("R|1|^^^NA^Sodium|141|mmol/L");
  EXPECT_EQ(sodium.metric, metric::kObservation);
  EXPECT_EQ(sodium.code, "local:NA");
  EXPECT_EQ(number(sodium), "141");
  EXPECT_EQ(sodium.unit, unit::kMillimolePerLitre);
  EXPECT_EQ(result("R|1|2951-2^^^NA|141|mmol/L").code, "loinc:2951-2");
}

TEST_F(AstmReadingsTest, AnUnknownUnitKeepsTheValueAsTextAndMakesItQuestionable) {
  const Reading odd = result("R|1|^^^XYZ|5.6|foo/bar");
  EXPECT_EQ(odd.metric, metric::kObservation);
  EXPECT_EQ(text(odd), "5.6 foo/bar");
  EXPECT_EQ(odd.quality, Quality::questionable);
}

TEST_F(AstmReadingsTest, AValueInWordsIsText) {
  const Reading nitrite = result("R|1|^^^NIT|NEG|");
  EXPECT_EQ(text(nitrite), "NEG");
  EXPECT_EQ(nitrite.quality, Quality::good);
  EXPECT_EQ(text(result("R|1|^^^CMT|a&F&b&X41&&Q&|")), "a|bA&Q&");
}

TEST_F(AstmReadingsTest, AValueBeyondTheRangeOfTheDeviceSaysSo) {
  const Reading low = result("R|1|^^^GLU|<1.1|mmol/L");
  EXPECT_EQ(number(low), "1.1");
  EXPECT_TRUE(low.flags.has(Flag::below_limit));
  EXPECT_EQ(low.quality, Quality::questionable);
  EXPECT_TRUE(result("R|1|^^^GLU|> 33.3|mmol/L").flags.has(Flag::above_limit));
  EXPECT_TRUE(result("R|1|^^^GLU|33.3|mmol/L||>").flags.has(Flag::above_limit));
}

TEST_F(AstmReadingsTest, AbnormalFlagsAndStatusAreKept) {
  EXPECT_TRUE(result("R|1|^^^K|3.1|mmol/L||L").flags.has(Flag::abnormal_low));
  EXPECT_TRUE(result("R|1|^^^K|6.1|mmol/L||H\\HH").flags.has(Flag::critical_high));
  EXPECT_TRUE(result("R|1|^^^K|2.1|mmol/L||LL").flags.has(Flag::critical_low));
  EXPECT_TRUE(result("R|1|^^^K|4.1|mmol/L||N||P").flags.has(Flag::preliminary));
  EXPECT_TRUE(result("R|1|^^^K|4.1|mmol/L||N||C").flags.has(Flag::corrected_result));
  EXPECT_TRUE(result("R|1|^^^K|4.1|mmol/L||N||F").flags.empty());
}

TEST_F(AstmReadingsTest, ATestThatCouldNotBeDoneIsNoNumber) {
  EXPECT_TRUE(test::same(result("R|1|^^^GLU|0|mmol/L||||X").value, Absent::error));
  EXPECT_TRUE(test::same(result("R|1|^^^GLU||mmol/L||||F").value, Absent::no_signal));
}

TEST_F(AstmReadingsTest, MessagesThatAreNotProductionAreTest) {
  EXPECT_EQ(result("R|1|^^^K|4.1|mmol/L", R"(H|\^&||||||||||Q|1)").quality, Quality::test);
  EXPECT_EQ(result("R|1|^^^K|4.1|mmol/L", R"(H|\^&||||||||||P|1)").quality, Quality::good);
}

TEST_F(AstmReadingsTest, ADateWithoutATimeIsNoTimeAndAnImpossibleOneSaysSo) {
  const Reading date = result("R|1|^^^K|4.1|mmol/L||N||F||||20250102");
  EXPECT_FALSE(date.device_time);
  EXPECT_TRUE(date.flags.empty());
  const Reading impossible = result("R|1|^^^K|4.1|mmol/L||N||F||||20250231120000");
  EXPECT_FALSE(impossible.device_time);
  EXPECT_TRUE(impossible.flags.has(Flag::device_clock_invalid));
  EXPECT_EQ(result("R|1|^^^K|4.1|mmol/L||N||F||||202501021504").device_time,
            parse_rfc3339("2025-01-02T12:04:00.000Z"));
}

TEST_F(AstmReadingsTest, DelimitersAreThoseOfTheHeader) {
  const Reading got = result("R!1!~~~GLU!6.1!mmol/L", R"(H!@~%)", "O!1!S1");
  EXPECT_EQ(got.metric, metric::kGlucoseUndeterminedBloodMolar);
  EXPECT_EQ(number(got), "6.1");
}

TEST_F(AstmReadingsTest, AContourMeterSaysReferenceMarksAndTimeItsOwnWay) {
  const auto feed = [](std::string_view record) {
    const auto arrivals = test::feed(
        *test::driver("astm-contour-usb"),
        astm_frame(1, "H|\\^&\r", true) + astm_frame(2, std::string(record) + "\r", true));
    EXPECT_EQ(arrivals.size(), 1u);
    return arrivals.at(0).readings.at(0);
  };
  const Reading plasma = feed("R|7|^^^Glucose|93|mg/dL^P||A/M0/T1||201202052034");
  EXPECT_EQ(plasma.metric, metric::kGlucoseCapillaryPlasma);
  EXPECT_EQ(plasma.device_time, parse_rfc3339("2012-02-05T17:34:00.000Z"));
  EXPECT_EQ(plasma.quality, Quality::good);
  EXPECT_EQ(feed("R|8|^^^Glucose|5.2|mmol/L^B||||201202052034").metric,
            metric::kGlucoseCapillaryBloodMolar);
  const Reading control = feed("R|9|^^^Glucose|120|mg/dL^P||C||201202052034");
  EXPECT_EQ(control.metric, metric::kGlucoseControl);
  EXPECT_EQ(control.quality, Quality::test);
  EXPECT_TRUE(feed("R|9|^^^Glucose|600|mg/dL^P||>||201202052034").flags.has(Flag::above_limit));
}

}  // namespace
}  // namespace vitalgate::bridge
