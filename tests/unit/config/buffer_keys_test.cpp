// The buffer's settings: its key, what a lane may take, what gives way.
#include <gtest/gtest.h>

#include <cstdlib>

#include "config/show.h"
#include "tests/unit/config/settings_text.h"

namespace vitalgate::config {
namespace {

using test::about;
using test::all_text;
using test::least_and;
using test::load_words;

Loaded load_buffer(std::string_view lines, bool check_files = false) {
  return load_words(least_and("[buffer]\n").append(lines), check_files);
}

TEST(BufferKeysTest, TheLeastFileHasACredentialAndSafeLimits) {
  const Loaded loaded = load_words(test::kLeast);
  ASSERT_TRUE(loaded.settings) << all_text(loaded);
  const BufferSettings& buffer = loaded.settings->buffer;
  EXPECT_EQ(buffer.key, "cred:buffer.key");
  EXPECT_FALSE(buffer.old_key || buffer.recovery_key);
  EXPECT_EQ(buffer.quota_percent, (std::array<std::uint8_t, 4>{100, 100, 50, 50}));
  EXPECT_EQ(buffer.when_full, WhenFull::wait);
  EXPECT_EQ(buffer.ballast_bytes, 32'000'000u);
}

TEST(BufferKeysTest, EveryValueArrives) {
  const Loaded loaded = load_buffer(R"(key = "file:/etc/vitalgate/buffer.key"
old_key = "cred:buffer.old-key"
recovery_key = "file:/etc/vitalgate/recovery.pub"
quota_urgent = 90
quota_vitals = 80
quota_waves = 20
quota_feeds = 10
when_full = "drop-oldest-lowest"
ballast = "0MB"
)");
  ASSERT_TRUE(loaded.settings) << all_text(loaded);
  const BufferSettings& buffer = loaded.settings->buffer;
  EXPECT_EQ(buffer.key, "file:/etc/vitalgate/buffer.key");
  EXPECT_EQ(buffer.old_key, "cred:buffer.old-key");
  EXPECT_EQ(buffer.recovery_key, "/etc/vitalgate/recovery.pub");
  EXPECT_EQ(buffer.quota_percent, (std::array<std::uint8_t, 4>{90, 80, 20, 10}));
  EXPECT_EQ(buffer.when_full, WhenFull::drop_lowest);
  EXPECT_EQ(buffer.ballast_bytes, 0u);
}

TEST(BufferKeysTest, AKeyOfAnotherFormIsReportedWithItsLineAndRemedy) {
  for (const char* name : {"key", "old_key"})
    for (const char* value : {"tpm2:0x81000001", "/etc/vitalgate/buffer.key",
                              "cred:", "cred:../key", "file:buffer.key", "file://etc/key", ""}) {
      const Loaded loaded =
          load_buffer(std::string(name).append(" = \"").append(value).append("\"\n"));
      const Problem* problem = about(loaded, std::string("buffer.").append(name));
      ASSERT_NE(problem, nullptr) << name << " = " << value;
      EXPECT_EQ(problem->line, 9u);
      EXPECT_NE(problem->expected.find("file:/path or cred:NAME"), std::string::npos);
    }
}

TEST(BufferKeysTest, AKeyWrittenInPlaceOfItsNameIsNotRepeated) {
  const std::string digits(64, 'a');
  const Loaded loaded = load_buffer("key = \"" + digits + "\"\n", true);
  ASSERT_NE(about(loaded, "buffer.key"), nullptr);
  EXPECT_EQ(all_text(loaded).find(digits), std::string::npos) << all_text(loaded);
}

TEST(BufferKeysTest, ACredentialIsNotLookedForWhereTheServiceDoesNotRun) {
  unsetenv("CREDENTIALS_DIRECTORY");
  const Loaded loaded = load_buffer("key = \"cred:buffer.key\"\n", true);
  EXPECT_EQ(about(loaded, "buffer.key"), nullptr) << all_text(loaded);
}

TEST(BufferKeysTest, AKeyFileThatIsMissingIsNamedWithTheCommandThatMakesOne) {
  const test::Folder folder;
  const std::string path = (folder.path() / "buffer.key").string();
  const std::string line = "key = \"file:" + path + "\"\n";
  const Loaded missing = load_buffer(line, true);
  const Problem* problem = about(missing, "buffer.key");
  ASSERT_NE(problem, nullptr);
  EXPECT_EQ(problem->what, path + ": no such file");
  EXPECT_NE(problem->expected.find("vitalgate buffer new-key " + path), std::string::npos);
  folder.write("buffer.key", "x");
  std::filesystem::permissions(path, std::filesystem::perms::none);  // as for anybody but its user
  const Loaded there = load_buffer(line, true);
  EXPECT_EQ(about(there, "buffer.key"), nullptr) << all_text(there);
}

TEST(BufferKeysTest, ShowsWhereTheKeyIsAndNotWhatItIs) {
  const Loaded loaded = load_buffer("key = \"cred:other\"\n");
  ASSERT_TRUE(loaded.settings);
  EXPECT_NE(show_toml(loaded).find("key = \"cred:other\""), std::string::npos);
}

}  // namespace
}  // namespace vitalgate::config
