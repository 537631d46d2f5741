#include "agent/device_table.h"

#include <gtest/gtest.h>

namespace vitalgate {
namespace {

using namespace std::chrono_literals;

class DeviceTableTest : public ::testing::Test {
 protected:
  DeviceTableTest() {
    config::DeviceSettings device;
    device.id = "ivy-1";
    device.expect_every = 5s;
    table_.emplace(std::vector{device}, now_);
    table_->on_report(0, {bridge::SourceState::connected, "open", ""}, now_);
  }
  DeviceStatus at(std::chrono::seconds later, bool paused = false) {
    table_->watch(now_ + later, paused);
    return table_->status(now_ + later).at(0);
  }

  Clock::time_point now_ = Clock::now();
  std::optional<DeviceTable> table_;
};

TEST_F(DeviceTableTest, ThreeMissedCadencesAreSilenceAndAReadingEndsIt) {
  table_->on_readings(0, 1, 0, now_);
  EXPECT_EQ(at(15s).state, "connected");
  EXPECT_EQ(at(16s).state, "silent");
  EXPECT_FALSE(at(16s).hint.empty());
  table_->on_readings(0, 1, 0, now_ + 17s);
  EXPECT_EQ(at(17s).state, "connected");
}

TEST_F(DeviceTableTest, ADeviceThatWeMakeWaitIsNotCalledSilent) {
  EXPECT_EQ(at(100s, /*paused=*/true).state, "connected");
  EXPECT_EQ(at(110s).state, "connected") << "its time counts from the end of the pause";
  EXPECT_EQ(at(116s).state, "silent");
}

TEST_F(DeviceTableTest, ADeviceWhoseLaneIsFullIsNotCalledSilent) {
  table_->hold_back(0, true);
  EXPECT_EQ(at(100s).state, "connected");
  table_->hold_back(0, false);
  EXPECT_EQ(at(110s).state, "connected") << "its time counts from the end of the wait";
  EXPECT_EQ(at(116s).state, "silent");
}

TEST_F(DeviceTableTest, AnUnpluggedDeviceSaysSoAndIsNotSilent) {
  table_->on_report(0, {bridge::SourceState::waiting, "unplugged", "plug it in"}, now_);
  EXPECT_EQ(at(100s).state, "waiting");
  EXPECT_EQ(at(100s).detail, "unplugged");
}

TEST_F(DeviceTableTest, ThePaceIsThatOfTheLastMinute) {
  for (int second = 0; second < 120; ++second)
    table_->on_readings(0, 2, 1, now_ + std::chrono::seconds(second));
  EXPECT_EQ(at(119s).per_minute, 180u);
  EXPECT_EQ(at(400s).per_minute, 0u);
  EXPECT_EQ(at(400s).received, 360u);
  EXPECT_EQ(at(400s).quarantined, 120u);
}

}  // namespace
}  // namespace vitalgate
