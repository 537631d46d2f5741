// Bridge and gateway over a line that does its worst: nothing is lost silently, nothing doubled.
#include "tests/unit/firmware-bridge/wire/line_model.h"

#include <gtest/gtest.h>

#include <random>

namespace vitalgate::test {
namespace {

Chance dice(std::uint64_t seed) {
  return [engine = std::mt19937_64(seed)](std::uint32_t bound) mutable {
    return static_cast<std::uint32_t>(engine() % bound);
  };
}

// Measures `records`, so many in a hundred milliseconds.
void run(LineModel& model, unsigned records, unsigned per_ms_100) {
  unsigned due = 0;
  for (unsigned made = 0; made < records;) {
    for (due += per_ms_100; due >= 100 && made < records; due -= 100, ++made) model.measure();
    model.tick();
  }
}

// So many bytes in 100,000 are dropped, flipped or doubled, and frames are swapped and repeated.
Faults faulty(std::uint32_t of_100000) {
  Faults faults;
  faults.drop = faults.flip = faults.twice = of_100000 / 3;
  faults.stall = of_100000 / 100;
  faults.swap = 20;
  faults.repeat = 20;
  return faults;
}

TEST(LineModelTest, ACleanLineDeliversEverythingOnceWithoutRepeats) {
  LineModel model(dice(1), Faults{});
  run(model, 5000, 50);
  EXPECT_TRUE(model.settle(10'000));
  EXPECT_EQ(model.fault(), "");
  EXPECT_EQ(model.account().stored, 5000u);
  EXPECT_EQ(model.account().lost, 0u);
  EXPECT_LT(model.account().frames, 5100u);
}

TEST(LineModelTest, WithOnePercentOfFaultyBytesOnlyMissingRecordsAreRepeated) {
  LineModel model(dice(2), faulty(1000));
  for (unsigned made = 0; model.account().stored < 10'000 && model.now() < 120'000;) {
    if (made < 10'000 && made < model.account().stored + 120) {
      model.measure();
      ++made;
    } else {
      model.tick();
    }
  }
  EXPECT_EQ(model.fault(), "");
  EXPECT_EQ(model.account().stored, 10'000u);
  // Of frames of some 50 bytes six in ten come through.
  EXPECT_LT(model.account().frames, 18'000u);
}

TEST(LineModelTest, NoFaultOfLineAgentOrBridgeLosesOrDoublesARecord) {
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    Faults faults = faulty(seed % 3 == 0 ? 3000 : 1000);
    faults.kill = 40;
    faults.reset = 20;
    LineModel model(dice(seed), faults);
    run(model, 2000, 5 + static_cast<unsigned>(seed % 40));
    EXPECT_TRUE(model.settle(60'000)) << "seed " << seed;
    EXPECT_EQ(model.fault(), "") << "seed " << seed;
    EXPECT_EQ(model.account().stored + model.account().lost, model.account().measured)
        << "seed " << seed;
    EXPECT_EQ(model.account().streams, 1u);
  }
}

TEST(LineModelTest, WhatAFullRingDroppedIsDeclaredExactly) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    Faults faults = faulty(1000);
    faults.kill = 40;
    faults.bytes_per_ms = 4;
    LineModel model(dice(seed), faults);
    run(model, 3000, 50);
    EXPECT_TRUE(model.settle(60'000)) << "seed " << seed;
    EXPECT_EQ(model.fault(), "") << "seed " << seed;
    EXPECT_GT(model.account().lost, 0u);
    EXPECT_EQ(model.account().stored + model.account().lost, 3000u) << "seed " << seed;
  }
}

TEST(LineModelTest, ARingWhoseMemoryFadedBeginsANewStreamAndNeverReusesNumbers) {
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    Faults faults = faulty(1000);
    faults.kill = 20;
    faults.fade = 60;
    if (seed % 2 == 0) faults.swap = faults.repeat = 250;  // hellos of before the loss come late
    LineModel model(dice(seed), faults);
    run(model, 1500, 20);
    EXPECT_TRUE(model.settle(60'000)) << "seed " << seed;
    EXPECT_EQ(model.fault(), "") << "seed " << seed;
  }
}

}  // namespace
}  // namespace vitalgate::test
