#include "tests/proof/ram_disk.h"

#include <gtest/gtest.h>
#include <sqlite3.h>

#include <set>

#include "tests/proof/medium.h"

namespace vitalgate::proof {
namespace {

constexpr std::string_view kOld = "old";

class RamDiskTest : public ::testing::Test {
 protected:
  void SetUp() override { disk_.load(empty_image(), /*record=*/true); }

  // What a disk holds when the power goes now.
  void cut(Damage damage, std::uint64_t seed = 1) {
    Medium medium(disk_.base());
    for (const Operation& operation : disk_.log()) medium.apply(operation);
    Dice dice(seed);
    disk_.load(medium.cut(damage, dice), /*record=*/true);
  }

  std::string content(const char* path) {
    auto bytes = disk_.read(path, 1 << 20);
    EXPECT_TRUE(bytes);
    return bytes ? *bytes : std::string();
  }

  // Written and not synced.
  void scribble(const char* path, std::uint64_t offset, std::string_view bytes) {
    NodeId node = 0;
    bool created = false;
    ASSERT_EQ(disk_.open(path, true, node, created), RamDisk::Outcome::done);
    EXPECT_EQ(disk_.write_at(node, offset, bytes), RamDisk::Outcome::done);
    disk_.close(node);
  }

  void durable(const char* path, std::string_view bytes) {
    ASSERT_TRUE(disk_.write(path, 0, bytes));
    ASSERT_TRUE(disk_.sync_directory("/"));
  }

  RamDisk disk_;
};

TEST_F(RamDiskTest, WhatWasSyncedUnderASyncedNameSurvivesEveryHonestCut) {
  for (std::size_t i = 0; i + 1 < kDamages; ++i) {
    SetUp();
    durable("/file", kOld);
    cut(static_cast<Damage>(i));
    EXPECT_EQ(content("/file"), kOld) << name(static_cast<Damage>(i));
  }
}

TEST_F(RamDiskTest, ANameIsOnlyDurableWithItsDirectory) {
  ASSERT_TRUE(disk_.write("/file", 0, "bytes"));
  cut(Damage::directory_lost);
  EXPECT_FALSE(*disk_.exists("/file"));
}

TEST_F(RamDiskTest, WhatWasNotSyncedMayBeThereOrNot) {
  durable("/file", kOld);
  scribble("/file", 0, "new");
  cut(Damage::all_lost);
  EXPECT_EQ(content("/file"), kOld);
  durable("/file", kOld);
  scribble("/file", 0, "new");
  cut(Damage::all_kept);
  EXPECT_EQ(content("/file"), "new");
}

TEST_F(RamDiskTest, SectorsAreLostOneByOne) {
  const std::string old(4 * kSectorBytes, 'o');
  const std::string fresh(4 * kSectorBytes, 'n');
  bool mixed = false;
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    SetUp();
    durable("/file", old);
    scribble("/file", 0, fresh);
    cut(Damage::sectors_lost, seed);
    const std::string now = content("/file");
    for (std::size_t at = 0; at < now.size(); at += kSectorBytes)
      EXPECT_EQ(now.substr(at, kSectorBytes), std::string(kSectorBytes, now[at]));
    mixed = mixed || (now != old && now != fresh);
  }
  EXPECT_TRUE(mixed);
}

TEST_F(RamDiskTest, ATornWriteEndsInItsMiddle) {
  durable("/file", "oooooooo");
  scribble("/file", 0, "nnnnnnnn");
  std::set<std::string> seen;
  const Image base = disk_.base();
  const std::vector<Operation> log = disk_.log();
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    Medium medium(base);
    for (const Operation& operation : log) medium.apply(operation);
    Dice dice(seed);
    disk_.load(medium.cut(Damage::torn, dice), false);
    seen.insert(content("/file"));
  }
  EXPECT_GT(seen.size(), 5u);
  EXPECT_TRUE(seen.contains("nnnooooo"));
}

TEST_F(RamDiskTest, ZerosStandWhereOnlyTheSizeGotThere) {
  durable("/file", kOld);
  scribble("/file", 3, std::string(4096, 'n'));
  cut(Damage::zeros);
  const std::string now = content("/file");
  EXPECT_EQ(now.size(), 4099u);
  EXPECT_NE(now.find('\0'), std::string::npos);
  EXPECT_EQ(now.substr(0, 3), kOld);
}

TEST_F(RamDiskTest, ARenamedDirectoryTakesItsFilesAlong) {
  ASSERT_TRUE(disk_.make_directory("/state/store"));
  ASSERT_TRUE(disk_.write("/state/store/file", 0, kOld));
  for (const char* directory : {"/", "/state", "/state/store"})
    ASSERT_TRUE(disk_.sync_directory(directory));
  ASSERT_TRUE(disk_.rename("/state/store", "/state/damaged-1"));
  ASSERT_TRUE(disk_.make_directory("/state/store"));
  EXPECT_FALSE(*disk_.exists("/state/store/file"));
  EXPECT_EQ(content("/state/damaged-1/file"), kOld);
  cut(Damage::all_lost);
  EXPECT_EQ(content("/state/store/file"), kOld);
}

