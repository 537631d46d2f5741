// Nonin data formats 2 and 7. Frames are worked out by hand from the OEM III specification:
// status bit 7 set, sync in the first of 25 frames, check byte the sum of the four before it.
#include "firmware-bridge/serial/nonin_df2.h"

#include <gtest/gtest.h>

#include "config/catalogue.h"
#include "tests/unit/firmware-bridge/bytes.h"

namespace vitalgate::bridge {
namespace {

namespace metric = config::metric;
using test::operator+;
using test::Bytes;
using test::value_of;

struct Packet {
  unsigned rate = 72;
  unsigned spo2 = 97;
  unsigned status = 0x80;  // of every frame; sync is added
  unsigned stat2 = 0;
};

Bytes frame(NoninFormat format, unsigned status, unsigned value) {
  const unsigned pleth = 0x40;
  const bool df2 = format == NoninFormat::df2;
  Bytes bytes;
  for (const unsigned number :
       df2 ? std::array{0x01u, status, pleth, value} : std::array{status, pleth, 0x12u, value})
    bytes.push_back(static_cast<std::byte>(number));
  unsigned sum = 0;
  for (const std::byte byte : bytes) sum += std::to_integer<unsigned>(byte);
  bytes.push_back(static_cast<std::byte>(sum & 0xFF));
  return bytes;
}

Bytes packet(const Packet& values, NoninFormat format = NoninFormat::df2) {
  Bytes bytes;
  for (unsigned position = 1; position <= 25; ++position) {
    const unsigned value = position == 1   ? values.rate >> 7
                           : position == 2 ? values.rate & 0x7F
                           : position == 3 ? values.spo2
                           : position == 8 ? values.stat2
                                           : 0;
    bytes = bytes + frame(format, values.status | (position == 1 ? 1 : 0), value);
  }
  return bytes;
}

Arrival arrival(const Packet& values) {
  const auto arrivals = test::feed(*test::driver("nonin-df2"), packet(values));
  EXPECT_EQ(arrivals.size(), 1u);
  return arrivals.empty() ? Arrival{} : arrivals[0];
}

TEST(NoninDf2Test, APacketIsAPulseRateAndASaturationInOneGroup) {
  const Arrival got = arrival({.rate = 140, .spo2 = 92});
  ASSERT_EQ(got.readings.size(), 2u);
  EXPECT_EQ(value_of(got, metric::kPulseRateOximeter), "140");
  EXPECT_EQ(value_of(got, metric::kSpo2), "92");
  EXPECT_EQ(got.readings[0].unit, config::unit::kPerMinute);
  EXPECT_EQ(got.readings[1].unit, config::unit::kPercent);
  EXPECT_NE(got.readings[0].group, 0);
  EXPECT_EQ(got.readings[0].group, got.readings[1].group);
  EXPECT_EQ(got.readings[0].quality, Quality::good);
  EXPECT_TRUE(got.readings[0].flags.empty());
  EXPECT_EQ(got.readings[0].raw.length, 0);
}

TEST(NoninDf2Test, TheMissingCodesAreNoValues) {
  const Arrival got = arrival({.rate = 511, .spo2 = 127});
  EXPECT_EQ(value_of(got, metric::kPulseRateOximeter), "no-signal");
  EXPECT_EQ(value_of(got, metric::kSpo2), "no-signal");
}

TEST(NoninDf2Test, AMissingValueBesideADisconnectedSensorIsSensorOff) {
  const Arrival got = arrival({.rate = 511, .spo2 = 127, .status = 0xC0});
  EXPECT_EQ(value_of(got, metric::kPulseRateOximeter), "sensor-off");
  EXPECT_EQ(value_of(got, metric::kSpo2), "sensor-off");
}

TEST(NoninDf2Test, StatusBitsBecomeFlagsAndDoubtfulOnesLowerTheQuality) {
  struct Case {
    unsigned status, stat2;
    Flag flag;
    Quality quality;
  };
  for (const Case& c : {Case{0xA0, 0, Flag::artifact, Quality::questionable},
                        Case{0x90, 0, Flag::out_of_track, Quality::questionable},
                        Case{0x88, 0, Flag::sensor_alarm, Quality::questionable},
                        Case{0xC0, 0, Flag::sensor_alarm, Quality::questionable},
                        Case{0x84, 0, Flag::low_perfusion, Quality::good},
                        Case{0x86, 0, Flag::marginal_perfusion, Quality::good},
                        Case{0x80, 0x01, Flag::low_battery, Quality::good},
                        Case{0x80, 0x20, Flag::smart_point, Quality::good}}) {
    const Arrival got = arrival({.status = c.status, .stat2 = c.stat2});
    FlagSet only;
    only.set(c.flag);
    for (const Reading& reading : got.readings) {
      EXPECT_TRUE(reading.flags == only) << name(c.flag);
      EXPECT_EQ(reading.quality, c.quality) << name(c.flag);
    }
  }
  EXPECT_TRUE(arrival({.status = 0x82}).readings[0].flags.empty());  // green perfusion
}

TEST(NoninDf2Test, AStatusOfASingleFrameCountsForItsPacket) {
  const Bytes marked = frame(NoninFormat::df2, 0xA0, 0);
  Bytes bytes = packet({});
  std::copy(marked.begin(), marked.end(), bytes.begin() + 24 * 5);
  const auto arrivals = test::feed(*test::driver("nonin-df2"), bytes);
  ASSERT_EQ(arrivals.size(), 1u);
  EXPECT_TRUE(arrivals[0].readings[0].flags.has(Flag::artifact));
}

TEST(NoninDf2Test, FormatSevenIsTheSameWithAnotherFrame) {
  const auto arrivals =
      test::feed(*test::driver("nonin-df7"), packet({.rate = 140, .spo2 = 92}, NoninFormat::df7));
  ASSERT_EQ(arrivals.size(), 1u);
  EXPECT_EQ(value_of(arrivals[0], metric::kPulseRateOximeter), "140");
  EXPECT_EQ(value_of(arrivals[0], metric::kSpo2), "92");
}

TEST(NoninDf2Test, AnyLostByteCostsAtMostTheTwoPacketsItTouches) {
  for (const NoninFormat format : {NoninFormat::df2, NoninFormat::df7}) {
    const Bytes one = packet({.rate = 72}, format);
    const Bytes last = packet({.rate = 80}, format);
    for (std::size_t lost = 0; lost < one.size(); ++lost) {
      Bytes damaged = one;
      damaged.erase(damaged.begin() + static_cast<std::ptrdiff_t>(lost));
      const auto name = format == NoninFormat::df2 ? "nonin-df2" : "nonin-df7";
      const auto driver = test::driver(name);
      const auto arrivals = test::feed(*driver, one + damaged + last + last);
      ASSERT_GE(arrivals.size(), 2u) << name << " " << lost;
      ASSERT_LE(arrivals.size(), 3u) << name << " " << lost;
      EXPECT_EQ(value_of(arrivals.front(), metric::kPulseRateOximeter), "72");
      EXPECT_EQ(value_of(arrivals[1], metric::kPulseRateOximeter), "80");
      EXPECT_GE(driver->counts().bad_frames, 1u);
    }
  }
}

TEST(NoninDf2Test, AFalseStartDoesNotCostTheFrameItOverlaps) {
  const auto driver = test::driver("nonin-df2");
  const auto arrivals = test::feed(*driver, test::from_hex("01 81 01 81") + packet({}));
  EXPECT_EQ(arrivals.size(), 1u);
  EXPECT_EQ(driver->counts().skipped_bytes, 4u);
}

TEST(NoninDf2Test, AnEarlySyncDropsThePacketAndCountsWhatIsMissing) {
  NoninPackets packets(NoninFormat::df2);
  Bytes short_by_two = packet({.rate = 60});
  short_by_two.resize(23 * 5);
  std::vector<NoninPacket> got;
  for (const std::byte byte : short_by_two + packet({.rate = 72}))
    if (const auto whole = packets.push(byte)) got.push_back(*whole);
  ASSERT_EQ(got.size(), 1u);
  EXPECT_EQ(got[0].heart_rate, 72);
  EXPECT_EQ(packets.missed_frames(), 2u);
  EXPECT_EQ(packets.counts().bad_frames, 0u);
}

TEST(NoninDf2Test, APacketWithAGapIsNotGivenEvenIfItsFramesAddUp) {
  // 24 frames, then noise, then one frame that would be the 25th.
  Bytes torn = packet({.rate = 60});
  const Bytes noise = test::from_hex("00 00 00");
  torn.insert(torn.begin() + 24 * 5, noise.begin(), noise.end());
  EXPECT_TRUE(test::feed(*test::driver("nonin-df2"), torn).empty());
}

TEST(NoninDf2Test, HowTheLineCutsTheBytesMakesNoDifference) {
  const Bytes bytes = packet({.rate = 60}) + test::from_hex("01 81 01") + packet({.rate = 61}) +
                      packet({.rate = 62});
  const auto whole = test::feed(*test::driver("nonin-df2"), bytes);
  for (std::size_t chunk = 1; chunk <= bytes.size(); ++chunk)
    ASSERT_TRUE(test::same(test::feed(*test::driver("nonin-df2"), bytes, chunk), whole)) << chunk;
}

TEST(NoninDf2Test, HalfAPacketIsForgottenWhenTheLineIsOpenedAnew) {
  const auto driver = test::driver("nonin-df2");
  const Bytes whole = packet({.rate = 60});
  test::feed(*driver, std::span(whole).first(62));
  driver->reset();
  EXPECT_TRUE(test::feed(*driver, std::span(whole).subspan(62)).empty());
  EXPECT_EQ(test::feed(*driver, packet({.rate = 61})).size(), 1u);
}

}  // namespace
}  // namespace vitalgate::bridge
