// The source that speaks with bridges, with a bridge in software at the other end.
#include "firmware-bridge/bridge/bridge_source.h"

#include <gtest/gtest.h>

#include "config/catalogue.h"
#include "tests/support/poll.h"
#include "tests/unit/firmware-bridge/source_run.h"
#include "tests/unit/firmware-bridge/wire/soft_bridge.h"

namespace vitalgate::bridge {
namespace {

using test::Bytes;
using test::from_hex;
using test::poll_until;
using test::SoftBridge;
using test::SourceRun;

constexpr auto kPatience = std::chrono::seconds(10);
const Bytes kRate = from_hex("10 48 BC 02 C0 02");  // 72 /min, two RR intervals

class BridgeSourceTest : public testing::Test {
 protected:
  std::unique_ptr<BridgeSource> source(std::optional<SourceMark> resume = {}) {
    config::DeviceSettings device;
    device.id = "dongle-1";
    device.driver = "bridge";
    device.port = line_.path();
    return std::make_unique<BridgeSource>(
        3, device,
        std::vector<config::SensorSettings>{{"dongle-1", 0, "strap-1"}, {"other", 1, "alien"}},
        resume);
  }

  test::RawLine line_;
  SoftBridge bridge_{line_};
};

TEST_F(BridgeSourceTest, ARecordBecomesAnArrivalOfItsSensorInItsOrder) {
  const auto made = source();
  SourceRun run(*made);
  bridge_.measure(0, 0x2A37, kRate);
  bridge_.measure(0, 0x2A37, from_hex("00 49"));
  ASSERT_TRUE(run.wait_for<Arrival>(2));
  const auto arrivals = run.all<Arrival>();
  EXPECT_EQ(arrivals[0].device, "strap-1");
  EXPECT_EQ(arrivals[0].bytes, kRate);
  EXPECT_EQ(arrivals[0].readings.size(), 3u);
  EXPECT_EQ(arrivals[0].mark, (SourceMark{0, bridge_.stream(), 1}));
  EXPECT_EQ(arrivals[1].mark, (SourceMark{0, bridge_.stream(), 2}));
  EXPECT_EQ(arrivals[0].ticket, 1u);
  EXPECT_EQ(arrivals[1].ticket, 2u);
  EXPECT_EQ(test::value_of(arrivals[1], config::metric::kHeartRateEcg), "73");
}

TEST_F(BridgeSourceTest, TheTimeOfMeasurementIsOnTheGatewaysClock) {
  const auto before = wall_now();
  bridge_.measure(0, 0x2A37, kRate);
  const auto after = wall_now();
  std::this_thread::sleep_for(std::chrono::milliseconds(300));
  const auto made = source();
  SourceRun run(*made);
  ASSERT_TRUE(run.wait_for<Arrival>(1));
  const Reading reading = run.all<Arrival>()[0].readings.at(0);
  ASSERT_TRUE(reading.device_time);
  EXPECT_TRUE(reading.on_gateway_clock);
  EXPECT_GE(*reading.device_time, before - std::chrono::milliseconds(50));
  EXPECT_LE(*reading.device_time, after + std::chrono::milliseconds(50));
}

TEST_F(BridgeSourceTest, TheBridgeMayForgetOnlyWhatIsDurable) {
  const auto made = source();
  SourceRun run(*made);
  for (int i = 0; i < 3; ++i) bridge_.measure(0, 0x2A37, kRate);
  ASSERT_TRUE(run.wait_for<Arrival>(3));
  std::this_thread::sleep_for(std::chrono::milliseconds(600));
  EXPECT_EQ(bridge_.stored(), 0u);
  made->durable(2);
  EXPECT_TRUE(poll_until([&] { return bridge_.stored() == 2; }, kPatience));
}

TEST_F(BridgeSourceTest, AfterARestartOnlyWhatIsNotDurableComesAgain) {
  for (int i = 0; i < 5; ++i) bridge_.measure(0, 0x2A37, kRate);
  {
    const auto first = source();
    SourceRun run(*first);
    ASSERT_TRUE(run.wait_for<Arrival>(5));
  }
  const auto second = source(SourceMark{0, bridge_.stream(), 3});
  SourceRun run(*second);
  ASSERT_TRUE(run.wait_for<Arrival>(2));
  EXPECT_TRUE(poll_until([&] { return bridge_.stored() == 3; }, kPatience));
  const auto arrivals = run.all<Arrival>();
  ASSERT_EQ(arrivals.size(), 2u);
  EXPECT_EQ(arrivals[0].mark->position, 4u);
}

TEST_F(BridgeSourceTest, WhatIsNotUnderstoodIsSaidUnderTheBridgesOwnId) {
  const auto made = source();
  SourceRun run(*made);
  bridge_.measure(9, 0x2A37, kRate);                          // nobody's channel
  bridge_.measure(0, 0x1234, kRate);                          // nobody's characteristic
  bridge_.measure(0, 0x2A37, from_hex("01"));                 // cut short
  bridge_.push(static_cast<wire::Kind>(77), from_hex("AB"));  // a kind of a later version
  ASSERT_TRUE(run.wait_for<Arrival>(4));
  const char* const codes[] = {"gatt:2A37", "gatt:1234", "gatt:2A37", "local:record-77"};
  const auto arrivals = run.all<Arrival>();
  for (std::size_t i = 0; i < 4; ++i) {
    EXPECT_EQ(arrivals[i].device, "dongle-1");
    ASSERT_EQ(arrivals[i].readings.size(), 1u);
    const Reading& reading = arrivals[i].readings[0];
    EXPECT_EQ(reading.code, codes[i]);
    EXPECT_EQ(reading.quality, Quality::questionable);
    EXPECT_EQ(std::get<Absent>(reading.value), Absent::error);
    EXPECT_EQ(reading.raw.length, arrivals[i].bytes.size());
    EXPECT_TRUE(arrivals[i].not_understood) << "its bytes must be held back";
  }
}

TEST_F(BridgeSourceTest, ARecordThatCountsFromASessionIsPlacedByTheSessionsStart) {
  const auto made = source();
  SourceRun run(*made);
  const Bytes record = from_hex("06 00 6E 00 0A 00");  // 110 mg/dL, ten minutes into its session
  bridge_.measure(0, 0x2AA7, record);
  bridge_.measure(0, 0x2AAA, from_hex("EA 07 0B 13 08 1E 00 00 00"));  // 2026-11-19 08:30 UTC
  bridge_.measure(0, 0x2AA7, record);
  bridge_.push(wire::Kind::sensor_state, from_hex("00 01 00"));  // another sensor
  bridge_.measure(0, 0x2AA7, record);
  ASSERT_TRUE(run.wait_for<Arrival>(5));
  const auto arrivals = run.all<Arrival>();
  const Reading& unknown = arrivals[0].readings.at(0);
  EXPECT_TRUE(unknown.flags.has(Flag::device_clock_unverified));
  EXPECT_EQ(unknown.quality, Quality::questionable);
  const Reading& placed = arrivals[2].readings.at(0);
  EXPECT_EQ(placed.device_time, parse_rfc3339("2026-11-19T08:40:00.000Z"));
  EXPECT_FALSE(placed.on_gateway_clock);
  EXPECT_FALSE(placed.flags.has(Flag::device_clock_unverified));
  EXPECT_TRUE(arrivals[4].readings.at(0).flags.has(Flag::device_clock_unverified));
}

TEST_F(BridgeSourceTest, WhatABridgeSaysInItsOwnWordsIsNotRepeated) {
  const auto made = source();
  SourceRun run(*made);
  const std::string_view words = "patient DUCK on channel 3";
  std::vector<std::uint8_t> frame(wire::kFrameMax);
  const wire::Log log{0, {reinterpret_cast<const std::uint8_t*>(words.data()), words.size()}};
  frame.resize(wire::to_frame(log, frame.data()));
  ASSERT_TRUE(poll_until(
      [&] {
        bridge_.say(frame);
        const auto reports = run.all<SourceReport>();
        return !reports.empty() &&
               reports.back().what.find("reports an error") != std::string::npos;
      },
      kPatience));
  for (const SourceReport& report : run.all<SourceReport>())
    EXPECT_EQ(report.what.find("DUCK"), std::string::npos) << report.what;
}

TEST_F(BridgeSourceTest, WhatTheRingDroppedIsDeclaredOnceWithItsRange) {
  for (int i = 0; i < 300; ++i) bridge_.measure(0, 0x2A37, kRate);
  const auto made = source();
  SourceRun run(*made);
  ASSERT_TRUE(run.wait_for<Arrival>(100));
  const Arrival lost = run.all<Arrival>()[0];
  EXPECT_EQ(lost.device, "dongle-1");
  ASSERT_EQ(lost.readings.size(), 2u);
  EXPECT_EQ(lost.readings[0].group, lost.readings[1].group);
  const std::uint64_t last = lost.mark->position;
  EXPECT_EQ(test::value_of(lost, config::metric::kRecordsLost), std::to_string(last));
  EXPECT_EQ(std::get<std::string>(lost.readings[1].value), "1-" + std::to_string(last));
  EXPECT_TRUE(run.wait_for<Arrival>(1 + 300 - last));
}

TEST_F(BridgeSourceTest, RecordsOfAnEarlierStartWhoseClockIsNotKnownAreMarked) {
  bridge_.measure(0, 0x2A37, kRate);
  {
    const auto first = source();
    SourceRun run(*first);
    ASSERT_TRUE(run.wait_for<Arrival>(1));  // the ring now has its stream
  }
  bridge_.restart(false);
  const auto made = source();
  SourceRun run(*made);
  ASSERT_TRUE(run.wait_for<Arrival>(1));
  const Reading reading = run.all<Arrival>()[0].readings.at(0);
  EXPECT_FALSE(reading.device_time);
  EXPECT_TRUE(reading.flags.has(Flag::bridge_clock_unknown));
  EXPECT_EQ(reading.quality, Quality::questionable);
}

TEST_F(BridgeSourceTest, ABridgeThatLostItsMemoryIsReportedAndGoesOn) {
  const auto made = source();
  SourceRun run(*made);
  bridge_.measure(0, 0x2A37, kRate);
  ASSERT_TRUE(run.wait_for<Arrival>(1));
  bridge_.restart(true);
  bridge_.measure(0, 0x2A37, from_hex("00 50"));
  ASSERT_TRUE(run.wait_for<Arrival>(2));
  EXPECT_EQ(run.all<Arrival>()[1].mark->position, 1u);
  EXPECT_TRUE(poll_until(
      [&] {
        const auto reports = run.all<SourceReport>();
        return reports.back().what.find("lost its memory") != std::string::npos;
      },
      kPatience));
}

TEST_F(BridgeSourceTest, ItSaysWhoIsThere) {
  const auto made = source();
  SourceRun run(*made);
  EXPECT_TRUE(poll_until(
      [&] {
        const auto reports = run.all<SourceReport>();
        return !reports.empty() && reports.back().state == SourceState::connected &&
               reports.back().what.find("soft, 0") != std::string::npos;
      },
      kPatience));
}

TEST(SilentBridgeTest, ALineWithoutABridgeIsReportedWithWhatToCheck) {
  const test::RawLine line;
  config::DeviceSettings device;
  device.id = "dongle-1";
  device.port = line.path();
  BridgeSource source(0, device, {}, {});
  SourceRun run(source);
  const SourceReport report = run.report(1);
  EXPECT_NE(report.what.find("no bridge answers"), std::string::npos);
  EXPECT_NE(report.hint.find("device.baud"), std::string::npos);
  // It asks, and does not spin.
  EXPECT_FALSE(line.receive(std::chrono::milliseconds(1000)).empty());
  EXPECT_LT(run.alive(), 100u);
}

}  // namespace
}  // namespace vitalgate::bridge
