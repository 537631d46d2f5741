#include "agent/storage_watch.h"

#include <gtest/gtest.h>

#include "agent/core/limits.h"
#include "agent/summary.h"
#include "tests/support/key_file.h"
#include "tests/support/temp_dir.h"

namespace vitalgate {
namespace {

class StorageWatchTest : public ::testing::Test {
 protected:
  static sync::Buffer open(const std::filesystem::path& directory) {
    return *sync::Buffer::open({.directory = directory / "state",
                                .gateway = "clinic-042",
                                .site = "site-17",
                                .agent_version = "1",
                                .config_version = 1,
                                .destinations = {"hub"},
                                .batch = {},
                                .max_disk_bytes = 64'000'000,
                                .keys = {test::write_key(directory / "key"), {}, {}}},
                               Clock::now());
  }

  test::TempDir directory_;
  sync::Buffer buffer_ = open(directory_.path());
  StorageWatch watch_{buffer_};
  Clock::time_point now_ = Clock::now();
  const Error gone_{Errc::unavailable, "write: Input/output error", "check the disk"};
  const Error damaged_{Errc::corrupt, "a stored segment does not open", "verify"};
};

TEST_F(StorageWatchTest, ADiskThatIsInTheWayIsWaitedForForEver) {
  for (int i = 0; i < 1000; ++i) ASSERT_TRUE(watch_.failed(gone_, now_));
  EXPECT_EQ(watch_.problem(), gone_.what);
  BufferStatus status;
  watch_.describe(status);
  EXPECT_EQ(status.storage, gone_.what);
  EXPECT_EQ(status.hint, gone_.hint);
}

TEST_F(StorageWatchTest, DamageThreeTimesInARowEndsTheProcessWithItsReason) {
  for (unsigned i = 1; i < limits::kStorageStrikesMax; ++i)
    ASSERT_TRUE(watch_.failed(damaged_, now_));
  const auto last = watch_.failed(damaged_, now_);
  ASSERT_FALSE(last);
  EXPECT_EQ(last.error().what, damaged_.what);
}

TEST_F(StorageWatchTest, DamageNowAndThenIsMendedEachTime) {
  for (int i = 0; i < 100; ++i) {
    ASSERT_TRUE(watch_.failed(damaged_, now_));
    now_ += limits::kStableAfter;
  }
}

TEST_F(StorageWatchTest, ACommitThatSucceedsEndsTheTrouble) {
  ASSERT_TRUE(watch_.failed(gone_, now_));
  watch_.committed(0);
  EXPECT_TRUE(watch_.problem().empty());
  BufferStatus status;
  watch_.describe(status);
  EXPECT_EQ(status.storage, "ok");
}

TEST_F(StorageWatchTest, AStoreThatNeedsNothingIsNotTouched) {
  const auto mended = watch_.mend(now_);
  ASSERT_TRUE(mended);
  EXPECT_FALSE(*mended);
  EXPECT_FALSE(watch_.mend_at());
}

}  // namespace
}  // namespace vitalgate
