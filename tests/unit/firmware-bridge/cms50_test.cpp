// Contec CMS50, both streams. Frames are worked out by hand from the layouts in cms50.h.
#include "firmware-bridge/serial/cms50.h"

#include <gtest/gtest.h>

#include "config/catalogue.h"
#include "tests/unit/firmware-bridge/bytes.h"

namespace vitalgate::bridge {
namespace {

namespace metric = config::metric;
using test::operator+;
using test::Bytes;
using test::from_hex;
using test::value_of;

const Bytes kSteady = from_hex("86 30 04 4B 62");  // 75 /min, 98 %
// 75 /min (4B), 98 % (62): bit 7 of both is 0; the wave is 20.
const Bytes kSteadyV7 = from_hex("01 80 86 A0 84 CB E2 80 80");
const Bytes kStart = from_hex("7D 81 A1 80 80 80 80 80 80");
const Bytes kAlive = from_hex("7D 81 AF 80 80 80 80 80 80");

Bytes times(std::size_t count, const Bytes& frame) {
  Bytes bytes;
  for (std::size_t i = 0; i < count; ++i) bytes.insert(bytes.end(), frame.begin(), frame.end());
  return bytes;
}

TEST(Cms50Test, ASecondOfEqualFramesIsOneMeasurement) {
  const auto driver = test::driver("cms50-5byte");
  const auto arrivals = test::feed(*driver, times(121, kSteady));
  ASSERT_EQ(arrivals.size(), 3u);
  EXPECT_EQ(value_of(arrivals[0], metric::kPulseRateOximeter), "75");
  EXPECT_EQ(value_of(arrivals[0], metric::kSpo2), "98");
  EXPECT_EQ(arrivals[0].bytes, kSteady);
  EXPECT_EQ(driver->counts().frames, 121u);
}

TEST(Cms50Test, AChangeIsToldAtOnceAndTheWaveIsNoChange) {
  const Bytes wave = from_hex("C7 31 05 4B 62"), faster = from_hex("86 30 04 4C 62");
  const auto arrivals = test::feed(*test::driver("cms50-5byte"), kSteady + wave + faster + faster);
  ASSERT_EQ(arrivals.size(), 2u);
  EXPECT_EQ(value_of(arrivals[1], metric::kPulseRateOximeter), "76");
}

TEST(Cms50Test, TheEighthBitOfTheRateIsNotLost) {
  // 180 is B4: bit 7 travels in bit 6 of the third byte.
  const auto arrivals = test::feed(*test::driver("cms50-5byte"), from_hex("86 30 44 34 62"));
  EXPECT_EQ(value_of(arrivals.at(0), metric::kPulseRateOximeter), "180");
}

TEST(Cms50Test, NoValuesAreAbsentAndSayWhetherTheProbeIsOff) {
  struct Case {
    std::string_view hex;
    std::string_view value;
  };
  for (const Case& c : {Case{"96 00 00 00 00", "sensor-off"}, Case{"86 00 20 00 00", "no-signal"},
                        Case{"86 00 40 7F 7F", "no-signal"}}) {
    const auto arrivals = test::feed(*test::driver("cms50-5byte"), from_hex(c.hex));
    EXPECT_EQ(value_of(arrivals.at(0), metric::kPulseRateOximeter), c.value) << c.hex;
    EXPECT_EQ(value_of(arrivals[0], metric::kSpo2), c.value) << c.hex;
  }
}

TEST(Cms50Test, ADoubtfulProbeMakesItsValuesQuestionable) {
  struct Case {
    std::string_view hex;
    Flag flag;
  };
  for (const Case& c :
       {Case{"96 30 04 4B 62", Flag::sensor_displaced}, Case{"86 30 24 4B 62", Flag::pulse_search},
        Case{"86 30 14 4B 62", Flag::sensor_fault}}) {
    const auto arrivals = test::feed(*test::driver("cms50-5byte"), from_hex(c.hex));
    EXPECT_TRUE(arrivals.at(0).readings[0].flags.has(c.flag)) << c.hex;
    EXPECT_EQ(arrivals[0].readings[0].quality, Quality::questionable) << c.hex;
  }
}

TEST(Cms50Test, ALostByteCostsOneFrame) {
  const auto driver = test::driver("cms50-5byte");
  test::feed(*driver, kSteady + from_hex("86 30 04 62") + kSteady);
  EXPECT_EQ(driver->counts().frames, 2u);
  EXPECT_EQ(driver->counts().bad_frames, 1u);
  EXPECT_EQ(driver->counts().skipped_bytes, 4u);
}

TEST(Cms50V7Test, TheHighBitsAreRestored) {
  // Rate B4 = 180: its bit 7 is bit 3 of the second byte. Probe out would be bit 0.
  const auto arrivals =
      test::feed(*test::driver("cms50-v7"), from_hex("01 88 86 A0 84 B4 E2 80 80"));
  ASSERT_EQ(arrivals.size(), 1u);
  EXPECT_EQ(value_of(arrivals[0], metric::kPulseRateOximeter), "180");
  EXPECT_EQ(value_of(arrivals[0], metric::kSpo2), "98");
  EXPECT_EQ(arrivals[0].readings[0].quality, Quality::good);
}

TEST(Cms50V7Test, AProbeThatIsOutIsNoValue) {
  // Rate FF, SpO2 7F, probe out: high bits 0 and 3.
  const auto arrivals =
      test::feed(*test::driver("cms50-v7"), from_hex("01 89 80 80 80 FF FF 80 80"));
  EXPECT_EQ(value_of(arrivals.at(0), metric::kPulseRateOximeter), "sensor-off");
  EXPECT_EQ(value_of(arrivals[0], metric::kSpo2), "sensor-off");
}

TEST(Cms50V7Test, TheDeviceIsAskedToSendAndThenKeptGoing) {
  const auto driver = test::driver("cms50-v7");
  driver->tick();
  EXPECT_EQ(driver->take_reply(), kStart);
  for (int second = 0; second < 5; ++second) {
    test::feed(*driver, times(60, kSteadyV7));
    driver->tick();
    EXPECT_EQ(driver->take_reply(), kAlive);
  }
}

TEST(Cms50V7Test, ASilentDeviceIsAskedAgain) {
  const auto driver = test::driver("cms50-v7");
  std::vector<Bytes> said;
  for (int second = 0; second < 7; ++second) {
    driver->tick();
    said.push_back(driver->take_reply());
  }
  EXPECT_EQ(said, (std::vector<Bytes>{kStart, kAlive, kAlive, kStart, kAlive, kAlive, kStart}));
  driver->reset();
  driver->tick();
  EXPECT_EQ(driver->take_reply(), kStart);
}

}  // namespace
}  // namespace vitalgate::bridge
