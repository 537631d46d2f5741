// Columns, registers and sensors: what belongs to a device, and what is wrong between them.
#include <gtest/gtest.h>

#include "config/loader.h"
#include "tests/unit/config/settings_text.h"

namespace vitalgate::config {
namespace {

using test::all_text;
using test::least_and;
using test::load_words;

constexpr std::string_view kDevice = R"([[device]]
id = "dev-1"
driver = "nonin-df2"
port = "/dev/ttyS1"
)";

std::string problems_of(std::string_view tables) {
  return all_text(load_words(least_and(std::string(kDevice) + std::string(tables))));
}

TEST(DevicePartsTest, EveryValueOfARegisterArrives) {
  const Loaded loaded = load_words(least_and(std::string(kDevice) + R"([[register]]
device = "dev-1"
address = 107
kind = "input"
type = "f32"
word_order = "low_first"
exponent = -2
metric = "airway_pressure"
unit = "cm[H2O]"
missing = -32768
)"));
  ASSERT_TRUE(loaded.settings) << all_text(loaded);
  const RegisterSettings& one = loaded.settings->registers.at(0);
  EXPECT_EQ(one.address, 107);
  EXPECT_EQ(one.kind, RegisterKind::input);
  EXPECT_EQ(one.type, RegisterType::f32);
  EXPECT_EQ(one.order, WordOrder::low_first);
  EXPECT_EQ(one.exponent, -2);
  EXPECT_EQ(one.missing, -32768);
}

TEST(DevicePartsTest, APartOfNoDeviceIsFound) {
  const std::string text = problems_of("[[sensor]]\ndevice=\"dev-2\"\nchannel=0\nid=\"s\"\n");
  EXPECT_NE(text.find("sensor[1].device: no device has the id \"dev-2\""), std::string::npos)
      << text;
}

TEST(DevicePartsTest, AMetricOrUnitThatTheCatalogueDoesNotHaveIsFound) {
  EXPECT_NE(problems_of("[[column]]\ndevice=\"dev-1\"\ngroup=1\nmetric=\"spo3\"\n").find("spo3"),
            std::string::npos);
  EXPECT_NE(problems_of("[[column]]\ndevice=\"dev-1\"\ngroup=1\nmetric=\"spo2\"\nunit=\"mm[Hg]\"\n")
                .find("has no unit"),
            std::string::npos);
  EXPECT_NE(problems_of("[[register]]\ndevice=\"dev-1\"\naddress=1\nmetric=\"observation\"\n")
                .find("\"observation\" is no"),
            std::string::npos);
}

TEST(DevicePartsTest, TwoSensorsShareNeitherIdNorChannel) {
  const std::string text = problems_of(
      "[[sensor]]\ndevice=\"dev-1\"\nchannel=0\nid=\"dev-1\"\n"
      "[[sensor]]\ndevice=\"dev-1\"\nchannel=0\nid=\"s\"\n");
  EXPECT_NE(text.find("\"dev-1\" is already in use"), std::string::npos) << text;
  EXPECT_NE(text.find("channel 0 of \"dev-1\" is already taken"), std::string::npos) << text;
}

TEST(DevicePartsTest, ADeviceHasAPortOrAnAddressToListenOnAndNotBoth) {
  const auto about = [](std::string_view lines) {
    return all_text(
        load_words(least_and("[[device]]\nid=\"a\"\ndriver=\"nonin-df2\"\n" + std::string(lines))));
  };
  EXPECT_NE(about("").find("port: this is missing"), std::string::npos);
  EXPECT_NE(about("port=\"/dev/x\"\nlisten=\"lo:1\"\n").find("only one of port or listen"),
            std::string::npos);
  EXPECT_EQ(about("listen=\"lo:1\"\n"), "");
}

}  // namespace
}  // namespace vitalgate::config
