// The command line against a running agent, and the promise that nothing of a patient leaks.
#include <algorithm>
#include <nlohmann/json.hpp>
#include <sstream>

#include "tests/integration/world.h"

namespace vitalgate::test {
namespace {

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

class CommandLineTest : public World {
 protected:
  void begin() {
    prepare();
    site_.start();
    agent_->start();
    clinic_->start();
    agent_->wait_for("readings", [](const Status& now) { return now.sequenced() > 20; });
  }
};

TEST_F(CommandLineTest, EveryVerbSpeaksJsonWithASchema) {
  begin();
  const std::vector<std::pair<Arguments, std::string>> verbs{
      {{"status", "--json"}, "vitalgate.status/1"},
      {{"--json", "buffer", "status"}, "vitalgate.buffer/1"},
      {{"version", "--json"}, "vitalgate.version/1"},
      {{"config", "show", "--config", agent_->file(), "--json"}, "vitalgate.config/1"},
      {{"config", "validate", agent_->file(), "--json"}, "vitalgate.validation/1"},
      {{"no-such-verb", "--json"}, "vitalgate.error/1"},
      {{"status", "--json", "--socket", "/nowhere/v.sock"}, "vitalgate.error/1"}};
  for (const auto& [words, schema] : verbs) {
    const Output output = agent_->ask(words);
    const auto json = Json::parse(output.out, nullptr, false);
    ASSERT_TRUE(json.is_object()) << schema << ": " << output.out << output.err;
    EXPECT_EQ(json["schema"], schema);
  }
}

TEST_F(CommandLineTest, EveryScreenFitsEightyColumns) {
  begin();
  site_.broker.stop();
  agent_->wait_for("the outage", [](const Status& now) { return now.state != "ok"; });
  for (const Arguments& words : std::vector<Arguments>{
           {"status"}, {"buffer", "status"}, {"reading", "tail", "-n", "30"}, {"version"}}) {
    const Output output = agent_->ask(words);
    EXPECT_EQ(output.code, 0) << output.err;
    EXPECT_FALSE(output.out.empty());
    for (const std::string& line : lines_of(output.out)) EXPECT_LE(line.size(), 80u) << line;
    EXPECT_EQ(output.out.find('\x1b'), std::string::npos) << "colour without a terminal";
  }
}

TEST_F(CommandLineTest, TailShowsOneDeviceAndEndsAtItsCount) {
  begin();
  const Output output =
      agent_->ask({"reading", "tail", "--json", "--device", first_device(), "--count", "12"});
  EXPECT_EQ(output.code, 0) << output.err;
  const auto lines = lines_of(output.out);
  EXPECT_EQ(lines.size(), 12u);
  for (const std::string& line : lines) EXPECT_EQ(Json::parse(line)["device_id"], first_device());
}

TEST_F(CommandLineTest, AStoppedDaemonIsSaidWithWhatToType) {
  prepare();
  const Output output = agent_->ask({"status"});
  EXPECT_EQ(output.code, 6);
  EXPECT_TRUE(mentions(output.err, {"stopped"})) << output.err;
  EXPECT_NE(output.err.find("Try: "), std::string::npos);
  EXPECT_TRUE(output.out.empty());
}

TEST_F(CommandLineTest, AConfigurationThatIsNotThereIsNamed) {
  prepare();
  const Output output = agent_->ask({"buffer", "verify", "--config", "/no/such/file.toml"});
  EXPECT_EQ(output.code, 6);
  EXPECT_TRUE(mentions(output.err, {"stopped", "/no/such/file.toml: No such file"})) << output.err;
  EXPECT_NE(output.err.find("Try: "), std::string::npos);
}

TEST_F(CommandLineTest, WrongWordsGetWordsNotAGuessThatRuns) {
  prepare();
  const Output typo = agent_->ask({"staus"});
  EXPECT_EQ(typo.code, 2);
  EXPECT_NE(typo.err.find("Did you mean \"status\"?"), std::string::npos) << typo.err;
  EXPECT_EQ(agent_->ask({"buffer", "statsu"}).code, 2);
  EXPECT_EQ(agent_->ask({"status", "--no-such-flag"}).code, 2);
  EXPECT_EQ(agent_->ask({}).code, 2);
  EXPECT_EQ(agent_->ask({"config", "validate", "/no/such/file.toml"}).code, 8);
}

// Every value that reached the receiver is looked for, with its metric, in whatever others may
// see: the log, the status, the topics in the broker's log.
TEST_F(CommandLineTest, NoValueOfAPatientReachesLogOrStatus) {
  begin();
  const std::string status = agent_->ask({"status", "--json"}).out;
  expect_all_arrived();
  const std::string seen = read_file(agent_->log()) + status + read_file(site_.hub.log()) +
                           read_file(site_.broker.log());
  for (const char* word :
       {"heart_rate", "blood_pressure", "value_num", "\"absent\"", "loinc", "ECG", "PR=", "NIBP"})
    EXPECT_EQ(seen.find(word), std::string::npos) << word;
}

}  // namespace
}  // namespace vitalgate::test
