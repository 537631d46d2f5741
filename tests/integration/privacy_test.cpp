// Nothing of a patient is in any file that the agent wrote: not in clear, not in hex, not in
// base64; not while it runs, not after it was killed, not after it salvaged a damaged store.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <array>
#include <fstream>
#include <iterator>

#include "tests/support/agent.h"
#include "tests/support/mllp_end.h"
#include "tests/support/network.h"
#include "tests/support/site.h"

namespace vitalgate::test {
namespace {

namespace fs = std::filesystem;

constexpr std::array<std::string_view, 5> kCanaries{"OPHELIA", "CANARYSON", "PAT-88231",
                                                    "remark-quokka", "7731.4242"};
constexpr std::string_view kMessage =
    "MSH|^~\\&|BEDSIDE|ICU|VG|CLINIC|20261120101500||ORU^R01^ORU_R01|{0}|P|2.6\r"
    "PID|1||PAT-88231||CANARYSON^OPHELIA\r"
    "OBR|1|||VITALS^Vital signs^L|||20261120101400\r"
    "OBX|1|NM|8867-4^Heart rate^LN||72|/min|||||F|||20261120101455\r"
    "OBX|2|NM|8867-4^Heart rate^LN||7731.4242|/min|||||F|||20261120101455\r"
    "OBX|3|ST|X-1^Remark^L||remark-quokka||||||F\r"
    "OBX|4|NM|8480-6^Systolic^LN||7731.4242|furlong|||||F\r";

std::string to_hex(std::string_view text, std::string_view digits) {
  std::string hex;
  for (const char byte : text) {
    hex.push_back(digits[static_cast<unsigned char>(byte) >> 4]);
    hex.push_back(digits[static_cast<unsigned char>(byte) & 15]);
  }
  return hex;
}

// What is the same in base64 however many bytes stand in front, `shift` of them modulo three.
std::string to_base64(std::string_view text, std::size_t shift) {
  constexpr std::string_view kDigits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  text.remove_prefix((3 - shift) % 3);
  std::string out;
  for (std::size_t at = 0; at + 3 <= text.size(); at += 3) {
    std::uint32_t three = 0;
    for (std::size_t i = 0; i < 3; ++i)
      three = three << 8 | static_cast<unsigned char>(text[at + i]);
    for (int bits = 18; bits >= 0; bits -= 6)
      out.push_back(kDigits[three >> static_cast<unsigned>(bits) & 63]);
  }
  return out;
}

std::vector<std::string> forms_of(std::string_view canary) {
  std::vector<std::string> forms{std::string(canary), to_hex(canary, "0123456789abcdef"),
                                 to_hex(canary, "0123456789ABCDEF")};
  for (std::size_t shift = 0; shift < 3; ++shift) forms.push_back(to_base64(canary, shift));
  return forms;
}

void expect_clean(const fs::path& folder) {
  std::size_t files = 0;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (!entry.is_regular_file()) continue;
    ++files;
    std::ifstream file(entry.path(), std::ios::binary);
    const std::string bytes((std::istreambuf_iterator<char>(file)), {});
    for (const std::string_view canary : kCanaries)
      for (const std::string& form : forms_of(canary))
        EXPECT_EQ(bytes.find(form), std::string::npos) << canary << " in " << entry.path();
  }
  EXPECT_GE(files, 6u) << "database, log, keys, mark, configuration, agent's log";
}

TEST(PrivacyTest, TheSearchFindsWhatItLooksFor) {
  const std::string text = "xxOPHELIAyy";
  EXPECT_NE(std::string("eHhPUEhFTElBeXk=").find(to_base64("OPHELIA", 2)), std::string::npos);
  EXPECT_NE(to_hex(text, "0123456789abcdef").find(to_hex("OPHELIA", "0123456789abcdef")),
            std::string::npos);
}

TEST(PrivacyTest, NoFileOfTheAgentHoldsAnythingOfAPatient) {
  Site site("privacy");  // without a broker: everything stays here
  const std::uint16_t port = free_port();
  Agent agent(site.agent(),
              site.config({{.id = "lab-1",
                            .driver = "hl7-mllp",
                            .more = fmt::format("listen = \"127.0.0.1:{}\"\n", port)}}));
  MllpEnd line(port);
  const auto start = [&] {
    line.hang_up();
    agent.start();
    agent.wait_for("the feed to listen",
                   [](const Status& now) { return now.device("lab-1").state == "connected"; });
  };
  start();
  for (int i = 0; i < 30; ++i) {
    const auto answer = line.exchange(fmt::format(fmt::runtime(kMessage), i));
    ASSERT_TRUE(answer);
    ASSERT_EQ(acknowledgement_code(*answer), "AA");
  }
  ASSERT_TRUE(line.exchange("MSH|^~\\&|X|CANARYSON^OPHELIA|no such message PAT-88231\r"));
  agent.wait_for("the hostile values to be held back",
                 [](const Status& now) { return now.quarantined > 0 && now.waiting > 0; });
  EXPECT_EQ(agent.ask({"buffer", "verify"}).code, 0);
  EXPECT_EQ(agent.ask({"buffer", "status"}).code, 0);
  expect_clean(site.agent());
  agent.kill();
  expect_clean(site.agent());
  start();
  EXPECT_EQ(agent.stop(), 0);
  // A damaged store is set aside; neither it nor what is said about it may tell more.
  const fs::path database = site.agent() / "store" / "store" / "buffer.db";
  const auto size = static_cast<std::streamoff>(fs::file_size(database));
  {
    std::fstream file(database, std::ios::in | std::ios::out | std::ios::binary);
    for (std::streamoff at = 5000; at < size; at += 3000) file.seekp(at).put('?');
  }
  start();
  EXPECT_EQ(agent.ask({"buffer", "mend"}).code, 0);
  EXPECT_EQ(agent.ask({"buffer", "status"}).code, 0);
  EXPECT_EQ(agent.stop(), 0);
  expect_clean(site.agent());
}

}  // namespace
}  // namespace vitalgate::test
