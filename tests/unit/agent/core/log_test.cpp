#include "agent/core/log.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>

#include "agent/core/limits.h"
#include "tests/support/temp_dir.h"

namespace vitalgate::log {
namespace {

// Sends stderr into a file for as long as it lives.
class StderrTo {
 public:
  explicit StderrTo(const std::filesystem::path& file) : saved_(::dup(STDERR_FILENO)) {
    const int fd = ::open(file.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    ::dup2(fd, STDERR_FILENO);
    ::close(fd);
  }
  StderrTo(const StderrTo&) = delete;
  StderrTo& operator=(const StderrTo&) = delete;
  ~StderrTo() {
    ::dup2(saved_, STDERR_FILENO);
    ::close(saved_);
  }

 private:
  int saved_;
};

class LogTest : public ::testing::Test {
 protected:
  template <class Write>
  std::string written(Write&& write) {
    {
      const StderrTo redirect(directory_.path() / "log");
      write();
    }
    return test::read_file(directory_.path() / "log");
  }
  test::TempDir directory_;
};

TEST_F(LogTest, OneEventIsOneLineWithTimeLevelNameAndFields) {
  const std::string line = written([] {
    info("buffer.opened", "ready", {{"epoch", "k7p3"}, {"waiting", 3}, {"path", "/a b"}});
  });
  EXPECT_EQ(line.substr(24), " info buffer.opened: ready epoch=k7p3 waiting=3 path=\"/a b\"\n");
}

TEST_F(LogTest, AValueCannotForgeALineOrAField) {
  const std::string line = written([] {
    info("test.forged", "x", {{"peer", "a\n2026 error fake: line"}, {"b", "x\" y=\"z"}});
  });
  EXPECT_EQ(std::count(line.begin(), line.end(), '\n'), 1);
  EXPECT_NE(line.find("b=\"x\\\" y=\\\"z\""), std::string::npos) << line;
}

TEST_F(LogTest, LinesBelowTheLevelAreNotWritten) {
  EXPECT_EQ(written([] { debug("test.quiet", "not shown"); }), "");
  EXPECT_EQ(level_from("warning"), Level::warning);
  EXPECT_FALSE(level_from("loud").has_value());
}

TEST_F(LogTest, AnEventThatRepeatsForEverIsBoundedAndOthersAreNot) {
  const std::string lines = written([] {
    for (int i = 0; i < 1000; ++i) warning("test.flood", "again", {{"i", i}});
    warning("test.other", "still heard");
  });
  EXPECT_EQ(std::count(lines.begin(), lines.end(), '\n'),
            static_cast<std::ptrdiff_t>(limits::kLogLinesPerEventPerMinute) + 1);
  EXPECT_NE(lines.find("still heard"), std::string::npos);
}

}  // namespace
}  // namespace vitalgate::log
