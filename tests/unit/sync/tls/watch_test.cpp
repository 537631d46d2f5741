#include "sync/tls/watch.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "tests/support/temp_dir.h"
#include "tests/unit/sync/tls/pki.h"

namespace vitalgate::test {
namespace {

class TlsWatchTest : public ::testing::Test {
 protected:
  [[nodiscard]] std::filesystem::path in(const std::string& name) const {
    return folder_.path() / name;
  }
  [[nodiscard]] sync::TlsFiles files() const {
    return {ca_.certificate, own_.certificate, own_.key};
  }

  // The second poll tells: the first one cannot know that a copy is complete.
  static void expect_news_once(sync::TlsWatch& watch) {
    EXPECT_FALSE(*watch.poll());
    EXPECT_TRUE(*watch.poll());
    EXPECT_FALSE(*watch.poll());
  }

  TempDir folder_;
  Identity ca_ = make_identity(folder_.path() / "ca", {.authority = true});
  Identity own_ = make_identity(folder_.path() / "own", {}, &ca_);
};

TEST_F(TlsWatchTest, IsQuietWhileNothingChanges) {
  sync::TlsWatch watch(files());
  for (int i = 0; i < 3; ++i) EXPECT_FALSE(*watch.poll());
}

TEST_F(TlsWatchTest, SeesAFileRenamedOverAnother) {
  sync::TlsWatch watch(files());
  const Identity renewed = make_identity(in("renewed"), {}, &ca_);
  std::filesystem::rename(renewed.certificate, own_.certificate);
  std::filesystem::rename(renewed.key, own_.key);
  expect_news_once(watch);
}

TEST_F(TlsWatchTest, SeesAFileThatWasWrittenInto) {
  sync::TlsWatch watch(files());
  const Identity other = make_identity(in("other"), {.authority = true});
  std::ofstream(ca_.certificate, std::ios::app) << read_file(other.certificate);
  expect_news_once(watch);
}

TEST_F(TlsWatchTest, SeesALinkThatWasTurnedToAnotherFolder) {
  // As certificate tools and credential folders do it.
  std::filesystem::create_directories(in("1"));
  std::filesystem::create_directories(in("2"));
  make_identity(in("1/own"), {}, &ca_);
  make_identity(in("2/own"), {}, &ca_);
  std::filesystem::create_symlink("1", in("now"));
  sync::TlsWatch watch({ca_.certificate, in("now/own.pem"), in("now/own.key")});
  std::filesystem::create_symlink("2", in("next"));
  std::filesystem::rename(in("next"), in("now"));
  expect_news_once(watch);
}

TEST_F(TlsWatchTest, AHalfReplacedPairIsToldOnceAndTheConnectionStays) {
  sync::TlsWatch watch(files());
  const Identity renewed = make_identity(in("renewed"), {}, &ca_);
  std::filesystem::rename(renewed.certificate, own_.certificate);
  EXPECT_FALSE(*watch.poll());
  const auto flawed = watch.poll();
  ASSERT_FALSE(flawed);
  EXPECT_NE(flawed.error().what.find("does not belong to"), std::string::npos);
  EXPECT_FALSE(*watch.poll());

  std::filesystem::rename(renewed.key, own_.key);
  expect_news_once(watch);
}

TEST_F(TlsWatchTest, AFileThatIsGoneIsToldAndSeenWhenItIsBack) {
  sync::TlsWatch watch(files());
  std::filesystem::rename(ca_.certificate, in("aside"));
  EXPECT_FALSE(*watch.poll());
  EXPECT_FALSE(watch.poll());
  std::filesystem::rename(in("aside"), ca_.certificate);
  EXPECT_FALSE(*watch.poll());
  EXPECT_TRUE(*watch.poll());
}

TEST_F(TlsWatchTest, AFileThatStillChangesIsNotNewsYet) {
  sync::TlsWatch watch(files());
  for (int i = 0; i < 3; ++i) {
    std::ofstream(ca_.certificate, std::ios::app) << "# a comment that makes it longer\n";
    EXPECT_FALSE(*watch.poll());
  }
  EXPECT_TRUE(*watch.poll());
}

}  // namespace
}  // namespace vitalgate::test
