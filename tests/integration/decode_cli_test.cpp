// vitalgate device decode, formats and metrics, as a technician types them. No daemon runs.
#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "tests/support/paths.h"
#include "tests/support/process.h"
#include "tests/support/temp_dir.h"

namespace vitalgate::test {
namespace {

using Json = nlohmann::json;

Output vitalgate(Arguments words) {
  words.insert(words.begin(), built_program("vitalgate").string());
  return run(words);
}

bool has(const std::string& text, const char* part) { return text.find(part) != std::string::npos; }

TEST(DecodeCommandTest, EveryFieldAndReadingOfAValueIsShown) {
  const Output output = vitalgate({"device", "decode", "2A37", "14", "4A", "0D03"});
  EXPECT_EQ(output.code, 0) << output.err;
  for (const char* part : {"Heart Rate Measurement", "not_detected", "[781]", "heart_rate", "74",
                           "/min", "loinc:8867-4", "questionable", "no_contact", "762.6953125"})
    EXPECT_TRUE(has(output.out, part)) << part << "\n" << output.out;
}

TEST(DecodeCommandTest, TheWaysToWriteAFormatAndItsBytesMeanTheSame) {
  const std::string expected = vitalgate({"device", "decode", "2A37", "064A"}).out;
  ASSERT_TRUE(has(expected, "74"));
  for (const Arguments& words :
       std::vector<Arguments>{{"2a37", "06", "4a"},
                              {"0x2A37", "0x06", "0x4A"},
                              {"00002A37-0000-1000-8000-00805F9B34FB", "06:4A"},
                              {"2A37", "06-4A"},
                              {"2A37", "-t", "\\x06J"}}) {
    Arguments all{"device", "decode"};
    all.insert(all.end(), words.begin(), words.end());
    EXPECT_EQ(vitalgate(all).out, expected) << words[0];
  }
}

TEST(DecodeCommandTest, JsonKeepsTheDigitsThatWereMeasured) {
  const Output output = vitalgate({"--json", "device", "decode", "2A1C", "00B00E00FE"});
  const Json json = Json::parse(output.out, nullptr, false);
  ASSERT_TRUE(json.is_object()) << output.out << output.err;
  EXPECT_EQ(json["schema"], "vitalgate.decode/1");
  EXPECT_TRUE(has(output.out, "\"temperature\":37.60")) << output.out;
  EXPECT_TRUE(has(output.out, "\"value_num\":37.60")) << output.out;
  EXPECT_EQ(json["readings"][0]["reading"]["unit"], "Cel");
  EXPECT_EQ(json["readings"][0]["accepted"], true);
}

TEST(DecodeCommandTest, WhatTheAgentWouldHoldBackSaysWhy) {
  const Output output = vitalgate({"device", "decode", "2A1C", "00", "D0", "07", "00", "FF"});
  EXPECT_EQ(output.code, 0) << output.err;
  EXPECT_TRUE(has(output.out, "would be held back, range: ")) << output.out;
}

TEST(DecodeCommandTest, ABrokenValueIsRefusedWithWordsAndANextStep) {
  const Output output = vitalgate({"device", "decode", "2A35", "1678"});
  EXPECT_EQ(output.code, 1);
  EXPECT_TRUE(output.out.empty()) << output.out;
  EXPECT_TRUE(has(output.err, "Try: ")) << output.err;
  const Output json = vitalgate({"device", "decode", "2A35", "1678", "--json"});
  EXPECT_EQ(json.code, 1);
  EXPECT_TRUE(Json::parse(json.out, nullptr, false).contains("error")) << json.out;
}

TEST(DecodeCommandTest, WhatIsTypedWrongIsExplained) {
  const Output unknown = vitalgate({"device", "decode", "nonin-df9", "00"});
  EXPECT_EQ(unknown.code, 9);
  EXPECT_TRUE(has(unknown.err, "nonin-df")) << unknown.err;
  for (const Arguments& words :
       std::vector<Arguments>{{"device", "decode"},
                              {"device", "decode", "2A37", "0"},
                              {"device", "decode", "2A37", "zz"},
                              {"device", "decode", "2A37", "06", "-f", "x"},
                              {"device", "decode", "2A37", "-f", "/no/such/file"},
                              {"device", "decode", "2A37", "-t", "\\q"}}) {
    const Output output = vitalgate(words);
    EXPECT_EQ(output.code, 2) << words.back() << output.err;
    EXPECT_TRUE(has(output.err, "Try: ")) << output.err;
  }
}

TEST(DecodeCommandTest, ALineOfTextAndAFileAreTakenAsTheyAre) {
  const TempDir folder;
  const std::string line = "SPO2=097 HR=072\r\n";
  std::ofstream(folder.path() / "line", std::ios::binary) << line;
  const Output typed =
      vitalgate({"device", "decode", "nonin-ascii", "-t", "SPO2=097 HR=072\\r\\n"});
  EXPECT_EQ(typed.code, 0) << typed.err;
  EXPECT_TRUE(has(typed.out, "97")) << typed.out;
  EXPECT_EQ(vitalgate({"device", "decode", "nonin-ascii", "-f", folder.path() / "line"}).out,
            typed.out);
}

TEST(DecodeCommandTest, FormatsAndMetricsAreListed) {
  for (const char* part : {"2A37", "2A5F", "hl7v2-oru-r01", "ansar-b", "modbus-rtu", "bridge"})
    EXPECT_TRUE(has(vitalgate({"device", "formats"}).out, part)) << part;
  for (const char* part : {"heart_rate", "mm[Hg]", "loinc", "150456"})
    EXPECT_TRUE(has(vitalgate({"device", "metrics", "--json"}).out, part)) << part;
}

}  // namespace
}  // namespace vitalgate::test
