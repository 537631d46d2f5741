// Nonin data formats 8 and 13 and the printout. Bytes are worked out by hand from the layouts in
// nonin_df8.h, nonin_df13.h and nonin_ascii.h.
#include <gtest/gtest.h>

#include "config/catalogue.h"
#include "firmware-bridge/serial/nonin_ascii.h"
#include "firmware-bridge/serial/nonin_df13.h"
#include "tests/unit/firmware-bridge/bytes.h"
#include "tests/unit/firmware-bridge/zone.h"

namespace vitalgate::bridge {
namespace {

namespace metric = config::metric;
using test::operator+;
using test::Bytes;
using test::bytes_of;
using test::from_hex;
using test::value_of;

std::vector<Arrival> feed(std::string_view name, const Bytes& bytes) {
  return test::feed(*test::driver(name), bytes);
}

TEST(NoninDf8Test, AFrameIsAPulseRateAndASaturationWithItsBytes) {
  const auto arrivals = feed("nonin-df8", from_hex("81 0C 5C 00"));
  ASSERT_EQ(arrivals.size(), 1u);
  EXPECT_EQ(value_of(arrivals[0], metric::kPulseRateOximeter), "140");
  EXPECT_EQ(value_of(arrivals[0], metric::kSpo2), "92");
  EXPECT_EQ(arrivals[0].bytes, from_hex("81 0C 5C 00"));
  EXPECT_EQ(arrivals[0].readings[1].raw.length, 4);
}

TEST(NoninDf8Test, EveryStatusBitHasItsFlag) {
  struct Case {
    std::string_view hex;
    Flag flag;
    Quality quality;
  };
  for (const Case& c : {Case{"C0 48 61 00", Flag::sensor_alarm, Quality::questionable},
                        Case{"A0 48 61 00", Flag::out_of_track, Quality::questionable},
                        Case{"90 48 61 00", Flag::low_perfusion, Quality::good},
                        Case{"88 48 61 00", Flag::marginal_perfusion, Quality::good},
                        Case{"84 48 61 00", Flag::artifact, Quality::questionable},
                        Case{"80 48 61 20", Flag::smart_point, Quality::good},
                        Case{"80 48 61 08", Flag::sensor_fault, Quality::questionable},
                        Case{"80 48 61 02", Flag::critical_battery, Quality::good},
                        Case{"80 48 61 01", Flag::low_battery, Quality::good}}) {
    const auto arrivals = feed("nonin-df8", from_hex(c.hex));
    ASSERT_EQ(arrivals.size(), 1u) << c.hex;
    FlagSet only;
    only.set(c.flag);
    EXPECT_TRUE(arrivals[0].readings[0].flags == only) << c.hex;
    EXPECT_EQ(arrivals[0].readings[0].quality, c.quality) << c.hex;
  }
}

TEST(NoninDf8Test, MissingValuesSayWhetherTheSensorIsOff) {
  EXPECT_EQ(value_of(feed("nonin-df8", from_hex("C3 7F 7F 00"))[0], metric::kSpo2), "sensor-off");
  EXPECT_EQ(value_of(feed("nonin-df8", from_hex("83 7F 7F 00"))[0], metric::kSpo2), "no-signal");
}

TEST(NoninDf8Test, ALostByteCostsOneFrame) {
  const auto driver = test::driver("nonin-df8");
  const auto arrivals = test::feed(*driver, from_hex("80 48 61 00  80 48 00  80 49 61 00"));
  ASSERT_EQ(arrivals.size(), 2u);
  EXPECT_EQ(value_of(arrivals[1], metric::kPulseRateOximeter), "73");
  EXPECT_EQ(driver->counts().frames, 2u);
  EXPECT_EQ(driver->counts().bad_frames, 1u);
  EXPECT_EQ(driver->counts().skipped_bytes, 3u);
}

// 30 July 2024 11:45:00.00, SmartPoint, 72 /min, 97 %. The data bytes add up to 0x134.
constexpr std::string_view kRecord =
    "00 02 00 0D 00 0E 14 18 07 1E 0B 2D 00 00 02 00 00 48 00 61 34 03";

class NoninDf13Test : public test::ThreeHoursEast {};

TEST_F(NoninDf13Test, ARecordCarriesTheDevicesTimeAndAsksForAnUrgentCommit) {
  const auto arrivals = feed("nonin-df13", from_hex(kRecord));
  ASSERT_EQ(arrivals.size(), 1u);
  EXPECT_TRUE(arrivals[0].urgent_commit);
  EXPECT_EQ(value_of(arrivals[0], metric::kPulseRateOximeter), "72");
  EXPECT_EQ(value_of(arrivals[0], metric::kSpo2), "97");
  EXPECT_EQ(arrivals[0].readings[0].device_time, parse_rfc3339("2024-07-30T08:45:00.000Z"));
  EXPECT_TRUE(arrivals[0].readings[0].flags.has(Flag::smart_point));
  EXPECT_EQ(arrivals[0].readings[0].raw.length, 22);
}

TEST_F(NoninDf13Test, HundredthsOfASecondAreKept) {
  const auto arrivals = feed(
      "nonin-df13", from_hex("00 02 00 0D 00 0E 14 18 07 1E 0B 2D 00 07 02 00 00 48 00 61 3B 03"));
  ASSERT_EQ(arrivals.size(), 1u);
  EXPECT_EQ(arrivals[0].readings[0].device_time, parse_rfc3339("2024-07-30T08:45:00.070Z"));
}

TEST_F(NoninDf13Test, AnImpossibleDateIsNoTimeAndSaysSo) {
  // 31 February.
  const auto arrivals = feed(
      "nonin-df13", from_hex("00 02 00 0D 00 0E 14 18 02 1F 0B 2D 00 00 02 00 00 48 00 61 30 03"));
  ASSERT_EQ(arrivals.size(), 1u);
  EXPECT_FALSE(arrivals[0].readings[0].device_time.has_value());
  EXPECT_TRUE(arrivals[0].readings[0].flags.has(Flag::device_clock_invalid));
}

TEST_F(NoninDf13Test, StatusSaysNoValueMemoryAndLowBattery) {
  // Status 0111: no value, from memory, low battery.
  const auto arrivals = feed(
      "nonin-df13", from_hex("00 02 00 0D 00 0E 14 18 07 1E 0B 2D 00 00 01 11 00 48 00 61 44 03"));
  ASSERT_EQ(arrivals.size(), 1u);
  EXPECT_EQ(value_of(arrivals[0], metric::kPulseRateOximeter), "no-signal");
  EXPECT_EQ(value_of(arrivals[0], metric::kSpo2), "no-signal");
  EXPECT_TRUE(arrivals[0].readings[0].flags.has(Flag::from_memory));
  EXPECT_TRUE(arrivals[0].readings[0].flags.has(Flag::low_battery));
}

TEST_F(NoninDf13Test, ALongerRecordOfALaterDeviceIsRead) {
  const auto arrivals =
      feed("nonin-df13",
           from_hex("00 02 00 0D 00 10 14 18 07 1E 0B 2D 00 00 02 00 00 48 00 61 AA 02 E0 03"));
  ASSERT_EQ(arrivals.size(), 1u);
  EXPECT_EQ(value_of(arrivals[0], metric::kSpo2), "97");
}

TEST_F(NoninDf13Test, ABrokenRecordIsAskedForAgainAtOnceAndCostsOnlyItself) {
  Bytes broken = from_hex(kRecord);
  broken[19] = std::byte{0x62};
  const auto driver = test::driver("nonin-df13");
  EXPECT_TRUE(test::feed(*driver, broken).empty());
  EXPECT_EQ(driver->take_reply(), from_hex("15"));
  EXPECT_TRUE(driver->take_reply().empty());
  EXPECT_EQ(test::feed(*driver, from_hex(kRecord)).size(), 1u);
  EXPECT_EQ(driver->counts().bad_frames, 1u);
  EXPECT_EQ(driver->counts().frames, 1u);
  EXPECT_EQ(driver->counts().skipped_bytes, 22u);
}

TEST_F(NoninDf13Test, ARecordBehindABrokenLengthIsFound) {
  // The first claims 56 data bytes: all of the second is inside what it claims.
  Bytes bytes = from_hex(kRecord);
  bytes[5] = std::byte{56};
  bytes = bytes + from_hex(kRecord) + from_hex(kRecord);
  EXPECT_EQ(feed("nonin-df13", bytes).size(), 2u);
}

TEST_F(NoninDf13Test, EveryCutGivesTheSame) {
  const Bytes bytes = bytes_of("??") + from_hex(kRecord) + from_hex("00 02 00") + from_hex(kRecord);
  const auto whole = feed("nonin-df13", bytes);
  ASSERT_EQ(whole.size(), 2u);
  for (std::size_t chunk = 1; chunk <= bytes.size(); ++chunk)
    EXPECT_TRUE(test::same(test::feed(*test::driver("nonin-df13"), bytes, chunk), whole));
}

TEST(NoninAsciiTest, ALineIsAMeasurement) {
  const auto arrivals = feed("nonin-ascii", bytes_of("SPO2=097 HR=072\r\nSPO2=--- HR=100 *\r\n"));
  ASSERT_EQ(arrivals.size(), 2u);
  EXPECT_EQ(value_of(arrivals[0], metric::kSpo2), "97");
  EXPECT_EQ(value_of(arrivals[0], metric::kPulseRateOximeter), "72");
  EXPECT_EQ(arrivals[0].readings[0].raw.length, 15);
  EXPECT_EQ(value_of(arrivals[1], metric::kSpo2), "no-signal");
  EXPECT_EQ(value_of(arrivals[1], metric::kPulseRateOximeter), "100");
}

TEST(NoninAsciiTest, TimeMarksAndLettersAreRead) {
  const auto line = parse_nonin_line("07/30/24 10:45:07 SPO2=095 HR=110 F *");
  ASSERT_TRUE(line);
  EXPECT_EQ(line->time, "10:45:07");
  EXPECT_TRUE(line->fast_averaging);
  EXPECT_TRUE(line->event);
}

TEST(NoninAsciiTest, ALineThatIsCutOrDamagedIsNoMeasurement) {
  for (const auto* text : {"2=097 HR=072", "HR=072", "SPO2=097", "SPO2=097 HR=", "SPO2=097 HR=7x2",
                           "SPO2=0977 HR=072", "SPO2=300 HR=072", "SPO2=097 HR=072 SPO2=097",
                           "SPO2=09\x01 HR=072", "", "=", "SPO2= HR=072"})
    EXPECT_FALSE(parse_nonin_line(text)) << text;
}

TEST(NoninAsciiTest, AHeadingIsSkippedAndALineWithoutEndIsBounded) {
  const auto driver = test::driver("nonin-ascii");
  const auto arrivals =
      test::feed(*driver, bytes_of("NONIN 8500M\r\n") + bytes_of(std::string(5000, 'x')) +
                              bytes_of("\rSPO2=097 HR=072\r\n"));
  EXPECT_EQ(arrivals.size(), 1u);
  EXPECT_EQ(driver->counts().frames, 1u);
  EXPECT_EQ(driver->counts().bad_frames, 1u);
  EXPECT_EQ(driver->counts().skipped_bytes, 5011u);
}

}  // namespace
}  // namespace vitalgate::bridge
