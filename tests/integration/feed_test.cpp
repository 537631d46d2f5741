// Messages of laboratory systems, from a client's socket to the receiver's rows.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <map>

#include "tests/support/agent.h"
#include "tests/support/mllp_end.h"
#include "tests/support/network.h"
#include "tests/support/paths.h"
#include "tests/support/site.h"

namespace vitalgate::test {
namespace {

constexpr std::string_view kOwnMessage =
    "MSH|^~\\&|BEDSIDE|ICU|VG|CLINIC|20261120101500||ORU^R01^ORU_R01|42|P|2.6\r"
    "PID|1||PAT-77||SMITHSON^JANE\r"
    "OBR|1|||VITALS^Vital signs^L|||20261120101400\r"
    "OBX|1|NM|8867-4^Heart rate^LN||72|/min|||||F|||20261120101455\r"
    "OBX|2|NM|GLU^Glucose^L||5.60|mmol/L|||H||F\r"
    "OBX|3|SN|2345-7^Glucose^LN||>^400|mg/dL|||||F\r"
    "OBX|4|NM|8480-6^Systolic^LN||121|furlong|||||F\r"
    "OBX|5|NM|59408-5^SpO2^LN|||%|||||X\r";

class FeedTest : public testing::Test {
 protected:
  void SetUp() override {
    site_.start();
    agent_.start();
    agent_.wait_for("the feed to listen",
                    [](const Status& now) { return now.device("lab-1").state == "connected"; });
  }

  // The answer's code.
  std::string send(std::string_view message) {
    const auto answer = line_.exchange(message);
    return answer ? acknowledgement_code(*answer) : "no answer";
  }

  std::vector<Json> arrived() {
    agent_.wait_for("all to arrive", Settled());
    return site_.hub.rows("lab-1");
  }

  static std::string all_of(const std::filesystem::path& file) {
    std::ifstream in(file, std::ios::binary);
    return std::string(std::istreambuf_iterator<char>(in), {});
  }

  Site site_{"feed"};
  std::uint16_t port_ = free_port();
  Agent agent_{site_.agent(),
               site_.config({{.id = "lab-1",
                              .driver = "hl7-mllp",
                              .more = fmt::format("listen = \"127.0.0.1:{}\"\n", port_)}})};
  MllpEnd line_{port_};
};

TEST_F(FeedTest, AMessageArrivesAsReadingsWithCodesAndUnits) {
  EXPECT_EQ(send(kOwnMessage), "AA");
  std::map<std::string, Json> by_code;
  for (const Json& row : arrived())
    by_code[row.value("code", row.value("local_code", "none"))] = row;
  ASSERT_EQ(by_code.size(), 4u);
  EXPECT_EQ(by_code["loinc:8867-4"]["metric"], "heart_rate");
  EXPECT_EQ(by_code["loinc:8867-4"]["value_num"], 72);
  EXPECT_EQ(by_code["loinc:8867-4"]["unit"], "/min");
  EXPECT_EQ(by_code["local:GLU"]["unit"], "mmol/L");
  EXPECT_EQ(by_code["loinc:2345-7"]["quality"], "questionable") << "more than 400 is not 400";
  EXPECT_FALSE(by_code["loinc:8480-6"].contains("value_num")) << "nobody knows that unit";
  EXPECT_EQ(by_code["loinc:8480-6"]["value_text"], "121 furlong");
}

TEST_F(FeedTest, WhatIsNoOrderlyMessageIsRefusedAndTheNextOneIsTaken) {
  EXPECT_EQ(send("no message at all"), "AE");
  EXPECT_EQ(send("MSH|^~\\&|ADT|X|VG|C|20261120||ADT^A01|7|P|2.5\rPID|1||9\r"), "AR");
  EXPECT_EQ(send(kOwnMessage), "AA");
}

TEST_F(FeedTest, NothingOfAPatientIsInLogsOrStatus) {
  EXPECT_EQ(send(kOwnMessage), "AA");
  send("MSH|^~\\&|A|B|C|D|2026||ORU^R01|x\rPID|1||PAT-77||SMITHSON^JANE\rOBX|broken SMITHSON");
  arrived();
  const std::string told =
      all_of(agent_.log()) + agent_.ask({"status"}).out + agent_.ask({"status", "--json"}).out;
  for (const char* secret : {"SMITHSON", "JANE", "PAT-77"})
    EXPECT_EQ(told.find(secret), std::string::npos) << secret;
}

TEST_F(FeedTest, ARealLaboratoryMessageArrivesWhole) {
  const auto file = shared_file("data/hl7v2/LAB-ORU-1.hl7");
  const auto other = shared_file("data/hl7v2/ORU-R01-01.hl7");
  if (!file || !other) GTEST_SKIP() << "skipped: no shared data";
  EXPECT_EQ(send(all_of(*file)), "AA");
  // It asks for a commit answer (MSH-15); no usable number is in it: nothing to keep.
  EXPECT_EQ(send(all_of(*other)), "CA");
  const std::map<std::string, std::pair<std::string, std::string>> expected{
      {"loinc:11273-0", {"4.06", "10*12/L"}}, {"loinc:20570-8", {"40.1", "%"}},
      {"loinc:11125-2", {"221", "10*9/L"}},   {"loinc:23761-0", {"72", "%"}},
      {"loinc:26450-7", {"2", "%"}},          {"loinc:26478-8", {"20", "%"}},
      {"loinc:26485-3", {"6", "%"}},          {"loinc:30180-4", {"0", "%"}}};
  const auto rows = arrived();
  std::size_t numbers = 0;
  for (const Json& row : rows) {
    if (!row.contains("value_num")) continue;
    ++numbers;
    const auto found = expected.find(row.value("code", ""));
    ASSERT_NE(found, expected.end()) << row.dump();
    EXPECT_EQ(row["value_num"].dump(), found->second.first);
    EXPECT_EQ(row["unit"], found->second.second);
  }
  EXPECT_EQ(numbers, expected.size());
}

}  // namespace
}  // namespace vitalgate::test
