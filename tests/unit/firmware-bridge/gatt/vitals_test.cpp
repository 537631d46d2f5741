// Heart rate, blood pressure, temperature and oximetry: what a decoder promises beyond the layout.
#include "firmware-bridge/gatt/heart_rate.h"
#include "tests/unit/firmware-bridge/gatt/value.h"

namespace vitalgate::test {
namespace {

TEST(HeartRateTest, AnRrIntervalIsExact) {
  EXPECT_EQ(bridge::gatt::rr_milliseconds(1024).to_text(), "1000");
  EXPECT_EQ(bridge::gatt::rr_milliseconds(781).to_text(), "762.6953125");
  EXPECT_EQ(bridge::gatt::rr_milliseconds(33).to_text(), "32.2265625");
  for (int raw = 1; raw <= 0xFFFF; ++raw) {
    const Decimal exact = bridge::gatt::rr_milliseconds(static_cast<std::uint16_t>(raw));
    ASSERT_TRUE(compare(exact, Decimal::of(std::int64_t{raw} * 9765625, -7)) == 0) << raw;
  }
}

TEST(HeartRateTest, EveryFieldIsARowOfOneGroup) {
  const auto rows = decode(0x2A37, "1F 4801 3200 0004 0D03");
  ASSERT_EQ(rows.size(), 4u);
  EXPECT_EQ(text_of(rows[0].value), "328");
  EXPECT_EQ(text_of(rows[1].value), "1000");
  EXPECT_EQ(text_of(rows[2].value), "762.6953125");
  EXPECT_EQ(value_of(rows, metric::kEnergyExpended), "50");
  for (const Reading& row : rows) {
    EXPECT_EQ(row.group, 1);
    EXPECT_EQ(row.quality, Quality::good);
    EXPECT_EQ(row.raw.length, 9);
  }
}

TEST(HeartRateTest, ARateOfZeroIsNoSignal) {
  EXPECT_EQ(value_of(decode(0x2A37, "00 00"), metric::kHeartRateEcg), "no-signal");
}

TEST(HeartRateTest, LostContactIsADoubtNotALoss) {
  const auto rows = decode(0x2A37, "14 4A 0D03");
  EXPECT_EQ(value_of(rows, metric::kHeartRateEcg), "74");
  for (const Reading& row : rows) {
    EXPECT_TRUE(row.flags.has(Flag::no_contact));
    EXPECT_EQ(row.quality, Quality::questionable);
  }
  // Bit 1 says nothing unless the sensor supports it.
  EXPECT_TRUE(decode(0x2A37, "02 4A")[0].flags.empty());
}

TEST(HeartRateTest, AnEnergyThatIsFullIsAtLeastThat) {
  EXPECT_TRUE(decode(0x2A37, "08 4A FFFF")[1].flags.has(Flag::above_limit));
}

TEST(HeartRateTest, ATornValueMakesNoReading) {
  for (const char* torn : {"", "00", "01 4A", "08 4A 01", "10 4A 01", "18 4A 0100 01"})
    EXPECT_TRUE(is_refused(0x2A37, torn)) << torn;
}

TEST(BloodPressureTest, AllValuesShareAGroupAndTheirStatus) {
  const auto rows = decode(0x2A35, "1E 7C00 4F00 5E00 E807071E0B2D00 4800 02 2500");
  EXPECT_EQ(value_of(rows, metric::kCuffSystolic), "124");
  EXPECT_EQ(value_of(rows, metric::kCuffDiastolic), "79");
  EXPECT_EQ(value_of(rows, metric::kCuffMean), "94");
  EXPECT_EQ(value_of(rows, metric::kPulseRateCuff), "72");
  EXPECT_EQ(value_of(rows, metric::kUserIndex), "2");
  for (const Reading& row : rows) {
    EXPECT_EQ(row.group, 1);
    EXPECT_EQ(row.quality, Quality::questionable);
    EXPECT_TRUE(row.flags.has(Flag::body_movement));
    EXPECT_TRUE(row.flags.has(Flag::irregular_pulse));
    EXPECT_TRUE(row.flags.has(Flag::improper_position));
    EXPECT_TRUE(row.device_time);
  }
}

TEST(BloodPressureTest, AnIrregularPulseAloneIsAFindingNotADoubt) {
  const auto rows = decode(0x2A35, "10 7C00 4F00 5E00 0400");
  EXPECT_EQ(rows[0].quality, Quality::good);
  EXPECT_TRUE(rows[0].flags.has(Flag::irregular_pulse));
}

TEST(BloodPressureTest, AMissingMeanIsNeverComputed) {
  EXPECT_EQ(value_of(decode(0x2A35, "00 7C00 4F00 FF07"), metric::kCuffMean), "not-a-number");
  EXPECT_EQ(value_of(decode(0x2A35, "00 7C00 4F00 0000"), metric::kCuffMean), "no-signal");
}

TEST(BloodPressureTest, KilopascalsStayKilopascals) {
  const auto rows = decode(0x2A35, "01 BDF0 0B00 9FF0");
  EXPECT_EQ(value_of(rows, metric::kCuffSystolicKpa), "18.9");
  EXPECT_EQ(value_of(rows, metric::kCuffSystolic), "no row");
}

TEST(BloodPressureTest, TheUnusedPlacesOfACuffPressureAreNeverPublished) {
  const auto rows = decode(0x2A36, "00 5500 4F00 5E00");
  ASSERT_EQ(rows.size(), 1u);
  EXPECT_EQ(value_of(rows, metric::kCuffPressure), "85");
  EXPECT_EQ(field(describe(0x2A36, "00 5500 4F00 5E00"), "diastolic"), "no field");
}

TEST(BloodPressureTest, AnUnknownUserMakesNoRow) {
  EXPECT_EQ(value_of(decode(0x2A35, "08 7C00 4F00 5E00 FF"), metric::kUserIndex), "no row");
}

TEST(BloodPressureTest, EnhancedTimesAreSeconds) {
  // 3786825600 s after 1900 are 2020-01-01; 631152000 s after 2000 as well.
  const auto old = decode(0x2B34, "02 7C00 4F00 5E00 805FB6E1");
  ASSERT_TRUE(old[0].device_time);
  EXPECT_EQ(to_rfc3339(*old[0].device_time), "2020-01-01T00:00:00.000Z");
  const auto newer = decode(0x2B34, "42 7C00 4F00 5E00 809D9E25");
  EXPECT_EQ(to_rfc3339(*newer[0].device_time), "2020-01-01T00:00:00.000Z");
  EXPECT_FALSE(decode(0x2B34, "02 7C00 4F00 5E00 00000000")[0].device_time);
}

TEST(BloodPressureTest, ARecordIsFromMemoryAndItsChecksumIsChecked) {
  const auto rows = decode(0x2B36, "03 0700 352A 00 7C00 4F00 5E00");
  EXPECT_EQ(value_of(rows, metric::kCuffSystolic), "124");
  EXPECT_TRUE(rows[0].flags.has(Flag::from_memory));
  EXPECT_EQ(rows[0].raw.length, 12);
  EXPECT_TRUE(decode(0x2B36, "01 0700 352A 00 7C00").empty());  // a segment
  Context announced;
  announced.blood_pressure_has_crc = true;
  EXPECT_TRUE(is_refused(0x2B36, "03 0700 352A 00 7C00 4F00 5E00 0000", announced));
}

TEST(TemperatureTest, TheSiteAndTheUnitAreTheMetric) {
  EXPECT_EQ(value_of(decode(0x2A1C, "04 B00E00FE 06"), metric::kTemperatureOral), "37.60");
  EXPECT_EQ(value_of(decode(0x2A1C, "05 DA0300FF 03"), metric::kTemperatureEarFahrenheit), "98.6");
  EXPECT_EQ(value_of(decode(0x2A1C, "00 B00E00FE"), metric::kBodyTemperature), "37.60");
  EXPECT_EQ(value_of(decode(0x2A1C, "04 B00E00FE C8"), metric::kBodyTemperature), "37.60");
  Context context;
  context.temperature_type = 9;
  EXPECT_EQ(value_of(decode(0x2A1C, "00 B00E00FE", context), metric::kTemperatureTympanic),
            "37.60");
}

TEST(TemperatureTest, AnIntermediateTemperatureIsNotYetOne) {
  const auto rows = decode(0x2A1E, "00 B00E00FE");
  EXPECT_EQ(rows[0].quality, Quality::questionable);
  EXPECT_TRUE(rows[0].flags.has(Flag::measurement_ongoing));
}

TEST(OximeterTest, ZeroAndTheCodesOfSerialOximetersAreNoSignal) {
  for (const char* hex : {"00 0000 0000", "00 7F00 FF01", "00 FF01 FF01"}) {
    const auto rows = decode(0x2A5F, hex);
    EXPECT_EQ(value_of(rows, metric::kSpo2), "no-signal") << hex;
    EXPECT_EQ(value_of(rows, metric::kPulseRateOximeter), "no-signal") << hex;
  }
  // A pulse of 127 is one.
  EXPECT_EQ(value_of(decode(0x2A5F, "00 6100 7F00"), metric::kPulseRateOximeter), "127");
}

TEST(OximeterTest, DemonstrationDataIsNeverAPatients) {
  for (const char* hex : {"04 6100 4800 0004", "04 6100 4800 0008"})
    for (const Reading& row : decode(0x2A5F, hex)) EXPECT_EQ(row.quality, Quality::test) << hex;
}

TEST(OximeterTest, AnInvalidMeasurementHasNoValue) {
  const auto rows = decode(0x2A5F, "04 6100 4800 0080");
  EXPECT_EQ(value_of(rows, metric::kSpo2), "error");
  EXPECT_TRUE(rows[0].flags.has(Flag::device_says_invalid));
}

TEST(OximeterTest, EveryStatusBitIsAFlag) {
  const auto rows = decode(0x2A5F, "0C 6100 4800 E053 FF7700");
  for (const Flag flag :
       {Flag::measurement_ongoing, Flag::early_estimate, Flag::validated, Flag::fully_qualified,
        Flag::from_memory, Flag::calibration_ongoing, Flag::device_says_questionable,
        Flag::extended_display_update, Flag::low_perfusion, Flag::interference,
        Flag::sensor_unknown, Flag::sensor_displaced, Flag::sensor_fault})
    EXPECT_TRUE(rows[0].flags.has(flag)) << name(flag);
}

TEST(OximeterTest, ADisconnectedSensorSaysWhyThereIsNoValue) {
  EXPECT_EQ(value_of(decode(0x2A5F, "0C FF07 FF07 0020 008000"), metric::kSpo2), "sensor-off");
}

TEST(OximeterTest, AClockThatIsNotSetGivesNoTime) {
  EXPECT_TRUE(decode(0x2A5E, "01 6100 4800 E8070A05071E00")[0].device_time);
  const auto unset = decode(0x2A5E, "11 6100 4800 E8070A05071E00");
  EXPECT_FALSE(unset[0].device_time);
  EXPECT_FALSE(unset[0].flags.has(Flag::device_clock_invalid));
}

TEST(OximeterTest, FastAndSlowAndThePerfusionAreRows) {
  const auto rows = decode(0x2A5F, "13 6100 4800 6000 4900 5F00 4A00 66E3");
  EXPECT_EQ(value_of(rows, metric::kSpo2Fast), "96");
  EXPECT_EQ(value_of(rows, metric::kPulseRateFast), "73");
  EXPECT_EQ(value_of(rows, metric::kSpo2Slow), "95");
  EXPECT_EQ(value_of(rows, metric::kPulseRateSlow), "74");
  EXPECT_EQ(value_of(rows, metric::kPerfusionIndex), "8.70");
}

}  // namespace
}  // namespace vitalgate::test