TEST_F(RamDiskTest, AFailedSyncIsNotMadeGoodByTheNext) {
  durable("/file", kOld);
  scribble("/file", 0, "new");
  disk_.fail({disk_.calls().size(), Effect::sync_forgets, false});
  EXPECT_FALSE(disk_.sync_file("/file"));
  EXPECT_TRUE(disk_.sync_file("/file"));
  EXPECT_EQ(content("/file"), "new");
  cut(Damage::all_kept);
  EXPECT_EQ(content("/file"), kOld);
}

TEST_F(RamDiskTest, ALosingSyncTakesBackWhatWasWritten) {
  durable("/file", kOld);
  scribble("/file", 0, "new");
  disk_.fail({disk_.calls().size(), Effect::sync_loses, false});
  EXPECT_FALSE(disk_.sync_file("/file"));
  EXPECT_EQ(content("/file"), kOld);
}

TEST_F(RamDiskTest, AFaultComesOnceOrUntilItIsHealed) {
  disk_.fail({0, Effect::io_error, false});
  EXPECT_FALSE(disk_.exists("/"));
  EXPECT_TRUE(disk_.exists("/"));
  disk_.fail({0, Effect::io_error, true});
  EXPECT_FALSE(disk_.exists("/"));
  EXPECT_FALSE(disk_.list("/"));
  disk_.heal();
  EXPECT_TRUE(disk_.exists("/"));
}

TEST_F(RamDiskTest, AFullDiskTakesNothingAndReservedBlocksStay) {
  ASSERT_TRUE(disk_.reserve("/ballast", 4096));
  disk_.set_capacity(4096 + 100);
  EXPECT_TRUE(disk_.write("/file", 0, std::string(100, 'x')));
  EXPECT_FALSE(disk_.write("/file", 100, "x"));
  EXPECT_TRUE(disk_.write("/ballast", 0, std::string(4096, 'x')));
  ASSERT_TRUE(disk_.remove("/ballast"));
  EXPECT_TRUE(disk_.write("/file", 100, std::string(4096, 'x')));
}

TEST_F(RamDiskTest, AWornSectorIsOfAFileThatIsThere) {
  const std::string old(2 * kSectorBytes, 'o');
  durable("/file", old);
  Medium medium(disk_.base());
  for (const Operation& operation : disk_.log()) medium.apply(operation);
  Dice dice(1);
  Image image = medium.cut(Damage::worn, dice);
  EXPECT_EQ(medium.wear(image, dice, [](std::string_view) { return false; }), "/file");
  disk_.load(std::move(image), false);
  EXPECT_NE(content("/file"), old);
}

TEST_F(RamDiskTest, SqliteKeepsItsPromiseOnIt) {
  sqlite3* database = nullptr;
  ASSERT_EQ(sqlite3_open_v2("/data.db", &database, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE,
                            disk_.vfs()),
            SQLITE_OK);
  const auto run = [&](const char* sql) {
    return sqlite3_exec(database, sql, nullptr, nullptr, nullptr);
  };
  EXPECT_EQ(run("PRAGMA locking_mode=EXCLUSIVE; PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
                "CREATE TABLE t(x);"),
            SQLITE_OK);
  ASSERT_TRUE(disk_.sync_directory("/"));
  EXPECT_EQ(run("INSERT INTO t VALUES(zeroblob(9000))"), SQLITE_OK);
  Medium medium(disk_.base());
  for (const Operation& operation : disk_.log()) medium.apply(operation);
  Dice dice(1);
  Image image = medium.cut(Damage::all_lost, dice);
  sqlite3_close(database);
  disk_.load(std::move(image), false);
  ASSERT_EQ(sqlite3_open_v2("/data.db", &database, SQLITE_OPEN_READWRITE, disk_.vfs()), SQLITE_OK);
  EXPECT_EQ(run("PRAGMA locking_mode=EXCLUSIVE"), SQLITE_OK);
  sqlite3_stmt* rows = nullptr;
  ASSERT_EQ(sqlite3_prepare_v2(database, "SELECT length(x) FROM t", -1, &rows, nullptr), SQLITE_OK);
  EXPECT_EQ(sqlite3_step(rows), SQLITE_ROW);
  EXPECT_EQ(sqlite3_column_int(rows, 0), 9000);
  sqlite3_finalize(rows);
  sqlite3_close(database);
}

}  // namespace
}  // namespace vitalgate::proof
