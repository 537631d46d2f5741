#include "config/problem.h"

#include <gtest/gtest.h>

#include <sstream>

#include "tests/unit/config/settings_text.h"

namespace vitalgate::config {
namespace {

Problem sample() {
  return {"vitalgate.toml",
          14,
          8,
          "device[2].baud",
          "9601 is not a baud rate",
          "baud = 9600   (one of 9600, 19200)",
          "",
          "baud = 9601"};
}

std::size_t widest_line(const std::string& text) {
  std::size_t widest = 0;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) widest = std::max(widest, line.size());
  return widest;
}

TEST(ProblemTest, ReadsAsPlaceLineCaretAndNextStep) {
  EXPECT_EQ(to_text(sample(), false),
            "vitalgate.toml:14:8: device[2].baud: 9601 is not a baud rate\n"
            "  14 | baud = 9601\n"
            "     |        ^\n"
            "Try: baud = 9600   (one of 9600, 19200)\n");
}

TEST(ProblemTest, ASuggestionIsAQuestion) {
  Problem problem = sample();
  problem.what = "there is no such key";
  problem.suggestion = "baud";
  EXPECT_NE(to_text(problem, false).find("no such key. Did you mean \"baud\"?\n"),
            std::string::npos);
}

TEST(ProblemTest, ColourAddsEscapesAndNothingElse) {
  std::string text = to_text(sample(), true);
  EXPECT_NE(text.find('\x1b'), std::string::npos);
  for (const std::string code : {"\x1b[1m", "\x1b[1;31m", "\x1b[0m"})
    for (auto at = text.find(code); at != std::string::npos; at = text.find(code))
      text.erase(at, code.size());
  EXPECT_EQ(text, to_text(sample(), false));
}

TEST(ProblemTest, AProblemWithoutALineHasNoCaret) {
  Problem problem = sample();
  problem.line = 0;
  EXPECT_EQ(to_text(problem, false),
            "vitalgate.toml: device[2].baud: 9601 is not a baud rate\n"
            "Try: baud = 9600   (one of 9600, 19200)\n");
}

TEST(ProblemTest, LongLinesAreFoldedToEightyColumns) {
  Problem problem = sample();
  problem.file = "/etc/vitalgate/conf.d/10-the-devices-of-the-exam-wing.toml";
  problem.expected =
      "baud = 9600   (one of 0, 1200, 2400, 4800, 9600, 19200, 38400, 57600, 115200)";
  problem.source_line = "baud = 9601 # " + std::string(200, 'x');
  EXPECT_LE(widest_line(to_text(problem, false)), 80u) << to_text(problem, false);
}

TEST(ProblemTest, TheCaretStaysBelowItsColumnInACutLine) {
  Problem problem = sample();
  problem.source_line = std::string(150, '.') + "HERE" + std::string(150, '.');
  problem.column = 151;
  std::istringstream lines(to_text(problem, false));
  std::string first;
  std::string source;
  std::string caret;
  std::getline(lines, first);
  std::getline(lines, source);
  std::getline(lines, caret);
  EXPECT_LE(source.size(), 80u);
  EXPECT_EQ(source.find("HERE"), caret.find('^')) << source << "\n" << caret;
}

TEST(ProblemTest, TheLoadersOwnMessagesFitEightyColumns) {
  const Loaded loaded = test::load_words(R"(config_version = 7
[gateway]
id = "a b"
[uplod]
[buffer]
max_disk = "900TB"
[[device]]
driver = "nonin-df9"
baud = 9601
[[destination]]
host = "mqtts://hub.clinic.example:8883"
ca = "/ca.pem"
)");
  EXPECT_GE(loaded.problems.size(), 9u);
  EXPECT_LE(widest_line(test::all_text(loaded)), 80u) << test::all_text(loaded);
}

}  // namespace
}  // namespace vitalgate::config
