// Which source a device gets, and what settings get wrong for their driver.
#include "firmware-bridge/sources.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "firmware-bridge/serial/driver.h"

namespace vitalgate::bridge {
namespace {

config::Settings with(std::string_view driver, bool listens = false) {
  config::Settings settings;
  config::DeviceSettings& device = settings.devices.emplace_back();
  device.id = "dev-1";
  device.driver = driver;
  (listens ? device.listen : device.port) = listens ? "127.0.0.1:2575" : "/dev/ttyS1";
  return settings;
}

bool is_about(const std::vector<config::Flaw>& flaws, std::string_view key) {
  return flaws.size() == 1 && flaws[0].key == key && !flaws[0].what.empty() &&
         !flaws[0].expected.empty();
}

TEST(SourcesTest, EveryDriverHasANameATitleAndASource) {
  ASSERT_EQ(drivers().size(), driver_names().size());
  EXPECT_EQ(drivers().size(), serial_drivers().size() + 3);
  for (const DriverTitle& driver : drivers()) {
    EXPECT_FALSE(driver.title.empty()) << driver.name;
    EXPECT_EQ(std::count(driver_names().begin(), driver_names().end(), driver.name), 1);
    if (driver.name == "line") continue;  // needs a pattern
    EXPECT_NE(make_source(with(driver.name, driver.name == "hl7-mllp"), 0, {}), nullptr)
        << driver.name;
  }
}

TEST(SourcesTest, AMessageFeedListensAndEverythingElseHasAPort) {
  EXPECT_TRUE(source_flaws(with("hl7-mllp", true)).empty());
  EXPECT_TRUE(is_about(source_flaws(with("hl7-mllp", false)), "port"));
  EXPECT_TRUE(is_about(source_flaws(with("nonin-df2", true)), "listen"));
}

TEST(SourcesTest, APartThatItsDriverHasNoUseForIsFoundAndAMissingOneToo) {
  EXPECT_TRUE(is_about(source_flaws(with("modbus-rtu")), "driver"));
  EXPECT_TRUE(is_about(source_flaws(with("bridge")), "driver"));
  config::Settings settings = with("nonin-df2");
  settings.sensors.push_back({.device = "dev-1", .channel = 0, .id = "s"});
  EXPECT_TRUE(is_about(source_flaws(settings), "driver"));
  settings.devices[0].driver = "bridge";
  EXPECT_TRUE(source_flaws(settings).empty());
}

TEST(SourcesTest, ABadPatternIsFoundBeforeTheAgentRuns) {
  config::Settings settings = with("line");
  settings.columns.push_back(
      {.device = "dev-1", .group = 1, .metric = "spo2", .unit = "", .missing = ""});
  settings.devices[0].pattern = "SAT=([0-9]+)";
  EXPECT_TRUE(source_flaws(settings).empty());
  settings.devices[0].pattern = "SAT=([0-9+";
  EXPECT_TRUE(is_about(source_flaws(settings), "pattern"));
}

}  // namespace
}  // namespace vitalgate::bridge
