// The kill test's judge is worth nothing unless it sees what is wrong.
#include "tests/integration/order_check.h"

#include <gtest/gtest.h>

#include "tests/clinic/counter.h"

namespace vitalgate::test {
namespace {

using Json = nlohmann::json;

constexpr std::uint32_t kMdc = 149530;

std::vector<Json> rows_for(const std::vector<std::uint64_t>& messages) {
  std::vector<Json> rows;
  for (const std::uint64_t message : messages) {
    const auto pair = clinic::count_as_pair(message);
    rows.push_back({{"seq", rows.size() + 1},
                    {"metric", "heart_rate"},
                    {"mdc", kMdc},
                    {"value_num", pair.rate_bpm}});
    rows.push_back(
        {{"seq", rows.size() + 1}, {"metric", "spo2"}, {"value_num", pair.spo2_percent}});
  }
  return rows;
}

TEST(OrderCheckTest, AcceptsMessagesThatOnlyGoForward) {
  const auto report = check_order(rows_for({0, 1, 2, 5, 7000, 14'000, 14'699, 14'700}), kMdc);
  EXPECT_EQ(report.messages, 8u);
  EXPECT_EQ(report.skipped, 2u + 6994 + 6999 + 698);
  EXPECT_EQ(report.runs, 5u);
  EXPECT_TRUE(report.faults.empty());
}

TEST(OrderCheckTest, SeesADoubledMessage) {
  EXPECT_EQ(check_order(rows_for({1, 2, 2, 3}), kMdc).faults.size(), 1u);
}

TEST(OrderCheckTest, SeesAMessageThatCameLate) {
  EXPECT_FALSE(check_order(rows_for({1, 3, 2, 4}), kMdc).faults.empty());
}

TEST(OrderCheckTest, SeesHalfAMessage) {
  auto rows = rows_for({1, 2, 3});
  rows.erase(rows.begin() + 2);
  EXPECT_FALSE(check_order(rows, kMdc).faults.empty());
  auto cut = rows_for({1, 2});
  cut.pop_back();
  EXPECT_FALSE(check_order(cut, kMdc).faults.empty());
}

TEST(OrderCheckTest, SeesAValueThatIsAbsent) {
  auto rows = rows_for({1, 2});
  rows[1].erase("value_num");
  EXPECT_FALSE(check_order(rows, kMdc).faults.empty());
}

}  // namespace
}  // namespace vitalgate::test
