#include "tests/integration/fault_world.h"

#include <sstream>

namespace vitalgate::test {
namespace {

// The text of a screen as one line: words that were wrapped stand beside each other again.
std::string unwrapped(const std::string& text) {
  std::istringstream in(text);
  std::string line;
  for (std::string word; in >> word;) line.append(word).append(" ");
  return line;
}

}  // namespace

void FaultWorld::aim(const std::string& more) {
  prepare(static_cast<unsigned>(monitors_), speed_);
  config_ = site_.config(clinic_->devices());
  config_.port = proxy_->port();
  config_.answer_timeout = "1s";
  config_.more = more;
  agent_->configure(config_);
}

void FaultWorld::start_mqtt(const std::string& more) {
  proxy_ = std::make_unique<FaultProxy>(site_.broker.port());
  aim(more);
  site_.start();
}

void FaultWorld::start_https(const std::string& more) {
  const Certificate certificate = site_.ca.issue();
  front_ = std::make_unique<Nginx>(site_.folder.path() / "nginx", certificate);
  proxy_ = std::make_unique<FaultProxy>(front_->port());
  aim("transport = \"https\"\n" + more);
  site_.hub.start({.https = certificate});
  site_.hub.wait_ready();
  front_->serve(site_.hub.https_port());
  front_->start();
}

void FaultWorld::begin_in_trouble() {
  agent_->start();
  pid_ = agent_->pid();
  clinic_->start();
}

void FaultWorld::begin() {
  begin_in_trouble();
  wait_until_delivered();
}

Status FaultWorld::expect_named(const std::vector<std::string>& words, Milliseconds timeout) {
  const Status named = agent_->wait_for(
      "the cause to be named: " + words.front(),
      [&](const Status& now) { return mentions(now.destination().detail, words); }, timeout);
  EXPECT_FALSE(named.destination().hint.empty()) << named.destination().detail;
  std::string screen;  // the state may come and go with every attempt
  EXPECT_TRUE(poll_until(
      [&] {
        screen = unwrapped(agent_->ask({"status"}).out);
        return mentions(screen, words) && mentions(screen, {"Try: "});
      },
      timeout))
      << screen;
  agent_->wait_for("the intake to go on",
                   [&](const Status& now) { return now.sequenced() > named.sequenced(); });
  return named;
}

void FaultWorld::expect_untroubled() {
  const Status before = *agent_->status();
  agent_->wait_for("more to arrive", [&](const Status& now) {
    EXPECT_EQ(now.destination().state, "connected") << now.destination().detail;
    EXPECT_EQ(now.destination().hint, "");
    return now.destination().confirmed > before.destination().confirmed + 100;
  });
}

void FaultWorld::expect_recovered() {
  // Where a person has to act, the agent looks again only after half a minute or more.
  wait_until_delivered(std::chrono::seconds(120));
  EXPECT_EQ(agent_->pid(), pid_);
  EXPECT_EQ(agent_->status()->pid, pid_);
  expect_all_arrived();
}

}  // namespace vitalgate::test
