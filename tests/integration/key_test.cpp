// The buffer's key in the hands of a technician: made, wrong, lost, recovered.
#include <sys/stat.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "tests/integration/world.h"
#include "tests/support/paths.h"

namespace vitalgate::test {
namespace {

namespace fs = std::filesystem;

constexpr int kExitConfiguration = 78;

mode_t mode(const fs::path& path) {
  struct stat status {};
  return ::stat(path.c_str(), &status) == 0 ? status.st_mode & 07777 : 0;
}

class KeyTest : public World {
 protected:
  [[nodiscard]] fs::path path(const std::string& name) const { return site_.agent() / name; }
  [[nodiscard]] fs::path key() const { return path("buffer.key"); }

  // What the clinic measured so far is stored and delivered; the agent has ended.
  void one_day_of_work() {
    site_.start();
    agent_->start();
    clinic_->start();
    agent_->wait_for("readings", [](const Status& now) { return now.sequenced() > 20; });
    EXPECT_EQ(agent_->stop(), 0);
  }
  void use_another_key() {
    fs::rename(key(), path("lost.key"));
    ASSERT_EQ(agent_->ask({"buffer", "new-key", key()}).code, 0);
  }
  // The daemon's own words about why it does not start.
  std::string refusal() {
    Process daemon({built_program("vitalgated"), "--config", agent_->file()}, path("refusal"),
                   path("refusal"));
    EXPECT_EQ(daemon.wait(std::chrono::seconds(20)), kExitConfiguration);
    return read_file(path("refusal"));
  }
  std::vector<std::string> key_files() const {
    return {read_file(path("store/keys.a")), read_file(path("store/keys.b"))};
  }
};

TEST_F(KeyTest, KeysAreMadePrivateAndNeverOverwritten) {
  prepare();
  for (const Arguments& words : std::vector<Arguments>{
           {"buffer", "new-key", path("new.key"), "--json"},
           {"buffer", "new-recovery-key", path("private.pem"), path("public.pem"), "--json"}}) {
    const Output made = agent_->ask(words);
    ASSERT_EQ(made.code, 0) << made.err;
    const auto json = nlohmann::json::parse(made.out, nullptr, false);
    EXPECT_EQ(json.value("fingerprint", "").size(), 10u) << made.out;
    const Output again = agent_->ask(words);
    EXPECT_EQ(again.code, 1);
    EXPECT_TRUE(mentions(again.err, {"never overwritten"})) << again.err;
  }
  EXPECT_EQ(mode(path("new.key")), 0400u);
  EXPECT_EQ(mode(path("private.pem")), 0400u);
  EXPECT_EQ(mode(path("public.pem")), 0444u);
  EXPECT_EQ(read_file(path("new.key")).size(), 65u);
}

TEST_F(KeyTest, AWrongKeyEndsTheDaemonAndTheRightOneGoesOnWhereItWas) {
  prepare();
  one_day_of_work();
  const auto before = key_files();
  use_another_key();
  const std::string words = refusal();
  EXPECT_TRUE(mentions(words, {"is not the one this buffer was sealed with"})) << words;
  EXPECT_TRUE(mentions(words, {"buffer.old_key"})) << words;
  EXPECT_EQ(key_files(), before);
  fs::remove(key());
  EXPECT_TRUE(mentions(refusal(), {"new-key"}));
  fs::rename(path("lost.key"), key());
  agent_->start();
  agent_->wait_for("the agent", [](const Status& now) { return now.sequenced() > 20; });
  expect_all_arrived();
}

TEST_F(KeyTest, ALostKeyIsReplacedWithTheRecoveryKeyAndNothingIsLost) {
  prepare();
  ASSERT_EQ(
      agent_->ask({"buffer", "new-recovery-key", path("private.pem"), path("public.pem")}).code, 0);
  fs::create_directories(path("conf.d"));
  std::ofstream(path("conf.d/recovery.toml"))
      << "[buffer]\nrecovery_key = \"file:" << path("public.pem").string() << "\"\n";
  one_day_of_work();
  use_another_key();
  EXPECT_TRUE(mentions(refusal(), {"buffer recover --private-key"}));
  const Arguments recover{"buffer",   "recover",     "--private-key", path("private.pem"),
                          "--config", agent_->file()};
  const Output recovered = agent_->ask(recover);
  EXPECT_EQ(recovered.code, 0) << recovered.err;
  agent_->start();
  agent_->wait_for("the agent", [](const Status& now) { return now.sequenced() > 20; });
  const Output running = agent_->ask(recover);
  EXPECT_EQ(running.code, 1);
  EXPECT_TRUE(mentions(running.err, {"systemctl stop vitalgated"})) << running.err;
  expect_all_arrived();
}

}  // namespace
}  // namespace vitalgate::test
