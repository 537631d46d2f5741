// Masimo's two dialects. Lines are worked out by hand from the layout in masimo.h.
#include "firmware-bridge/serial/masimo.h"

#include <gtest/gtest.h>

#include "config/catalogue.h"
#include "tests/unit/firmware-bridge/bytes.h"
#include "tests/unit/firmware-bridge/zone.h"

namespace vitalgate::bridge {
namespace {

namespace metric = config::metric;
using test::bytes_of;
using test::value_of;

class MasimoTest : public test::ThreeHoursEast {
 protected:
  static std::vector<Arrival> feed(std::string_view text) {
    return test::feed(*test::driver("masimo-ascii1"), bytes_of(text));
  }
};

TEST_F(MasimoTest, ALineIsARateASaturationAndAPerfusionIndexAtItsOwnTime) {
  const auto arrivals =
      feed("03/05/26 10:15:42 SN=0000012345 SPO2=097% BPM=061 PI=03.20% EXC=000800\r");
  ASSERT_EQ(arrivals.size(), 1u);
  const Arrival& got = arrivals[0];
  ASSERT_EQ(got.readings.size(), 3u);
  EXPECT_EQ(value_of(got, metric::kPulseRateOximeter), "61");
  EXPECT_EQ(value_of(got, metric::kSpo2), "97");
  EXPECT_EQ(value_of(got, metric::kPerfusionIndex), "3.20");
  for (const Reading& reading : got.readings) {
    EXPECT_EQ(reading.device_time, parse_rfc3339("2026-03-05T07:15:42.000Z"));  // month first
    EXPECT_EQ(reading.quality, Quality::good);
    EXPECT_TRUE(reading.flags.empty());
    EXPECT_EQ(reading.group, 1);
  }
}

TEST_F(MasimoTest, TheOtherDialectIsReadAlike) {
  const auto arrivals = feed("03/05/26 10:15:42 SpO2=097 PR=141 PI=03.20 EXC=800:SET\n");
  ASSERT_EQ(arrivals.size(), 1u);
  EXPECT_EQ(value_of(arrivals[0], metric::kPulseRateOximeter), "141");
  EXPECT_EQ(arrivals[0].readings[1].raw.length, std::string_view("SpO2=097").size());
}

TEST_F(MasimoTest, RowsAreThereWhenTheLineHasThem) {
  const auto arrivals = feed(
      "03/05/26 10:15:42 SPO2=097% BPM=061 PI=03.20% SPCO=02.0% SPMET=--.-% PVI=012 ALARM=0000 "
      "EXC=000000\r");
  ASSERT_EQ(arrivals.size(), 1u);
  EXPECT_EQ(value_of(arrivals[0], metric::kSpco), "2.0");
  EXPECT_EQ(value_of(arrivals[0], metric::kSpmet), "no-signal");
  EXPECT_EQ(value_of(arrivals[0], metric::kPlethVariability), "12");
}

TEST_F(MasimoTest, ZerosOfASensorThatIsOffAreNoValues) {
  const auto arrivals = feed("03/05/26 10:15:42 SpO2=000 PR=000 PI=00.00 EXC=020:OffPat\r");
  ASSERT_EQ(arrivals.size(), 1u);
  EXPECT_EQ(value_of(arrivals[0], metric::kSpo2), "sensor-off");
  EXPECT_EQ(value_of(arrivals[0], metric::kPulseRateOximeter), "sensor-off");
  EXPECT_EQ(value_of(arrivals[0], metric::kPerfusionIndex), "sensor-off");
}

TEST_F(MasimoTest, APerfusionIndexOfZeroBesideASaturationIsAValue) {
  const auto arrivals = feed("03/05/26 10:15:42 SpO2=090 PR=060 PI=00.00 EXC=004:LowPI\r");
  EXPECT_EQ(value_of(arrivals.at(0), metric::kPerfusionIndex), "0.00");
}

TEST_F(MasimoTest, EveryExceptionHasItsFlag) {
  struct Case {
    std::string_view bits;
    Flag flag;
    Quality quality;
  };
  for (const Case& c : {Case{"001", Flag::sensor_unconnected, Quality::questionable},
                        Case{"002", Flag::sensor_fault, Quality::questionable},
                        Case{"004", Flag::low_perfusion, Quality::good},
                        Case{"008", Flag::pulse_search, Quality::questionable},
                        Case{"010", Flag::interference, Quality::questionable},
                        Case{"020", Flag::sensor_displaced, Quality::questionable},
                        Case{"040", Flag::ambient_light, Quality::questionable},
                        Case{"080", Flag::sensor_unknown, Quality::questionable},
                        Case{"400", Flag::low_signal_iq, Quality::questionable}}) {
    const auto arrivals =
        feed(std::string("03/05/26 10:15:42 SpO2=090 PR=060 PI=01.00 EXC=").append(c.bits) + "\r");
    ASSERT_EQ(arrivals.size(), 1u) << c.bits;
    FlagSet only;
    only.set(c.flag);
    EXPECT_TRUE(arrivals[0].readings[0].flags == only) << c.bits;
    EXPECT_EQ(arrivals[0].readings[0].quality, c.quality) << c.bits;
  }
}

TEST_F(MasimoTest, AnAlarmIsSaidAndChangesNoValue) {
  const auto arrivals =
      feed("03/05/26 10:15:42 SPO2=080% BPM=061 PI=01.00% ALARM=0001 EXC=000000\r");
  EXPECT_TRUE(arrivals.at(0).readings[0].flags.has(Flag::monitor_alarm));
  EXPECT_EQ(arrivals[0].readings[0].quality, Quality::good);
}

TEST_F(MasimoTest, AnImpossibleDateIsNoTimeAndSaysSo) {
  const auto arrivals = feed("31/12/26 10:15:42 SPO2=080% BPM=061 EXC=000000\r");
  EXPECT_FALSE(arrivals.at(0).readings[0].device_time);
  EXPECT_TRUE(arrivals[0].readings[0].flags.has(Flag::device_clock_invalid));
}

TEST_F(MasimoTest, ADamagedLineIsCountedAndGivesNothing) {
  for (const std::string_view line :
       {"03/05/26 10:15:42 SPO2=0x7% BPM=061 EXC=000000\r", "03/05/26 10:15:42 SPO2=097% BPM=06\r",
        "03/05/26 10:15:42 SPO2=097% EXC=000000\r", "SPO2=097% BPM=061 EXC=000000\r",
        "03/05/26 10:15:42 SPO2=097% SPO2=098% BPM=061 EXC=000000\r",
        "03/05/26 10:15:42 SPO2=097% BPM=061 EXC=\r"}) {
    const auto driver = test::driver("masimo-ascii1");
    EXPECT_TRUE(test::feed(*driver, bytes_of(line)).empty()) << line;
    EXPECT_EQ(driver->counts().bad_frames, 1u) << line;
    EXPECT_EQ(driver->counts().skipped_bytes, line.size() - 1) << line;
  }
}

}  // namespace
}  // namespace vitalgate::bridge
