// From every version that was released to this one. So far there is one: schema 1, without seals.

#include <gtest/gtest.h>

#include "tests/proof/check.h"
#include "tests/proof/first_version.h"
#include "tests/proof/workload.h"
#include "tests/support/key_file.h"
#include "tests/support/temp_dir.h"

namespace vitalgate::proof {
namespace {

class MigrationTest : public ::testing::TestWithParam<std::uint64_t> {
 protected:
  void SetUp() override {
    test::write_key(folder_.path() / "buffer.key");
    disk_.load(first_image(GetParam()), /*record=*/true);
    const Plan plan{.seed = GetParam(), .migrates = true};
    options_ = options_of(plan, disk_, folder_.path() / "buffer.key");
    options_.quota_percent = {100, 100, 100, 100};
    options_.max_disk_bytes = 64'000'000;
    Dice dice(GetParam());
    readings_ = make_first_version(disk_, options_, dice, model_);
  }

  test::TempDir folder_;
  RamDisk disk_;
  sync::BufferOptions options_;
  Model model_;
  std::uint64_t readings_ = 0;
};

TEST_P(MigrationTest, TheFirstVersionsReadingsKeepTheirNamesAndTheirBytes) {
  ASSERT_GT(readings_, 0u);
  const Finding finding = check(options_, model_, {.lively = true});
  EXPECT_FALSE(finding.violation) << *finding.violation;
  EXPECT_GT(finding.readings, 0u);
  EXPECT_EQ(finding.losses, 0u);
}

TEST_P(MigrationTest, NothingOfTheFirstVersionIsLeftInClear) {
  { ASSERT_TRUE(sync::Buffer::open(options_, Clock::now())); }
  const auto there = disk_.exists(options_.directory / "buffer.db");
  ASSERT_TRUE(there);
  EXPECT_FALSE(*there);
  const auto sealed = disk_.read(options_.directory / "store" / "buffer.db", 1 << 24);
  ASSERT_TRUE(sealed);
  EXPECT_EQ(sealed->find("reading_id"), std::string::npos);
}

TEST_P(MigrationTest, AFirstVersionsFileThatWasNotMigratedIsNotThrownAway) {
  disk_.load(first_image(GetParam()), /*record=*/true);
  { ASSERT_TRUE(sync::Buffer::open(options_, Clock::now())); }  // an epoch of its own
  Dice dice(GetParam());
  Model other;
  make_first_version(disk_, options_, dice, other);  // somebody ran the old version again
  { ASSERT_TRUE(sync::Buffer::open(options_, Clock::now())); }
  const auto there = disk_.exists(options_.directory / "buffer.db");
  ASSERT_TRUE(there);
  EXPECT_TRUE(*there);
}

INSTANTIATE_TEST_SUITE_P(Seeds, MigrationTest, ::testing::Values(1, 2, 3, 4, 5));

}  // namespace
}  // namespace vitalgate::proof
