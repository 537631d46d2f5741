#include "agent/time_text.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <ctime>

namespace vitalgate {
namespace {

using namespace std::chrono_literals;

class TimeTextTest : public ::testing::Test {
 protected:
  void SetUp() override {
    if (const char* zone = std::getenv("TZ")) before_ = zone;
    ::setenv("TZ", "Europe/Berlin", 1);
    ::tzset();
  }
  void TearDown() override {
    if (before_.empty())
      ::unsetenv("TZ");
    else
      ::setenv("TZ", before_.c_str(), 1);
    ::tzset();
  }

  [[nodiscard]] std::string utc(std::string_view text) const {
    const auto time = parse_time(text, now_);
    return time ? to_rfc3339(*time) : "-";
  }

  const WallTime now_ = *parse_rfc3339("2026-11-20T14:05:00.000Z");
  std::string before_;
};

TEST_F(TimeTextTest, HowLongAgo) {
  EXPECT_EQ(utc("now"), "2026-11-20T14:05:00.000Z");
  EXPECT_EQ(utc("90s"), "2026-11-20T14:03:30.000Z");
  EXPECT_EQ(utc("15m"), "2026-11-20T13:50:00.000Z");
  EXPECT_EQ(utc("2h"), "2026-11-20T12:05:00.000Z");
  EXPECT_EQ(utc("3d"), "2026-11-17T14:05:00.000Z");
}

TEST_F(TimeTextTest, WithoutAZoneItIsLocalTimeInSummerAndInWinter) {
  EXPECT_EQ(utc("2026-11-20T14:05"), "2026-11-20T13:05:00.000Z");
  EXPECT_EQ(utc("2026-07-20 14:05:07"), "2026-07-20T12:05:07.000Z");
}

TEST_F(TimeTextTest, WithAZoneItIsThatZonesTime) {
  EXPECT_EQ(utc("2026-11-20T14:05:07.120Z"), "2026-11-20T14:05:07.120Z");
  EXPECT_EQ(utc("2026-11-20T14:05:07.5+05:30"), "2026-11-20T08:35:07.500Z");
  EXPECT_EQ(utc("2026-11-20T14:05-0800"), "2026-11-20T22:05:00.000Z");
}

TEST_F(TimeTextTest, AnythingElseIsNoTime) {
  for (const char* text : {"",
                           "yesterday",
                           "2h ago",
                           "-2h",
                           "2w",
                           "h",
                           "99999999999999999999s",
                           "200000d",
                           "2026-11-20",
                           "2026-11-20T",
                           "2026-11-20T14",
                           "2026-11-20T14:5",
                           "2026-02-30T10:00",
                           "2026-13-01T10:00",
                           "2026-11-20T24:00",
                           "2026-11-20T14:05:60",
                           "2026-11-20T14:05:07.",
                           "2026-11-20T14:05X",
                           "2026-11-20T14:05+1",
                           "2026-11-20T14:05+15:00",
                           "2026-11-20T14:05Z.",
                           "1969-01-01T00:00Z",
                           "+026-11-20T14:05",
                           "2026-11-20T14:05 "})
    EXPECT_EQ(utc(text), "-") << text;
}

}  // namespace
}  // namespace vitalgate
