#include "agent/core/decimal.h"

#include <gtest/gtest.h>

namespace vitalgate {
namespace {

TEST(DecimalTest, KeepsTheDigitsThatWereMeasured) {
  EXPECT_EQ(Decimal::of(3760, -2).to_text(), "37.60");
  EXPECT_EQ(Decimal::of(98).to_text(), "98");
  EXPECT_EQ(Decimal::of(205, 1).to_text(), "2050");
  EXPECT_EQ(Decimal::of(-5, -1).to_text(), "-0.5");
  EXPECT_EQ(Decimal::of(7, -3).to_text(), "0.007");
  EXPECT_EQ(Decimal::of(0, -2).to_text(), "0.00");
  EXPECT_EQ(Decimal::of(0, 3).to_text(), "0");
}

TEST(DecimalTest, TextComesBackAsItWas) {
  for (const char* text : {"37.60", "98", "-0.5", "0.007", "121.0", "999999999999999"})
    EXPECT_EQ(Decimal::parse(text).value().to_text(), text);
  EXPECT_EQ(Decimal::parse("098").value().to_text(), "98");
  EXPECT_EQ(Decimal::parse("+12.5").value().to_text(), "12.5");
}

TEST(DecimalTest, WhatIsNoNumberIsNoNumber) {
  for (const char* text : {"", "-", ".", "1.", ".5", "1..2", "1e5", "--1", "0x10", " 1", "1 ",
                           "NaN", "1000000000000000", "0.0000000000001"})
    EXPECT_FALSE(Decimal::parse(text).has_value()) << text;
}

TEST(DecimalTest, ComparesByValueNotByDigits) {
  EXPECT_EQ(compare(Decimal::of(376, -1), Decimal::of(3760, -2)), std::strong_ordering::equal);
  EXPECT_EQ(compare(Decimal::of(-40), Decimal::of(-399, -1)), std::strong_ordering::less);
  EXPECT_EQ(compare(Decimal::of(1, 12), Decimal::of(999'999'999'999'999, -12)),
            std::strong_ordering::greater);
}

}  // namespace
}  // namespace vitalgate
