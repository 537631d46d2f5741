#include "config/quantity.h"

#include <gtest/gtest.h>

namespace vitalgate::config {
namespace {

TEST(QuantityTest, ReadsEachUnitOfTime) {
  EXPECT_EQ(parse_duration("250ms"), 250);
  EXPECT_EQ(parse_duration("5s"), 5000);
  EXPECT_EQ(parse_duration("2m"), 120'000);
  EXPECT_EQ(parse_duration("24h"), 86'400'000);
  EXPECT_EQ(parse_duration("365d"), 31'536'000'000);
  EXPECT_EQ(parse_duration("0s"), 0);
}

TEST(QuantityTest, ReadsEachUnitOfSize) {
  EXPECT_EQ(parse_size("4GB"), 4'000'000'000);
  EXPECT_EQ(parse_size("16MB"), 16'000'000);
  EXPECT_EQ(parse_size("1TB"), 1'000'000'000'000);
  EXPECT_EQ(parse_size("2KB"), 2000);
  EXPECT_EQ(parse_size("1KiB"), 1024);
  EXPECT_EQ(parse_size("1GiB"), 1LL << 30);
}

TEST(QuantityTest, RefusesAllOtherText) {
  for (const char* text : {"", "5", "s", "5 s", " 5s", "5s ", "-5s", "+5s", "1.5s", "5S", "5sec",
                           "1h30m", "99999999999999999999s", "99999999999d", "0x5s", "5\0s"})
    EXPECT_FALSE(parse_duration(text)) << text;
  for (const char* text : {"", "4", "GB", "4 GB", "4gb", "4G", "-4GB", "999999999TB"})
    EXPECT_FALSE(parse_size(text)) << text;
}

TEST(QuantityTest, WritesTheShortestTextThatReadsBackTheSame) {
  EXPECT_EQ(duration_text(0), "0s");
  EXPECT_EQ(duration_text(1), "1ms");
  EXPECT_EQ(duration_text(90'000), "90s");
  EXPECT_EQ(duration_text(86'400'000), "1d");
  EXPECT_EQ(size_text(16'000'000), "16MB");
  EXPECT_EQ(size_text(1LL << 30), "1GiB");
  for (const std::int64_t number : {1LL, 999LL, 1000LL, 61'000LL, 7'200'000LL})
    EXPECT_EQ(parse_duration(duration_text(number)), number);
}

}  // namespace
}  // namespace vitalgate::config
