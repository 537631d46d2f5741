#include <gtest/gtest.h>

#include "tests/simulation/clinic.h"
#include "tests/support/key_file.h"
#include "tests/support/temp_dir.h"

namespace vitalgate::simulation {
namespace {

class SimulationTest : public ::testing::Test {
 protected:
  Outcome run(std::uint64_t seed) {
    log::set_level(log::Level::off);
    const Scenario scenario = scenario_of(seed);
    return Clinic(scenario, {}, {}).run();
  }
  Scenario scenario_of(std::uint64_t seed) const {
    return simulation::scenario_of(seed, directory_.path() / "key");
  }

  test::TempDir directory_;
  std::string key_ = test::write_key(directory_.path() / "key");
};

TEST_F(SimulationTest, ASeedRunsTheSameToTheLastByte) {
  for (const std::uint64_t seed : {3u, 4u}) {
    const Outcome once = run(seed);
    const Outcome again = run(seed);
    EXPECT_EQ(once.digest, again.digest);
    EXPECT_EQ(once.batches, again.batches);
    EXPECT_GT(once.readings, 1000u);
    EXPECT_EQ(once.violation, std::nullopt);
  }
  EXPECT_NE(run(3).digest, run(4).digest);
}

// What long campaigns found: a replay that nobody began to send, and a checkpoint that failed while
// the disk was full.
TEST_F(SimulationTest, SeedsThatOnceBrokeAPromiseKeepIt) {
  for (const std::uint64_t seed : {747u, 2170u})
    EXPECT_EQ(run(seed).violation, std::nullopt) << seed;
}

TEST_F(SimulationTest, EverySeedHasItsFaultsAndTheyEndWithTheWeek) {
  for (std::uint64_t seed = 1; seed <= 500; ++seed) {
    const Scenario scenario = scenario_of(seed);
    EXPECT_GE(scenario.faults.size(), static_cast<std::size_t>(kFaultsMin));
    for (const FaultPlan& fault : scenario.faults) EXPECT_LE(fault.at + fault.lasts, kWeek);
  }
}

}  // namespace
}  // namespace vitalgate::simulation
