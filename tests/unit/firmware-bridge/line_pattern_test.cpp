// The line driver: patterns and columns.
#include "firmware-bridge/serial/line_pattern.h"

#include <gtest/gtest.h>

#include "config/catalogue.h"
#include "tests/unit/firmware-bridge/bytes.h"

namespace vitalgate::bridge {
namespace {

namespace metric = config::metric;
using test::bytes_of;
using test::value_of;

config::ColumnSettings column(std::uint8_t group, std::string metric, std::string unit = "",
                              std::string missing = "") {
  return {"room", group, std::move(metric), std::move(unit), std::move(missing)};
}

std::unique_ptr<Driver> driver(const std::string& pattern,
                               const std::vector<config::ColumnSettings>& columns) {
  EXPECT_TRUE(check_line_pattern(pattern, columns));
  config::DeviceSettings device;
  device.id = "room";
  device.driver = "line";
  device.pattern = pattern;
  return make_driver(device, columns);
}

const std::vector<config::ColumnSettings> kColumns{column(1, "room_temperature", "Cel", "--.-"),
                                                   column(3, "room_humidity")};
constexpr const char* kPattern = "T=(([-0-9.]+)) *H=([0-9.]*)(;.*)?";

TEST(LinePatternTest, GroupsOfAMatchingLineAreReadings) {
  const auto arrivals = test::feed(*driver(kPattern, kColumns), bytes_of("T=21.5 H=40\r\n"));
  ASSERT_EQ(arrivals.size(), 1u);
  EXPECT_EQ(value_of(arrivals[0], metric::kRoomTemperature), "21.5");
  EXPECT_EQ(value_of(arrivals[0], metric::kRoomHumidity), "40");
  EXPECT_EQ(arrivals[0].readings[1].raw.offset, 9);
  EXPECT_EQ(arrivals[0].readings[1].raw.length, 2);
}

TEST(LinePatternTest, TheMissingTextAndAnEmptyGroupAreNoValue) {
  const auto arrivals = test::feed(*driver(kPattern, kColumns), bytes_of("T=--.- H=\n"));
  EXPECT_EQ(value_of(arrivals.at(0), metric::kRoomTemperature), "no-signal");
  EXPECT_EQ(value_of(arrivals[0], metric::kRoomHumidity), "no-signal");
}

TEST(LinePatternTest, AGroupThatIsNoNumberIsAnError) {
  const auto arrivals = test::feed(*driver(kPattern, kColumns), bytes_of("T=1.2.3 H=4\n"));
  EXPECT_EQ(value_of(arrivals.at(0), metric::kRoomTemperature), "error");
}

TEST(LinePatternTest, TheWholeLineMustMatch) {
  const auto line = driver(kPattern, kColumns);
  EXPECT_TRUE(
      test::feed(*line, bytes_of("xT=21.5 H=40\nT=21.5 H=40x\n\n" + std::string(5000, 'T') + "\n"))
          .empty());
  EXPECT_EQ(line->counts().bad_frames, 3u);
}

TEST(LinePatternTest, ColumnsOfOtherDevicesAreNotItsOwn) {
  auto columns = kColumns;
  columns[1].device = "other";
  config::DeviceSettings device;
  device.id = "room";
  device.driver = "line";
  device.pattern = kPattern;
  const auto arrivals = test::feed(*make_driver(device, columns), bytes_of("T=21.5 H=40\n"));
  EXPECT_EQ(arrivals.at(0).readings.size(), 1u);
}

TEST(LinePatternTest, AHostileLineTakesLinearTime) {
  const auto line = driver("(a*)*(a*)*(a*)*b", {column(1, "room_temperature")});
  for (int i = 0; i < 100; ++i)
    EXPECT_TRUE(test::feed(*line, bytes_of(std::string(250, 'a') + "\n")).empty());
}

TEST(LinePatternTest, SettingsThatCannotWorkAreRefusedWithAHint) {
  struct Case {
    std::string pattern;
    std::vector<config::ColumnSettings> columns;
  };
  for (const Case& c : {Case{"", kColumns}, Case{"T=(", kColumns}, Case{"(a)\\1", kColumns},
                        Case{"T=(.*)", {column(2, "room_temperature")}},
                        Case{"T=(.*)", {column(0, "room_temperature")}},
                        Case{"T=(.*)", {column(1, "no_such_metric")}},
                        Case{"T=(.*)", {column(1, "room_temperature", "K")}},
                        Case{"T=(.*)", {column(1, "observation")}}, Case{"T=(.*)", {}},
                        Case{std::string(2000, 'a'), kColumns}}) {
    const auto checked = check_line_pattern(c.pattern, c.columns);
    ASSERT_FALSE(checked) << c.pattern.substr(0, 20);
    EXPECT_EQ(checked.error().code, Errc::rejected);
    EXPECT_FALSE(checked.error().hint.empty());
  }
}

}  // namespace
}  // namespace vitalgate::bridge
