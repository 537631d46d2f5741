#include "sync/buffer/disk.h"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <csignal>
#include <fstream>

#include "tests/support/temp_dir.h"

namespace vitalgate::sync {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kPlenty = 1'000'000;

class DiskTest : public ::testing::Test {
 protected:
  [[nodiscard]] fs::path file(const std::string& name = "mark") const { return dir_.path() / name; }
  static mode_t mode(const fs::path& path) {
    struct stat status {};
    EXPECT_EQ(::stat(path.c_str(), &status), 0);
    return status.st_mode & 07777;
  }
  static std::string content(const fs::path& path) {
    const auto bytes = system_disk().read(path, kPlenty);
    EXPECT_TRUE(bytes) << bytes.error().what;
    return bytes ? *bytes : "";
  }

  test::TempDir dir_;
  Disk& disk_ = system_disk();
};

TEST_F(DiskTest, WritesWhereItWasToldAndReadsItBack) {
  ASSERT_TRUE(disk_.write(file(), 0, "0123456789"));
  ASSERT_TRUE(disk_.write(file(), 4, "xy"));
  EXPECT_EQ(content(file()), "0123xy6789");
  ASSERT_TRUE(disk_.write(file(), 12, "end"));
  EXPECT_EQ(content(file()), std::string("0123xy6789\0\0end", 15));
  EXPECT_EQ(*disk_.size(file()), 15u);
  EXPECT_EQ(*disk_.read(file(), 4), "0123");
}

TEST_F(DiskTest, ANewFileIsTheAgentsAlone) {
  ASSERT_TRUE(disk_.write(file(), 0, "x"));
  EXPECT_EQ(mode(file()), 0600u);
  ASSERT_TRUE(disk_.make_directory(file("a") / "b" / "c"));
  for (const auto& path : {file("a"), file("a") / "b", file("a") / "b" / "c"})
    EXPECT_EQ(mode(path), 0700u) << path;
  EXPECT_TRUE(disk_.make_directory(file("a") / "b" / "c"));
  EXPECT_TRUE(disk_.make_directory((file("a") / "b" / "").string()));
}

TEST_F(DiskTest, WhatIsNotThereIsEmptyAndNoError) {
  EXPECT_FALSE(*disk_.exists(file()));
  EXPECT_EQ(content(file()), "");
  EXPECT_TRUE(disk_.list(file("none"))->empty());
  EXPECT_TRUE(disk_.remove(file()));
  EXPECT_FALSE(disk_.size(file()));
}

TEST_F(DiskTest, ListsNamesInOrder) {
  for (const char* name : {"c", "a", "b"}) ASSERT_TRUE(disk_.write(file(name), 0, "x"));
  ASSERT_TRUE(disk_.make_directory(file("aa")));
  EXPECT_EQ(*disk_.list(dir_.path()), (std::vector<std::string>{"a", "aa", "b", "c"}));
}

TEST_F(DiskTest, RenamesAndRemovesFilesAndFolders) {
  ASSERT_TRUE(disk_.make_directory(file("set-aside") / "deep"));
  ASSERT_TRUE(disk_.write(file("set-aside") / "deep" / "db", 0, "x"));
  ASSERT_TRUE(disk_.write(file("old"), 0, "old"));
  ASSERT_TRUE(disk_.write(file("new"), 0, "new"));
  ASSERT_TRUE(disk_.rename(file("new"), file("old")));
  EXPECT_EQ(content(file("old")), "new");
  ASSERT_TRUE(disk_.rename(file("set-aside"), file("gone")));
  ASSERT_TRUE(disk_.remove(file("gone")));
  EXPECT_EQ(*disk_.list(dir_.path()), std::vector<std::string>{"old"});
  EXPECT_TRUE(disk_.sync_file(file("old")));
  EXPECT_TRUE(disk_.sync_directory(dir_.path()));
}

TEST_F(DiskTest, RemovingALinkLeavesWhatItNames) {
  ASSERT_TRUE(disk_.make_directory(file("folder")));
  ASSERT_TRUE(disk_.write(file("folder") / "kept", 0, "x"));
  fs::create_directory_symlink(file("folder"), file("link"));
  ASSERT_TRUE(disk_.remove(file("link")));
  EXPECT_EQ(content(file("folder") / "kept"), "x");
}

TEST_F(DiskTest, ASymbolicLinkIsNotFollowed) {
  ASSERT_TRUE(disk_.write(file("target"), 0, "before"));
  fs::create_symlink(file("target"), file("link"));
  const auto written = disk_.write(file("link"), 0, "after");
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().code, Errc::unavailable);
  EXPECT_FALSE(disk_.read(file("link"), kPlenty));
  EXPECT_FALSE(disk_.reserve(file("link"), 10));
  EXPECT_EQ(content(file("target")), "before");
}

TEST_F(DiskTest, AReservedFileHasItsBlocks) {
  constexpr std::uint64_t kSize = 3'000'000;
  ASSERT_TRUE(disk_.write(file(), 0, "kept"));
  ASSERT_TRUE(disk_.reserve(file(), kSize));
  ASSERT_TRUE(disk_.reserve(file(), kSize));
  struct stat status {};
  ASSERT_EQ(::stat(file().c_str(), &status), 0);
  EXPECT_EQ(static_cast<std::uint64_t>(status.st_size), kSize);
  EXPECT_GE(static_cast<std::uint64_t>(status.st_blocks) * 512, kSize);
  EXPECT_EQ(*disk_.read(file(), 4), "kept");
}

TEST_F(DiskTest, AReserveThatFailsKeepsNothing) {
  ASSERT_TRUE(disk_.write(file(), 0, "kept"));
  // The kernel's own limit on a file stands in for a full disk.
  std::signal(SIGXFSZ, SIG_IGN);
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &before), 0);
  const rlimit small{65536, before.rlim_max};
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &small), 0);
  const auto reserved = disk_.reserve(file(), 1'000'000);
  const auto written = disk_.write(file("large"), 0, std::string(100'000, 'x'));
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &before), 0);
  ASSERT_FALSE(reserved);
  EXPECT_EQ(reserved.error().code, Errc::unavailable);
  EXPECT_EQ(*disk_.size(file()), 4u);
  EXPECT_FALSE(written);  // half a write is none
}

TEST_F(DiskTest, AnErrorSaysWhatWhereWhyAndWhatToDo) {
  const auto full = disk_.write("/dev/full", 0, "x");
  ASSERT_FALSE(full);
  EXPECT_EQ(full.error().code, Errc::unavailable);
  EXPECT_EQ(full.error().what, "write /dev/full: No space left on device");
  EXPECT_NE(full.error().hint.find("df -h /dev"), std::string::npos);
  const auto nowhere = disk_.write(file("none") / "x", 0, "x");
  ASSERT_FALSE(nowhere);
  EXPECT_NE(nowhere.error().what.find("No such file or directory"), std::string::npos);
  EXPECT_FALSE(nowhere.error().hint.empty());
  ASSERT_TRUE(disk_.write(file(), 0, "x"));
  EXPECT_FALSE(disk_.make_directory(file() / "below-a-file"));
  EXPECT_FALSE(disk_.list(file()));
  EXPECT_FALSE(disk_.sync_directory(file()));
  EXPECT_FALSE(disk_.rename(file("none"), file("x")));
}

TEST_F(DiskTest, KnowsTheFreeSpace) {
  EXPECT_GT(*disk_.free_bytes(dir_.path()), 0u);
  EXPECT_FALSE(disk_.free_bytes(file("none")));
  EXPECT_EQ(disk_.vfs(), nullptr);
}

}  // namespace
}  // namespace vitalgate::sync
