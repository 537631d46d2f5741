// The tables of drivers and formats, and the formats that have no driver.
#include <gtest/gtest.h>

#include <algorithm>

#include "config/catalogue.h"
#include "firmware-bridge/format.h"
#include "firmware-bridge/serial/intellivue_frame.h"
#include "firmware-bridge/serial/medibus_time.h"
#include "tests/unit/firmware-bridge/shared_data.h"

namespace vitalgate::bridge {
namespace {

using test::bytes_of;
using test::from_hex;

TEST(SerialDriversTest, EveryDriverIsFoundByItsNameAndSaysHowItsLineIsSet) {
  for (const DriverInfo& info : serial_drivers()) {
    EXPECT_EQ(find_serial_driver(info.name), &info);
    EXPECT_NE(info.baud, 0u) << info.name;
    EXPECT_NE(info.parity, config::Parity::driver) << info.name;
    EXPECT_FALSE(info.description.empty()) << info.name;
  }
  EXPECT_EQ(find_serial_driver("nonin"), nullptr);
}

TEST(SerialFormatsTest, EveryDriverButTheOneThatNeedsSettingsIsAFormatWithReadings) {
  for (const DriverInfo& info : serial_drivers()) {
    const Format* format = find_format(info.name);
    EXPECT_EQ(format == nullptr, info.name == "line") << info.name;
    if (format == nullptr) continue;
    ASSERT_NE(format->readings, nullptr) << info.name;
    EXPECT_FALSE(format->readings({})) << info.name;
    EXPECT_FALSE(format->readings(bytes_of("nonsense\r\n"))) << info.name;
  }
}

TEST(SerialFormatsTest, EveryFormatBearsNothingAndNonsense) {
  for (const Format& format : serial_formats()) {
    (void)format.describe({});
    const auto nonsense = bytes_of("nonsense\r\n\x02\x03\x1BR\xC0\xC1");
    (void)format.describe(nonsense);
  }
}

TEST(SerialFormatsTest, DriversReadWhatTheVectorsSay) {
  for (const auto name : {"serial_nonin", "serial_ansarb", "serial_masimo", "serial_cms50"}) {
    const std::string file = std::string(name) + ".jsonl";
    VG_NEEDS_SHARED("vectors/" + file);
    for (const auto& vector : test::read_vectors(file)) {
      SCOPED_TRACE(vector["id"].get<std::string>());
      const Format* format = find_format(vector["protocol"].get<std::string>());
      ASSERT_NE(format, nullptr);
      if (format->readings == nullptr) continue;  // vectors of a part of a frame
      const auto& expect = vector["expect"];
      const bool packets = expect.contains("packets");
      const auto arrivals = format->readings(test::input_of(vector));
      const std::size_t expected = packets ? expect["packets"].size() : 1;
      ASSERT_TRUE(arrivals || expected == 0);
      EXPECT_EQ(arrivals ? arrivals->size() : 0, expected);
    }
  }
}

TEST(CrcFormatsTest, TheCheckValuesAreThoseOfTheCatalogue) {
  // "123456789" in the CRC catalogue of reveng.
  struct Case {
    std::string_view name;
    std::int64_t check;
  };
  for (const Case& c :
       {Case{"crc16-arc", 0xBB3D}, Case{"crc16-modbus", 0x4B37}, Case{"crc16-xmodem", 0x31C3},
        Case{"crc16-x25", 0x906E}, Case{"crc16-kermit", 0x2189}, Case{"crc16-mcrf4xx", 0x6F91},
        Case{"crc16-ccitt-false", 0x29B1}}) {
    const auto fields = find_format(c.name)->describe(bytes_of("123456789"));
    ASSERT_TRUE(fields);
    EXPECT_EQ(std::get<std::int64_t>(*fields->find("crc")), c.check) << c.name;
  }
}

// CRC-16/X-25 of "123456789" is 906E, sent low byte first.
TEST(IntellivueFrameTest, AFrameGivesItsPayloadAndWhetherItsCheckHolds) {
  const auto frame = parse_intellivue_frame(from_hex("C0 31 32 33 34 35 36 37 38 39 6E 90 C1"));
  ASSERT_TRUE(frame);
  EXPECT_EQ(frame->payload, bytes_of("123456789"));
  EXPECT_TRUE(frame->fcs_ok);
  const auto wrong = parse_intellivue_frame(from_hex("C0 31 32 33 34 35 36 37 38 39 6F 90 C1"));
  ASSERT_TRUE(wrong);
  EXPECT_FALSE(wrong->fcs_ok);
}

TEST(IntellivueFrameTest, EscapedBytesAreRestored) {
  const auto frame = parse_intellivue_frame(from_hex("C0 7D E0 7D E1 7D 5D 00 00 C1"));
  ASSERT_TRUE(frame);
  EXPECT_EQ(frame->payload, from_hex("C0 C1 7D"));
}

TEST(IntellivueFrameTest, WhatIsNoFrameIsRefused) {
  for (const std::string_view hex : {"", "C0", "C0 C1", "C0 31 C1", "31 32 33 34",
                                     "C0 31 32 33 7D C1", "C0 31 C0 32 33 C1", "C0 7D 7D 31 32 C1"})
    EXPECT_FALSE(parse_intellivue_frame(from_hex(hex))) << hex;
}

TEST(MedibusTimeTest, MonthsAreEnglishOrGerman) {
  const auto expected = local_time(2021, 3, 5, 14, 7, 9);
  for (const std::string_view text :
       {"14:07:09 5-MAR-21", "14:07:09 05-mar-21", "14:07:09  5-MRZ-21", "14:07:09 05-M\xC4R-21"})
    EXPECT_EQ(*parse_medibus_time(text), expected) << text;
  EXPECT_EQ(*parse_medibus_time(" 0:00 31-DEZ-99"), local_time(2099, 12, 31, 0, 0, 0));
}

TEST(MedibusTimeTest, WhatIsNoTimeIsRefused) {
  for (const std::string_view text :
       {"", "9:33", "25:00 7-OCT-14", "9:60 7-OCT-14", "9:33 32-OCT-14", "9:33 7-OXT-14",
        "9:33 7-OCT-2014", "9:33 7-OCT-1x", "9:33 30-FEB-14", "9:33:  7-OCT-14", "9:33 7OCT14"})
    EXPECT_FALSE(parse_medibus_time(text)) << text;
}

}  // namespace
}  // namespace vitalgate::bridge
