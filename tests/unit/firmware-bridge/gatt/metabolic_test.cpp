// Glucose, continuous glucose and scales: what a decoder promises beyond the layout.
#include "agent/core/crc.h"
#include "tests/unit/firmware-bridge/gatt/value.h"

namespace vitalgate::test {
namespace {

TEST(GlucoseTest, TheUnitIsAnExactShift) {
  const auto mass = decode(0x2A18, "02 0700 E8070A05071E00 66B0 11");
  EXPECT_EQ(value_of(mass, metric::kGlucoseCapillaryBlood), "102");
  EXPECT_EQ(value_of(mass, metric::kGlucoseSampleLocation), "finger");
  const auto molar = decode(0x2A18, "06 0700 E8070A05071E00 38C0 12");
  EXPECT_EQ(value_of(molar, metric::kGlucoseCapillaryPlasmaMolar), "5.6");
}

TEST(GlucoseTest, AControlSolutionIsNeverAPatientsGlucose) {
  for (const char* hex : {"02 0900 E8070A05071E00 78B0 1A", "02 0900 E8070A05071E00 78B0 41",
                          "06 0900 E8070A05071E00 38C0 4A"}) {
    const auto rows = decode(0x2A18, hex);
    for (const Reading& row : rows) {
      EXPECT_EQ(row.quality, Quality::test) << hex;
      EXPECT_TRUE(row.flags.has(Flag::control_solution)) << hex;
      EXPECT_NE(config::find(row.metric)->name, "glucose") << hex;
    }
  }
}

TEST(GlucoseTest, AResultBeyondTheMeterIsAbsentWithItsFlag) {
  const auto high = decode(0x2A18, "0A 0800 E8070A05071E00 FE07 11 2000");
  EXPECT_EQ(value_of(high, metric::kGlucoseCapillaryBlood), "positive-infinity");
  EXPECT_TRUE(high[0].flags.has(Flag::result_too_high));
  EXPECT_EQ(high[0].quality, Quality::questionable);
}

TEST(GlucoseTest, TheTimeIsBaseTimePlusOffset) {
  const auto base = decode(0x2A18, "02 0700 E8070A05071E00 66B0 11");
  const auto later = decode(0x2A18, "03 0700 E8070A05071E00 3C00 66B0 11");
  const auto earlier = decode(0x2A18, "03 0700 E8070A05071E00 C4FF 66B0 11");
  EXPECT_EQ(*later[0].device_time - *base[0].device_time, std::chrono::minutes(60));
  EXPECT_EQ(*earlier[0].device_time - *base[0].device_time, std::chrono::minutes(-60));
}

TEST(GlucoseTest, AMeterWithATimeFaultHasNoTime) {
  const auto rows = decode(0x2A18, "0A 0800 E8070A05071E00 66B0 11 0008");
  EXPECT_FALSE(rows[0].device_time);
  EXPECT_TRUE(rows[0].flags.has(Flag::time_fault));
}

TEST(GlucoseTest, AContextTakesTheTimeOfItsResultAndOfNoOther) {
  Context context;
  bridge::gatt::remember(0x2A18, from_hex("02 0700 E8070A05071E00 66B0 11"), context);
  const auto own = decode(0x2A34, "03 0700 02 3CD0 02", context);
  EXPECT_EQ(value_of(own, metric::kCarbohydrateIntake), "60");
  EXPECT_EQ(value_of(own, metric::kCarbohydrateSource), "lunch");
  EXPECT_EQ(value_of(own, metric::kMealContext), "postprandial");
  EXPECT_TRUE(own[0].device_time);
  EXPECT_FALSE(decode(0x2A34, "03 0800 02 3CD0 02", context)[0].device_time);
}

TEST(GlucoseTest, EveryFieldOfAContextIsARow) {
  const auto rows = decode(0x2A34, "FE 0700 00 01 51 8403 50 01 08D0 47F0");
  EXPECT_EQ(value_of(rows, metric::kMealContext), "preprandial");
  EXPECT_EQ(value_of(rows, metric::kTester), "self");
  EXPECT_EQ(value_of(rows, metric::kHealthStatus), "no_health_issues");
  EXPECT_EQ(value_of(rows, metric::kExerciseDuration), "900");
  EXPECT_EQ(value_of(rows, metric::kExerciseIntensity), "80");
  EXPECT_EQ(value_of(rows, metric::kMedicationVolume), "8");
  EXPECT_EQ(value_of(rows, metric::kMedication), "rapid_acting_insulin");
  EXPECT_EQ(value_of(rows, metric::kHba1c), "7.1");
  const auto overrun = decode(0x2A34, "08 0700 FFFF 50");
  EXPECT_EQ(value_of(overrun, metric::kExerciseDuration), "positive-infinity");
}

TEST(CgmTest, SeveralRecordsAreSeveralGroups) {
  const auto rows = decode(0x2AA7, "06 00 0C10 0500 08 01 7B00 0600 02F0");
  ASSERT_EQ(rows.size(), 3u);
  EXPECT_EQ(text_of(rows[0].value), "120");
  EXPECT_EQ(rows[0].group, 1);
  EXPECT_EQ(text_of(rows[1].value), "123");
  EXPECT_EQ(rows[1].group, 2);
  EXPECT_EQ(rows[1].raw.offset, 6);
  EXPECT_EQ(rows[1].raw.length, 8);
  EXPECT_EQ(value_of(rows, metric::kGlucoseTrend), "0.2");
}

TEST(CgmTest, OneBrokenRecordRefusesTheNotification) {
  EXPECT_TRUE(is_refused(0x2AA7, "06 00 0C10 0500 08 01 7B00 0600 02"));
  EXPECT_TRUE(is_refused(0x2AA7, "06 00 0C10 0500 07 00 7B00 0600 02"));
  EXPECT_TRUE(is_refused(0x2AA7, "00 00 0C10 0500"));
  EXPECT_TRUE(is_refused(0x2AA7, ""));
}

TEST(CgmTest, AnAnnouncedChecksumMustBeThereAndRight) {
  Bytes record = from_hex("08 00 0C10 0500");
  const std::uint16_t crc = kCrc16Mcrf4xx(record);
  record.push_back(static_cast<std::byte>(crc));
  record.push_back(static_cast<std::byte>(crc >> 8U));
  Context announced;
  announced.cgm_has_crc = true;
  const auto* cgm = bridge::gatt::find_characteristic(0x2AA7);
  std::vector<Reading> rows;
  EXPECT_TRUE(cgm->decode(record, announced, rows));
  EXPECT_EQ(rows.size(), 1u);
  record[2] ^= std::byte{1};
  EXPECT_FALSE(cgm->decode(record, {}, rows));
  EXPECT_EQ(rows.size(), 1u);
  EXPECT_TRUE(is_refused(0x2AA7, "06 00 0C10 0500", announced));
}

TEST(CgmTest, ARecordHasATimeOnlyWithItsSession) {
  EXPECT_FALSE(decode(0x2AA7, "06 00 0C10 0500")[0].device_time);
  Context context;
  // 10:30 local at +1:00 and one hour of summer time.
  bridge::gatt::remember(0x2AAA, from_hex("E007 06 0F 0A 1E 00 04 04"), context);
  const auto rows = decode(0x2AA7, "06 00 0C10 0500", context);
  EXPECT_EQ(to_rfc3339(*rows[0].device_time), "2016-06-15T08:35:00.000Z");
  // A sensor that asks for the time has none.
  EXPECT_FALSE(decode(0x2AA7, "07 40 0C10 0500 01", context)[0].device_time);
  // An unknown start is none.
  bridge::gatt::remember(0x2AAA, from_hex("0000 06 0F 0A 1E 00 04 04"), context);
  EXPECT_FALSE(context.session_start);
}

TEST(CgmTest, ThePatientsOwnLimitsAreNoDoubtButTheDevicesAre) {
  const auto limits = decode(0x2AA7, "07 20 0C10 0500 0F");
  EXPECT_EQ(limits[0].quality, Quality::good);
  EXPECT_TRUE(limits[0].flags.has(Flag::below_hypo));
  const auto range = decode(0x2AA7, "07 20 0C10 0500 40");
  EXPECT_EQ(range[0].quality, Quality::questionable);
}

TEST(ScaleTest, AnUnsuccessfulOrEmptyWeighingHasNoWeight) {
  EXPECT_EQ(value_of(decode(0x2A9D, "00 FFFF"), metric::kBodyWeight), "error");
  EXPECT_EQ(value_of(decode(0x2A9D, "00 0000"), metric::kBodyWeight), "no-signal");
}

TEST(ScaleTest, AnUnknownUserHasNoIndexAndNoHeight) {
  const auto rows = decode(0x2A9D, "0C B036 FF 0000 0000");
  EXPECT_EQ(rows.size(), 1u);
  EXPECT_EQ(value_of(rows, metric::kBodyWeight), "70.000");
  const auto known = decode(0x2A9D, "0D 543D 03 F500 A802");
  EXPECT_EQ(value_of(known, metric::kBodyWeightPound), "157.00");
  EXPECT_EQ(value_of(known, metric::kBodyMassIndex), "24.5");
  EXPECT_EQ(value_of(known, metric::kBodyHeightInch), "68.0");
  EXPECT_EQ(value_of(known, metric::kUserIndex), "3");
}

TEST(ScaleTest, WhatAScaleDidNotMeasureIsAbsent) {
  const auto rows = decode(0x2A9C, "F80F C800 4006 C800 0000 102E 1027 401F 0A11 B036 0000");
  EXPECT_EQ(value_of(rows, metric::kBodyFat), "20.0");
  EXPECT_EQ(value_of(rows, metric::kBasalMetabolism), "1600");
  EXPECT_EQ(value_of(rows, metric::kMusclePercentage), "20.0");
  EXPECT_EQ(value_of(rows, metric::kMuscleMass), "no-signal");
  EXPECT_EQ(value_of(rows, metric::kFatFreeMass), "58.960");
  EXPECT_EQ(value_of(rows, metric::kBodyImpedance), "436.2");
  EXPECT_EQ(value_of(rows, metric::kBodyWeight), "70.000");
  EXPECT_EQ(value_of(rows, metric::kBodyHeight), "no row");
  EXPECT_TRUE(decode(0x2A9C, "0010 C800")[0].flags.has(Flag::multiple_packet));
  EXPECT_EQ(value_of(decode(0x2A9C, "0000 FFFF"), metric::kBodyFat), "error");
}

TEST(BatteryTest, ALevelBeyondFullIsRefused) {
  EXPECT_EQ(value_of(decode(0x2A19, "64"), metric::kBatteryLevel), "100");
  EXPECT_TRUE(is_refused(0x2A19, "65"));
  EXPECT_TRUE(is_refused(0x2BED, "02 0100 65"));
  EXPECT_TRUE(decode(0x2BED, "02 0101 05")[0].flags.has(Flag::low_battery));
  EXPECT_TRUE(decode(0x2BED, "02 8101 05")[0].flags.has(Flag::critical_battery));
}

TEST(DeviceInfoTest, ATextThatIsNoUtf8IsRefused) {
  EXPECT_EQ(field(describe(0x2A29, "416263 00 20"), "text"), "Abc");
  EXPECT_EQ(field(describe(0x2A29, "00"), "text"), "");
  EXPECT_TRUE(is_refused(0x2A29, "FF"));
  EXPECT_TRUE(is_refused(0x2A29, "C080"));
  EXPECT_TRUE(is_refused(0x2A29, "EDA080"));
  EXPECT_TRUE(is_refused(0x2A29, "41E282"));
}

TEST(DeviceInfoTest, AConsentCodeIsNotShown) {
  const auto fields = describe(0x2A9F, "02 01 3412");
  EXPECT_EQ(fields.members().size(), 2u);
}

}  // namespace
}  // namespace vitalgate::test
