// A configuration that cannot work is refused with everything that is wrong with it.
#include <gtest/gtest.h>

#include <array>
#include <fstream>

#include "tests/integration/world.h"
#include "tests/support/paths.h"
#include "tests/support/temp_dir.h"

namespace vitalgate::test {
namespace {

constexpr int kExitConfiguration = 78;
constexpr int kExitInvalid = 8;

// Five mistakes, one a line.
constexpr auto kMistakes = R"(config_version = 1
[gateway]
id = "clinic 042"
site_id = "site-17"
[buffer]
directory = "/tmp/vitalgate-never-made"
commit_interval = "250"
[upload]
max_reading = 200
[[device]]
id = "ivy-bay1"
driver = "ansarb"
port = "/dev/null"
[[destination]]
name = "hub"
host = "localhost"
port = 99999
ca = "file:/etc/hostname"
)";
constexpr std::array kWrongLines{3, 7, 9, 12, 17};
constexpr std::array kWrongKeys{"id", "commit_interval", "max_reading", "driver", "port"};

class ConfigurationTest : public testing::Test {
 protected:
  void SetUp() override { std::ofstream(file_) << kMistakes; }

  void expect_five(const std::string& text) const {
    for (std::size_t at = 0; at < kWrongLines.size(); ++at) {
      const std::string place = file_.filename().string() + ":" + std::to_string(kWrongLines[at]);
      EXPECT_TRUE(mentions(text, {place})) << place << " in\n" << text;
      EXPECT_TRUE(mentions(text, {kWrongKeys[at]})) << kWrongKeys[at] << " in\n" << text;
    }
    EXPECT_TRUE(mentions(text, {"ansar-b"})) << text;       // what was meant
    EXPECT_TRUE(mentions(text, {"max_readings"})) << text;  // what was meant
  }

  std::size_t places(const std::string& text) const {
    std::size_t count = 0;
    const std::string place = file_.filename().string() + ":";
    for (auto at = text.find(place); at != std::string::npos; at = text.find(place, at + 1)) {
      ++count;
    }
    return count;
  }

  TempDir folder_;
  std::filesystem::path file_ = folder_.path() / "mistaken.toml";
};

TEST_F(ConfigurationTest, FiveMistakesAreSaidAtOnceAndTheDaemonDoesNotStart) {
  const Output output = run({built_program("vitalgated"), "--config", file_});
  EXPECT_EQ(output.code, kExitConfiguration);
  EXPECT_EQ(places(output.err), kWrongLines.size()) << output.err;
  expect_five(output.err);
}

TEST_F(ConfigurationTest, TheCommandLineFindsTheSameFive) {
  const Output output = run({built_program("vitalgate"), "config", "validate", file_});
  EXPECT_EQ(output.code, kExitInvalid);
  expect_five(output.out + output.err);
}

}  // namespace
}  // namespace vitalgate::test
