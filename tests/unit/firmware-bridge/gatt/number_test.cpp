// IEEE 11073 numbers and the time types: worked out from the layouts.
#include "firmware-bridge/gatt/number.h"

#include "firmware-bridge/gatt/time_types.h"
#include "tests/unit/firmware-bridge/gatt/value.h"

namespace vitalgate::bridge::gatt {
namespace {

using test::decode;
using test::describe;
using test::field;
using test::is_refused;

std::string text(const Number& number) {
  if (const auto* special = std::get_if<Special>(&number)) return std::string(name(*special));
  return std::get<Decimal>(number).to_text();
}

TEST(NumberTest, AnSfloatKeepsItsDigits) {
  EXPECT_EQ(text(sfloat(0xF170)), "36.8");
  EXPECT_EQ(text(sfloat(0xE170)), "3.68");
  EXPECT_EQ(text(sfloat(0x1014)), "200");
  EXPECT_EQ(text(sfloat(0x0FFF)), "-1");
  EXPECT_EQ(text(sfloat(0x8801)), "-0.00002047");
  EXPECT_EQ(text(sfloat(0x7800)), "-20480000000");
}

TEST(NumberTest, ASpecialIsOneOnlyWithExponentZero) {
  EXPECT_EQ(text(sfloat(0x07FF)), "NaN");
  EXPECT_EQ(text(sfloat(0x0800)), "NRes");
  EXPECT_EQ(text(sfloat(0x07FE)), "+INF");
  EXPECT_EQ(text(sfloat(0x0802)), "-INF");
  EXPECT_EQ(text(sfloat(0x0801)), "Reserved");
  EXPECT_EQ(text(sfloat(0xF7FF)), "204.7");
  EXPECT_EQ(text(sfloat(0x1800)), "-20480");
  EXPECT_EQ(text(float32(0x007FFFFF)), "NaN");
  EXPECT_EQ(text(float32(0x00800000)), "NRes");
  EXPECT_EQ(text(float32(0x007FFFFE)), "+INF");
  EXPECT_EQ(text(float32(0x00800002)), "-INF");
  EXPECT_EQ(text(float32(0x00800001)), "Reserved");
  EXPECT_EQ(text(float32(0xFF7FFFFF)), "838860.7");
}

TEST(NumberTest, EveryOtherCodeIsItsNumberOverTheWholeRange) {
  for (unsigned raw = 0; raw <= 0xFFFF; ++raw) {
    const Number number = sfloat(static_cast<std::uint16_t>(raw));
    const int mantissa = static_cast<int>(raw & 0xFFF) - ((raw & 0x800) != 0 ? 0x1000 : 0);
    const int exponent = static_cast<int>(raw >> 12) - ((raw & 0x8000) != 0 ? 16 : 0);
    const bool code = exponent == 0 && (mantissa >= 2046 || mantissa <= -2046);
    ASSERT_EQ(std::holds_alternative<Special>(number), code) << raw;
    if (code) continue;
    ASSERT_EQ(std::get<Decimal>(number).mantissa, mantissa);
    ASSERT_EQ(std::get<Decimal>(number).exponent, exponent);
  }
}

TEST(NumberTest, AnExponentBeyondADecimalIsExactOrNoNumber) {
  EXPECT_EQ(text(float32(0x0D000001)), "10000000000000");  // 1e13 = 10e12
  EXPECT_EQ(text(float32(0xF30003E8)), "0.000000000100");  // 1000e-13 = 100e-12
  EXPECT_EQ(text(float32(0xF3000001)), "beyond range");    // 1e-13
  EXPECT_EQ(text(float32(0x7F000001)), "beyond range");
  EXPECT_EQ(text(float32(0x7F000000)), "0");
  EXPECT_EQ(text(float32(0x80000000)), "0.000000000000");
}

TEST(NumberTest, ASpecialValueIsNeverANumber) {
  EXPECT_EQ(std::get<Absent>(to_value(Special::nan)), Absent::not_a_number);
  EXPECT_EQ(std::get<Absent>(to_value(Special::positive_infinity)), Absent::positive_infinity);
  EXPECT_EQ(std::get<Absent>(to_value(Special::negative_infinity)), Absent::negative_infinity);
  EXPECT_EQ(std::get<Absent>(to_value(Special::nres)), Absent::error);
  EXPECT_EQ(std::get<Absent>(to_value(Special::reserved)), Absent::error);
  EXPECT_EQ(std::get<Absent>(to_value(Special::beyond_range)), Absent::error);
  // In every place where a characteristic holds a number.
  struct Place {
    std::uint16_t uuid;
    const char* hex;
  };
  const Place places[] = {{0x2A35, "00 FF07 FE07 0208"},
                          {0x2A36, "00 0008 FF07 FF07"},
                          {0x2A1C, "00 FFFF7F00"},
                          {0x2A5F, "00 FF07 0108"},
                          {0x2A18, "02 0100 E8070A05071E00 FF07 11"},
                          {0x2AA7, "06 00 FF07 0500"}};
  for (const Place& place : places)
    for (const Reading& reading : decode(place.uuid, place.hex))
      EXPECT_FALSE(std::holds_alternative<Decimal>(reading.value)) << place.uuid;
}

TEST(TimeTest, AnUnknownDateIsNoTimeAndAnImpossibleOneIsFlagged) {
  EXPECT_EQ(field(describe(0x2A08, "E8070A05071E0F"), "timestamp"), "2024-10-05T07:30:15");
  EXPECT_EQ(field(describe(0x2A08, "E8070A05071E0F"), "timestamp_status"), "ok");
  EXPECT_EQ(field(describe(0x2A08, "E8070A00071E0F"), "timestamp_status"), "date_unknown");
  EXPECT_EQ(field(describe(0x2A08, "E7070229071E0F"), "timestamp_status"), "invalid");
  EXPECT_EQ(field(describe(0x2A08, "2D0601010000 00"), "timestamp_status"), "invalid");  // 1581

  const auto unknown = decode(0x2A1C, "02 700100FF 00000000000000");
  EXPECT_FALSE(unknown[0].device_time);
  EXPECT_FALSE(unknown[0].flags.has(Flag::device_clock_invalid));
  const auto impossible = decode(0x2A1C, "02 700100FF E8070D05071E00");
  EXPECT_FALSE(impossible[0].device_time);
  EXPECT_TRUE(impossible[0].flags.has(Flag::device_clock_invalid));
}

TEST(TimeTest, EveryTimeTypeHasItsLength) {
  EXPECT_EQ(field(describe(0x2A0A, "E8070A05071E0F 06"), "day_of_week"), "6");
  EXPECT_EQ(field(describe(0x2A0C, "E8070A05071E0F 06 80"), "fractions256"), "128");
  EXPECT_EQ(field(describe(0x2A09, "07"), "day_of_week"), "7");
  EXPECT_EQ(field(describe(0x2A2B, "E8070A05071E0F 06 80 09"), "adjust_flags"),
            "[manual,dst_change]");
  EXPECT_EQ(field(describe(0x2A0E, "D0"), "time_zone_min"), "-720");
  EXPECT_EQ(field(describe(0x2A0E, "39"), "time_zone_min"), "null");
  EXPECT_EQ(field(describe(0x2A14, "01 FE FF FF"), "hours_since_update"), "255");
  EXPECT_TRUE(is_refused(0x2A14, "01 FE 00 FF"));
  EXPECT_TRUE(is_refused(0x2A0A, "E8070A05071E0F"));
  EXPECT_TRUE(is_refused(0x2A2B, "E8070A05071E0F 06 80 09 00"));
  EXPECT_TRUE(is_refused(0x2BF2, "02 40420F000000 01 00 00"));
  EXPECT_EQ(field(describe(0x2BF2, "0E 40420F000001 01 80"), "time_value"), "1099512627776");
}

TEST(TimeTest, ATickCounterAndAnotherTimeLineAreNoTime) {
  ElapsedTime time;
  time.value = 3600;
  time.flags = 0x22;  // UTC on the current time line
  EXPECT_EQ(to_rfc3339(*time.placed().time), "2000-01-01T01:00:00.000Z");
  time.flags = 0x30;  // local with offset
  time.offset = 4;
  EXPECT_EQ(to_rfc3339(*time.placed().time), "2000-01-01T00:00:00.000Z");
  time.flags = 0x21;
  EXPECT_FALSE(time.placed().time);
  EXPECT_FALSE(time.placed().impossible);
  time.flags = 0x02;
  EXPECT_FALSE(time.placed().time);
  EXPECT_TRUE(time.placed().impossible);
  time.flags = 0x22;
  time.value = ~std::uint64_t{0} >> 16U;
  EXPECT_FALSE(time.placed().time);
}

}  // namespace
}  // namespace vitalgate::bridge::gatt
