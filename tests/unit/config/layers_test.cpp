// Files over files: conf.d beside the main file, and files that cannot be read.
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "agent/core/limits.h"
#include "tests/unit/config/settings_text.h"

namespace vitalgate::config {
namespace {

using test::about;
using test::all_text;

class LayersTest : public testing::Test {
 protected:
  LayersTest() { main_ = folder_.write("vitalgate.toml", test::kLeast); }
  Loaded load_all() { return load(main_, {test::kDrivers, false}); }

  test::Folder folder_;
  std::filesystem::path main_;
};

TEST_F(LayersTest, LaterFilesOverrideSingleKeysAndKeepTheOthers) {
  folder_.write("conf.d/10-site.toml", "[upload]\nmax_readings = 10\nmax_bytes = 5000\n");
  folder_.write("conf.d/90-cli.toml", "[upload]\nmax_readings = 20\n");
  const Loaded loaded = load_all();
  ASSERT_TRUE(loaded.settings) << all_text(loaded);
  EXPECT_EQ(loaded.settings->upload.max_readings, 20u);
  EXPECT_EQ(loaded.settings->upload.max_bytes, 5000u);
  EXPECT_EQ(find_effective(loaded, "upload.max_readings")->origin, "conf.d/90-cli.toml:2");
  EXPECT_EQ(find_effective(loaded, "upload.max_bytes")->origin, "conf.d/10-site.toml:3");
  EXPECT_EQ(find_effective(loaded, "gateway.id")->origin, "vitalgate.toml:3");
  EXPECT_EQ(find_effective(loaded, "upload.max_age")->origin, "default");
}

TEST_F(LayersTest, LaterFilesAddDevices) {
  folder_.write("conf.d/20-b.toml",
                "[[device]]\nid = \"b\"\ndriver = \"ansar-b\"\nport = \"/dev/b\"\n");
  folder_.write("conf.d/10-a.toml",
                "[[device]]\nid = \"a\"\ndriver = \"ansar-b\"\nport = \"/dev/a\"\n");
  const Loaded loaded = load_all();
  ASSERT_TRUE(loaded.settings) << all_text(loaded);
  ASSERT_EQ(loaded.settings->devices.size(), 2u);
  EXPECT_EQ(loaded.settings->devices[0].id, "a");
  EXPECT_EQ(loaded.settings->devices[1].id, "b");
}

TEST_F(LayersTest, AnOverriddenMistakeIsStillAMistake) {
  folder_.write("conf.d/10-a.toml", "[upload]\nmax_readings = 0\n");
  folder_.write("conf.d/20-b.toml", "[upload]\nmax_readings = 5\n");
  const Loaded loaded = load_all();
  ASSERT_EQ(loaded.problems.size(), 1u);
  EXPECT_TRUE(loaded.problems.front().file.ends_with("10-a.toml"));
}

TEST_F(LayersTest, ProblemsOfAllFilesComeTogetherEvenBesideASyntaxError) {
  folder_.write("conf.d/10-a.toml", "[upload\n");
  folder_.write("conf.d/20-b.toml", "[log]\nlevel = \"loud\"\n");
  const Loaded loaded = load_all();
  ASSERT_EQ(loaded.problems.size(), 2u) << all_text(loaded);
  EXPECT_TRUE(loaded.problems[0].file.ends_with("10-a.toml"));
  EXPECT_EQ(loaded.problems[1].key, "log.level");
}

TEST_F(LayersTest, OnlyTomlFilesOfTheFolderAreRead) {
  folder_.write("conf.d/10-a.toml.bak", "nonsense");
  folder_.write("conf.d/.hidden.toml", "nonsense");
  folder_.write("conf.d/README", "nonsense");
  EXPECT_TRUE(load_all().settings);
}

TEST_F(LayersTest, AMissingFileIsAProblemThatSaysWhatToDo) {
  std::filesystem::remove(main_);
  const Loaded loaded = load_all();
  EXPECT_FALSE(loaded.settings);
  ASSERT_EQ(loaded.problems.size(), 1u) << all_text(loaded);
  EXPECT_EQ(loaded.problems.front().what, "no such file");
  EXPECT_EQ(loaded.problems.front().expected, "copy /usr/share/vitalgate/vitalgate.toml.example");
}

TEST_F(LayersTest, AFolderOrAPipeInPlaceOfAFileDoesNotHang) {
  std::filesystem::create_directories(folder_.path() / "conf.d/10-folder.toml");
  ASSERT_EQ(mkfifo((folder_.path() / "conf.d/20-pipe.toml").c_str(), 0600), 0);
  const Loaded loaded = load_all();
  ASSERT_EQ(loaded.problems.size(), 2u) << all_text(loaded);
  EXPECT_EQ(loaded.problems.front().what, "is not a file");
}

TEST_F(LayersTest, AFileThatIsTooLargeIsNotParsed) {
  folder_.write("conf.d/10-large.toml", std::string(limits::kSettingsFileBytesMax + 1, '#'));
  const Loaded loaded = load_all();
  ASSERT_EQ(loaded.problems.size(), 1u) << all_text(loaded);
  EXPECT_EQ(loaded.problems.front().what, "is larger than 1 MiB");
}

}  // namespace
}  // namespace vitalgate::config
