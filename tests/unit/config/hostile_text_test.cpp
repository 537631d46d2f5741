// Whatever a settings file holds, loading ends soon, with a problem and without a crash.
#include <gtest/gtest.h>

#include <chrono>

#include "agent/core/limits.h"
#include "config/toml_file.h"
#include "tests/unit/config/settings_text.h"

namespace vitalgate::config {
namespace {

using test::all_text;
using test::load_words;

std::string repeated(std::string_view part, std::size_t bytes) {
  std::string out;
  while (out.size() + part.size() <= bytes) out += part;
  return out;
}

struct SyntaxCase {
  const char* text;
  std::uint32_t line;
  const char* what;
};

class SyntaxTest : public testing::TestWithParam<SyntaxCase> {};

TEST_P(SyntaxTest, IsExplainedInPlainWordsWithItsLine) {
  const Loaded loaded = load_words(GetParam().text);
  ASSERT_EQ(loaded.problems.size(), 1u) << all_text(loaded);
  EXPECT_EQ(loaded.problems.front().line, GetParam().line);
  EXPECT_GT(loaded.problems.front().column, 0u);
  EXPECT_EQ(loaded.problems.front().what, GetParam().what);
  EXPECT_FALSE(loaded.problems.front().expected.empty());
}

INSTANTIATE_TEST_SUITE_P(
    Mistakes, SyntaxTest,
    testing::Values(SyntaxCase{"\n\ndriver = nonin-df2\n", 3, "the value has no quotes"},
                    SyntaxCase{"age = 5s\n", 1, "the value has no quotes"},
                    SyntaxCase{"a = \n", 1, "there is nothing after the ="},
                    SyntaxCase{"a = \"x\n", 1, "a text does not end on its line"},
                    SyntaxCase{"a : 1\n", 1, "there is no = after the key"},
                    SyntaxCase{"[gateway\n", 1, "the brackets of this table's name do not close"},
                    SyntaxCase{"a = 1\na = 2\n", 2, "this is in the file twice"},
                    SyntaxCase{"a = True\n", 1, "true and false are written in lower case"},
                    SyntaxCase{"baud = 9,600\n", 1, "there is more on this line than one value"},
                    SyntaxCase{"a = \"C:\\path\"\n", 1,
                               "a \\ inside quotes has a meaning of its own"},
                    SyntaxCase{"a = '''\nb\n", 2, "a text starts here or above and never ends"},
                    SyntaxCase{"a = 99999999999999999999\n", 1, "this number is too large"},
                    SyntaxCase{"a = 007\n", 1, "a number does not start with 0"},
                    SyntaxCase{"a = [[[[[[[[1]]]]]]]]\n", 1, "lists are nested too deeply here"},
                    SyntaxCase{"a = \u201cx\u201d\n", 1, "these are not plain quotes"},
                    SyntaxCase{"= 1\n", 1, "a line starts with a key, [table] or #"},
                    SyntaxCase{"\xff\xfe\n", 1, "this is not UTF-8 text"}));

TEST(HostileTextTest, DeepNestingIsRefusedBeforeItReachesTheStack) {
  for (const std::string_view part : {"[", "{a=", "a.", "\"\".", "[[", "{", "a={b.c=[\n"}) {
    EXPECT_FALSE(load_words(repeated(part, limits::kSettingsFileBytesMax)).settings) << part;
    const std::string deep = repeated(part, 100'000);
    EXPECT_FALSE(load_words("a = " + deep).settings) << part;
    EXPECT_FALSE(load_words("[" + deep).settings) << part;
  }
}

TEST(HostileTextTest, ALineThatIsTooLongIsNamed) {
  const Loaded loaded = load_words("a = 1\n#" + std::string(kLineBytesMax, 'x') + "\n");
  ASSERT_EQ(loaded.problems.size(), 1u);
  EXPECT_EQ(loaded.problems.front().line, 2u);
  EXPECT_EQ(loaded.problems.front().what, "this line is too long");
}

TEST(HostileTextTest, TheNumberOfProblemsIsBoundedAndTheRestIsCounted) {
  std::string text;
  for (int i = 0; i < 5000; ++i) text += "zzzzzzzzzzzzzzzz" + std::to_string(i) + " = 1\n";
  const Loaded loaded = load_words(text);
  EXPECT_EQ(loaded.problems.size(), limits::kSettingsProblemsMax);
  EXPECT_GE(loaded.problems_left_out, 4900u);
}

TEST(HostileTextTest, ALargeFileOfManyTablesEndsInSeconds) {
  const auto start = std::chrono::steady_clock::now();
  for (const std::string_view part :
       {"[[device]]\n", "[[gateway]]\nid=1\n[[upload]]\nmax_age=1\n", "[[a]]\n"})
    EXPECT_FALSE(load_words(repeated(part, limits::kSettingsFileBytesMax)).settings) << part;
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(60));
}

TEST(HostileTextTest, MessagesHoldNothingThatATerminalWouldObey) {
  for (const char* text : {"\"\\u001b[2J\" = 1\n", "[\"\\u001b]0;x\\u0007\"]\n",
                           "[log]\nlevel = \"\\u001b[31m\\u009b\"\n", "a = \x1b[2J\n",
                           "[gateway]\nid = \"\\r\\n\\u202e\"\n", "a = \"\x01\"\n"}) {
    const Loaded loaded = load_words(text);
    ASSERT_FALSE(loaded.problems.empty());
    for (const char c : all_text(loaded))
      EXPECT_TRUE(c == '\n' || (c >= 0x20 && c < 0x7f)) << static_cast<int>(c);
  }
}

TEST(HostileTextTest, ByteOrderMarkAndWindowsLineEndsAreFine) {
  std::string text = "\xef\xbb\xbf";
  for (const char c : test::kLeast) text += c == '\n' ? std::string("\r\n") : std::string(1, c);
  const Loaded loaded = load_words(text);
  EXPECT_TRUE(loaded.settings) << all_text(loaded);
}

TEST(HostileTextTest, LettersBeyondAsciiAreFineInCommentsAndEscapesOnly) {
  const std::string comments = std::string(test::kLeast) + "# R\u00f6ntgen \xf6 \x85\n";
  EXPECT_TRUE(load_words(comments).settings) << all_text(load_words(comments));
  EXPECT_TRUE(load_words(test::least_and("username = \"M\\u00fcller\"\n")).settings);
  for (const char* line :
       {"username = \"M\u00fcller\"", "client_id = \"a\x85\"", "client_id = '\xf6'",
        "name2 = \"\u00e9\"", "\u00e9 = 1", "a = \u00e9", "[\u00e9]"}) {
    const Loaded loaded = load_words(test::least_and(line));
    EXPECT_EQ(loaded.problems.size(), 1u) << line << all_text(loaded);
  }
}

TEST(HostileTextTest, WhatOnceCrashedTheParserIsRefused) {
  for (const char* text :
       {"[$x]\n", "[ $", "a = 5\u00a1\n", "a = \"\"\"\\\n \u00e9\"\"\"\n", "a = 5\ufeff"})
    EXPECT_FALSE(load_words(text).settings) << text;
}

TEST(HostileTextTest, EmptyNamesAreUnknownNames) {
  for (const char* text : {"\"\" = 1\n", "[\"\"]\n", "[[\"\"]]\nconfig_version = 1\n",
                           "[gateway]\n\"\" = 1\n", "gateway = []\n", "device = [1, {}]\n"})
    EXPECT_FALSE(load_words(text).settings) << text;
}

TEST(HostileTextTest, EveryBeginningOfAGoodFileIsAnswered) {
  for (std::size_t size = 0; size < test::kLeast.size(); ++size) {
    const Loaded loaded = load_words(test::kLeast.substr(0, size));
    EXPECT_NE(loaded.settings.has_value(), !loaded.problems.empty()) << size;
  }
}

}  // namespace
}  // namespace vitalgate::config
