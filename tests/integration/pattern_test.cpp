// A device that nobody foresaw, described by its technician: from its lines to the receiver's rows.
#include <gtest/gtest.h>

#include <string>

#include "tests/support/agent.h"
#include "tests/support/pseudo_terminal.h"
#include "tests/support/site.h"

namespace vitalgate::test {
namespace {

constexpr auto kTables = R"toml(pattern = "SAT=([0-9]+|---) T=([0-9.]+|---)"
[[column]]
device = "er-1"
group = 1
metric = "spo2"
missing = "---"
[[column]]
device = "er-1"
group = 2
metric = "body_temperature"
unit = "Cel"
missing = "---"
)toml";

TEST(PatternTest, LinesOfAnUnforeseenDeviceArriveAsReadingsWithCodesAndUnits) {
  Site site("pattern");
  std::filesystem::create_directories(site.lines());
  PseudoTerminal line(site.lines() / "er-1");
  Agent agent(
      site.agent(),
      site.config({{.id = "er-1", .driver = "line", .port = line.link(), .more = kTables}}));
  site.start();
  agent.start();
  poll_until([&] { return line.heard(); }, std::chrono::seconds(30));
  const auto say = [&](const std::string& text) {
    line.write({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
  };
  say("SAT=97 T=37.60\r\n");
  say("hello\r\n");
  say("SAT=--- T=36.9\r\n");
  agent.wait_for("all to arrive",
                 [](const Status& now) { return now.sequenced() == 4 && now.waiting == 0; });
  agent.stop();
  site.hub.stop();
  const auto rows = site.hub.rows("er-1");
  ASSERT_EQ(rows.size(), 4u);
  EXPECT_EQ(rows[0]["code"], "loinc:59408-5");
  EXPECT_EQ(rows[0]["value_num"], 97);
  EXPECT_EQ(rows[1]["unit"], "Cel");
  EXPECT_EQ(rows[1]["group"], rows[0]["group"]);
  EXPECT_EQ(rows[2]["absent"], "no-signal");
  EXPECT_EQ(rows[3]["value_num"], 36.9);
  EXPECT_TRUE(site.hub.verdict().clean);
}

}  // namespace
}  // namespace vitalgate::test
