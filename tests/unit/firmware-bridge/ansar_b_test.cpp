// The layout of one ANSAR-B message and what its lines mean. Hand-made messages follow the
// layout in ansar_b.h.
#include "firmware-bridge/serial/ansar_b.h"

#include <gtest/gtest.h>

#include "config/catalogue.h"
#include "tests/unit/firmware-bridge/bytes.h"

namespace vitalgate::bridge {
namespace {

namespace metric = config::metric;
using test::operator+;
using test::Bytes;
using test::bytes_of;
using test::value_of;

Bytes message(std::string_view text, std::size_t wave_bytes = 400) {
  Bytes frame = bytes_of(
      "\xFF"
      "ANSAR-B ");
  frame.insert(frame.end(), wave_bytes, std::byte{0x80});
  frame = frame + bytes_of(text);
  frame.push_back(std::byte{0xFE});
  return frame;
}

// The one arrival of one message.
Arrival arrival(std::string_view text) {
  const auto arrivals = test::feed(*make_ansar_b(), message(text));
  EXPECT_EQ(arrivals.size(), 1u) << text;
  return arrivals.empty() ? Arrival{} : arrivals.front();
}

TEST(AnsarBTest, GivesOneReadingForEveryValueOfEveryLine) {
  const Arrival got = arrival(
      "HR=1;80;ECG-II-DIAG;\rRR=1;35;;\rETCO2=1;38;;\rSPO2=1;100;PR=81 ;\r"
      "NIBP=4;121;75;92;82;;\rP1=3;111;73;88;;\rP2=3;25;10;15;;\rT1=1;37.60;;\rT2=1;36.5;;\r");
  EXPECT_EQ(got.readings.size(), 17u);
  EXPECT_EQ(value_of(got, metric::kHeartRateEcg), "80");
  EXPECT_EQ(value_of(got, metric::kRespiratoryRate), "35");
  EXPECT_EQ(value_of(got, metric::kEndTidalCo2), "38");
  EXPECT_EQ(value_of(got, metric::kSpo2), "100");
  EXPECT_EQ(value_of(got, metric::kPulseRateOximeter), "81");
  EXPECT_EQ(value_of(got, metric::kCuffSystolic), "121");
  EXPECT_EQ(value_of(got, metric::kCuffDiastolic), "75");
  EXPECT_EQ(value_of(got, metric::kCuffMean), "92");
  EXPECT_EQ(value_of(got, metric::kPulseRateCuff), "82");
  EXPECT_EQ(value_of(got, metric::kInvasiveSystolic), "111");
  EXPECT_EQ(value_of(got, metric::kInvasiveDiastolic), "73");
  EXPECT_EQ(value_of(got, metric::kInvasiveMean), "88");
  EXPECT_EQ(value_of(got, metric::kInvasive2Systolic), "25");
  EXPECT_EQ(value_of(got, metric::kInvasive2Diastolic), "10");
  EXPECT_EQ(value_of(got, metric::kInvasive2Mean), "15");
  EXPECT_EQ(value_of(got, metric::kBodyTemperature), "37.60");
  EXPECT_EQ(value_of(got, metric::kBodyTemperature2), "36.5");
  for (const Reading& reading : got.readings)
    EXPECT_EQ(reading.unit, config::find(reading.metric)->unit);
}

TEST(AnsarBTest, PressuresOfOneMeasurementShareAGroup) {
  const Arrival got = arrival("NIBP=4;121;75;92;80;;\rP1=3;111;73;88;;\rP2=3;1;2;3;;\rHR=1;80;;\r");
  const auto group = [&got](MetricId id) { return test::find(got, id)->group; };
  EXPECT_NE(group(metric::kCuffSystolic), 0);
  EXPECT_EQ(group(metric::kCuffSystolic), group(metric::kCuffMean));
  EXPECT_EQ(group(metric::kCuffSystolic), group(metric::kPulseRateCuff));
  EXPECT_EQ(group(metric::kInvasiveSystolic), group(metric::kInvasiveMean));
  EXPECT_NE(group(metric::kInvasiveSystolic), group(metric::kCuffSystolic));
  EXPECT_NE(group(metric::kInvasiveSystolic), group(metric::kInvasive2Systolic));
  EXPECT_EQ(group(metric::kHeartRateEcg), 0);
}

TEST(AnsarBTest, AMissingValueIsSaidToBeMissingAndNeverZero) {
  const Arrival got = arrival("HR=1;;ECG-II-DIAG;\rRR=1;---;;\rT1=1; *** ;;\rETCO2=\rT2=1\r");
  EXPECT_EQ(value_of(got, metric::kHeartRateEcg), "no-signal");
  EXPECT_EQ(value_of(got, metric::kRespiratoryRate), "no-signal");
  EXPECT_EQ(value_of(got, metric::kBodyTemperature), "no-signal");
  EXPECT_EQ(value_of(got, metric::kEndTidalCo2), "no-signal");
  EXPECT_EQ(value_of(got, metric::kBodyTemperature2), "no-signal");
}

TEST(AnsarBTest, AMissingSensorIsToldFromAMissingSignal) {
  const Arrival got = arrival("P2=3;;;;NO TRANSDUCER;\rHR=1;;ECG-II-DIAG;LEAD OFF\rT1=1;;;\r");
  EXPECT_EQ(value_of(got, metric::kInvasive2Systolic), "sensor-off");
  EXPECT_EQ(value_of(got, metric::kInvasive2Mean), "sensor-off");
  EXPECT_EQ(value_of(got, metric::kHeartRateEcg), "sensor-off");
  EXPECT_EQ(value_of(got, metric::kBodyTemperature), "no-signal");
}

TEST(AnsarBTest, AZeroThatTheDeviceSentStaysZero) {
  EXPECT_EQ(value_of(arrival("HR=1;0;;\r"), metric::kHeartRateEcg), "0");
}

TEST(AnsarBTest, ALineWithoutAPulseTextHasNoPulse) {
  const Arrival got = arrival("SPO2=1;97;;\r");
  EXPECT_EQ(value_of(got, metric::kSpo2), "97");
  EXPECT_EQ(value_of(got, metric::kPulseRateOximeter), "no-signal");
  EXPECT_EQ(value_of(arrival("SPO2=1;;NO SENSOR;\r"), metric::kPulseRateOximeter), "sensor-off");
}

TEST(AnsarBTest, GarbageCostsOnlyItsOwnValue) {
  const Arrival got = arrival("HR=1;8#0;;\rNIBP=4;121;x;92;80;;\r====\r;;;\rT1=1;37.1;;\r");
  EXPECT_EQ(value_of(got, metric::kHeartRateEcg), "error");
  EXPECT_EQ(value_of(got, metric::kCuffSystolic), "121");
  EXPECT_EQ(value_of(got, metric::kCuffDiastolic), "error");
  EXPECT_EQ(value_of(got, metric::kBodyTemperature), "37.1");
  EXPECT_EQ(got.readings.size(), 6u);
}

TEST(AnsarBTest, UnknownKeysAreLeftOutWithoutAComplaint) {
  auto driver = make_ansar_b();
  const auto arrivals = test::feed(*driver, message("GAS=1;5;;\rHR=1;80;;\rCO=2;4;;\r"));
  ASSERT_EQ(arrivals.size(), 1u);
  EXPECT_EQ(arrivals[0].readings.size(), 1u);
  EXPECT_EQ(driver->counts().frames, 1u);
  EXPECT_EQ(driver->counts().bad_frames, 0u);
}

TEST(AnsarBTest, AnAlarmIsAFlagOfTheValueItStandsBeside) {
  const Arrival got = arrival("HR=1;180;ECG-II-DIAG;HIGH HR\rRR=1;35;APNEA: 20 SEC;\rT1=1;;;LOW\r");
  EXPECT_TRUE(test::find(got, metric::kHeartRateEcg)->flags.has(Flag::monitor_alarm));
  EXPECT_TRUE(test::find(got, metric::kRespiratoryRate)->flags.empty());
  EXPECT_TRUE(test::find(got, metric::kBodyTemperature)->flags.empty());
}

TEST(AnsarBTest, ACuffResultShownAgainIsMarkedAsRepeated) {
  auto driver = make_ansar_b();
  const Bytes first = message("NIBP=4;121;75;92;80;;\rHR=1;80;;\r");
  const Bytes second = message("NIBP=4;118;75;92;80;;\rHR=1;80;;\r");
  const auto got = test::feed(*driver, first + first + second + second);
  ASSERT_EQ(got.size(), 4u);
  const auto repeated = [&got](std::size_t i) {
    return test::find(got[i], metric::kCuffMean)->flags.has(Flag::repeated_display);
  };
  EXPECT_FALSE(repeated(0));
  EXPECT_TRUE(repeated(1));
  EXPECT_FALSE(repeated(2));
  EXPECT_TRUE(repeated(3));
  EXPECT_TRUE(test::find(got[1], metric::kHeartRateEcg)->flags.empty());
}

TEST(AnsarBTest, AfterTheLineWasOpenedAnewACuffResultIsNew) {
  auto driver = make_ansar_b();
  const Bytes bytes = message("NIBP=4;121;75;92;80;;\r");
  test::feed(*driver, bytes);
  driver->reset();
  const auto got = test::feed(*driver, bytes);
  ASSERT_EQ(got.size(), 1u);
  EXPECT_TRUE(got[0].readings[0].flags.empty());
}

TEST(AnsarBTest, RawIsTheLineAndOnlyWhereItIsShortEnough) {
  const std::string long_label(70, 'A');
  const Arrival got = arrival("T1=1;37.1;;\rHR=1;80;ECG;\rRR=1;12;" + long_label + ";\r");
  const Reading* rate = test::find(got, metric::kHeartRateEcg);
  const auto raw = std::span(got.bytes).subspan(rate->raw.offset, rate->raw.length);
  EXPECT_EQ(Bytes(raw.begin(), raw.end()), bytes_of("HR=1;80;ECG;"));
  EXPECT_EQ(test::find(got, metric::kRespiratoryRate)->raw.length, 0);
}

TEST(AnsarBTest, WhatIsNoMessageIsRefused) {
  const auto refused = [](const Bytes& frame) {
    const auto result = parse_ansar_b(frame);
    return !result && result.error().code == Errc::malformed;
  };
  EXPECT_FALSE(refused(message("HR=1;80;;\r")));
  EXPECT_TRUE(refused({}));
  EXPECT_TRUE(refused(message("")));
  EXPECT_TRUE(refused(message("HR=1;80;;")));  // cut off before its CR
  EXPECT_TRUE(refused(message("HR=1;80;\x01;\r")));
  EXPECT_TRUE(refused(message("HR=1;80;\x80;\r")));
  EXPECT_TRUE(refused(message("HR=1;80;;\r" + std::string(4096, 'A') + "\r")));
  Bytes other = message("HR=1;80;;\r");
  other[3] = std::byte{'X'};
  EXPECT_TRUE(refused(other));
}

TEST(AnsarBTest, LostWaveBytesCostTheMessageAndNeverShiftItsValues) {
  // One to twelve bytes fewer: the text would begin inside its first line.
  for (std::size_t lost = 1; lost <= 12; ++lost)
    EXPECT_FALSE(parse_ansar_b(message("HR=1;80;ECG;\rRR=1;35;;\r", 400 - lost))) << lost;
}

}  // namespace
}  // namespace vitalgate::bridge
