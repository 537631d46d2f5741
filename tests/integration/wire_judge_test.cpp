// The judge of the wire test finds what it is there to find.
#include "tests/integration/wire_judge.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace vitalgate::test {
namespace {

const std::vector<std::string> kChannels{"strap", "oximeter", "thermometer"};
constexpr std::uint64_t kUntil = 30;

Json row(const std::string& device, const std::string& metric, double number) {
  return {{"device_id", device},
          {"metric", metric},
          {"value_num", number},
          {"observed_at", "2026-03-02T14:05:00.020Z"},
          {"received_at", "2026-03-02T14:05:00.097Z"}};
}

// What record `n` gives, by the words of simulated_patient.h.
std::vector<Json> record(std::uint64_t n) {
  const auto value = static_cast<double>(n);
  if (n % 3 == 1)
    return {row("oximeter", "spo2", 90 + static_cast<double>(n % 10)),
            row("oximeter", "pulse_rate", 60 + static_cast<double>(n / 10 % 100))};
  if (n % 3 == 2) return {row("thermometer", "body_temperature", 36 + value / 1000)};
  std::vector<Json> rows{row("strap", "heart_rate", 60 + static_cast<double>(n % 40))};
  for (int i = 0; i < 9; ++i)
    rows.push_back(row("strap", "rr_interval",
                       (i == 0  ? 700 + value
                        : i < 4 ? 700.0
                                : 800.0) *
                           1000 / 1024));
  return rows;
}

std::vector<std::vector<Json>> all() {
  std::vector<std::vector<Json>> records;
  for (std::uint64_t n = 4; n <= kUntil; ++n) records.push_back(record(n));
  return records;
}

WireAccount judge(const std::vector<std::vector<Json>>& records) {
  std::vector<Json> rows;
  for (const auto& each : records) rows.insert(rows.end(), each.begin(), each.end());
  return judge_wire(rows, "dongle", kChannels, kUntil);
}

std::vector<Json> lost(std::uint64_t first, std::uint64_t last, std::uint64_t count) {
  Json range = row("dongle", "records_lost_range", 0);
  range.erase("value_num");
  range["value_text"] = std::to_string(first) + "-" + std::to_string(last);
  Json number = row("dongle", "records_lost", 0);
  number["value_num"] = count;
  return {number, range};
}

TEST(WireJudgeTest, EveryRecordOnceIsRight) {
  const WireAccount account = judge(all());
  EXPECT_TRUE(account.faults.empty());
  EXPECT_EQ(account.records, kUntil - 3);
  EXPECT_EQ(account.readings, 9u * 13);
}

TEST(WireJudgeTest, EachMissingDoubledOrMisplacedRecordIsFound) {
  for (std::size_t at = 0; at < all().size(); ++at) {
    auto missing = all();
    missing.erase(missing.begin() + static_cast<std::ptrdiff_t>(at));
    EXPECT_FALSE(judge(missing).faults.empty()) << at;
    auto twice = all();
    twice.insert(twice.begin(), twice[at]);
    EXPECT_FALSE(judge(twice).faults.empty()) << at;
    auto cut = all();
    cut[at].pop_back();
    EXPECT_FALSE(judge(cut).faults.empty()) << at;
    if (at + 3 >= all().size()) continue;
    auto swapped = all();
    std::swap(swapped[at], swapped[at + 3]);
    EXPECT_FALSE(judge(swapped).faults.empty()) << at;
  }
}

TEST(WireJudgeTest, WhatIsDeclaredLostMustBeMissingAndCounted) {
  auto records = all();
  records.erase(records.begin(), records.begin() + 4);
  records.push_back(lost(4, 7, 4));
  EXPECT_TRUE(judge(records).faults.empty());
  records.back() = lost(4, 7, 3);
  EXPECT_FALSE(judge(records).faults.empty());
  records.back() = lost(4, 8, 5);
  EXPECT_FALSE(judge(records).faults.empty());
  records.back() = lost(4, 7, 8);
  records.push_back(lost(4, 7, 0));
  EXPECT_FALSE(judge(records).faults.empty());
}

}  // namespace
}  // namespace vitalgate::test
