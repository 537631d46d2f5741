// mllptest: SIGKILL at random moments never loses a message that was acknowledged, and a message
// that is sent again because its answer was lost is not taken twice.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <atomic>
#include <csignal>
#include <cstdio>
#include <map>
#include <thread>

#include "tests/clinic/dice.h"
#include "tests/support/agent.h"
#include "tests/support/failure.h"
#include "tests/support/mllp_end.h"
#include "tests/support/network.h"
#include "tests/support/site.h"

namespace vitalgate::test {
namespace {

constexpr auto kSenders = std::to_array<std::string_view>({"11125-2", "20570-8", "11273-0"});

struct Plan {
  unsigned kills = 20;
  std::uint64_t seed = 1;
  bool keep = false;
};

std::string message(std::size_t sender, std::uint64_t number) {
  return fmt::format(
      "MSH|^~\\&|LAB{}|WARD|VG|CLINIC|20261120101500||ORU^R01|{}-{}|P|2.5\r"
      "PID|1||PAT-{}\r"
      "OBR|1|||CBC^Panel^L|||20261120101400\r"
      "OBX|1|NM|{}^Counter^LN||{}|giga.l-1|||||F\r"
      "OBX|2|NM|8867-4^Heart rate^LN||{}|/min|||||F\r",
      sender, sender, number, number, kSenders[sender], number, 60 + number % 100);
}

// One laboratory system: sends its next message only when the last was acknowledged.
class Sender {
 public:
  Sender(std::size_t number, std::uint16_t port)
      : number_(number), line_(port), thread_([this](const std::stop_token& stop) { run(stop); }) {}

  void stop() {
    thread_.request_stop();
    thread_.join();
  }
  [[nodiscard]] std::uint64_t acknowledged() const { return acknowledged_; }
  [[nodiscard]] std::uint64_t repeats() const { return repeats_; }
  [[nodiscard]] std::uint64_t refused() const { return refused_; }

 private:
  // The message in hand is brought to its acknowledgement even after `stop`.
  void run(const std::stop_token& stop) {
    while (!stop.stop_requested()) {
      const std::string text = message(number_, acknowledged_ + 1);
      for (;;) {
        const auto answer = line_.exchange(text);
        if (answer && acknowledgement_code(*answer) == "AA") break;
        if (answer) ++refused_;
        ++repeats_;
        std::this_thread::sleep_for(Milliseconds(5));
      }
      ++acknowledged_;
    }
  }

  std::size_t number_;
  MllpEnd line_;
  std::atomic<std::uint64_t> acknowledged_{0}, repeats_{0}, refused_{0};
  std::jthread thread_;
};

// How often each number arrived; what was acknowledged arrived once, nothing else did.
void judge(const std::vector<Json>& rows, std::size_t sender, std::uint64_t acknowledged,
           std::vector<std::string>& violations) {
  const std::string code = "loinc:" + std::string(kSenders[sender]);
  std::map<std::uint64_t, unsigned> times;
  for (const Json& row : rows)
    if (row.value("code", "") == code && row.value("unit", "") == "10*9/L")
      ++times[row.value("value_num", std::uint64_t{0})];
  for (std::uint64_t number = 1; number <= acknowledged; ++number)
    if (times[number] != 1)
      violations.push_back(
          fmt::format("sender {}: message {} was acknowledged and arrived {} times", sender, number,
                      times[number]));
  if (times.size() != acknowledged)
    violations.push_back(fmt::format("sender {}: {} messages acknowledged, {} arrived", sender,
                                     acknowledged, times.size()));
}

int run(const Plan& plan) {
  catch_interrupts();
  clinic::Dice dice(plan.seed);
  Site site("mllptest");
  const std::uint16_t port = free_port();
  Agent agent(site.agent(),
              site.config({{.id = "lab-1",
                            .driver = "hl7-mllp",
                            .more = fmt::format("listen = \"127.0.0.1:{}\"\n", port)}}));
  site.start();
  std::vector<std::string> violations;
  agent.start();
  std::vector<std::unique_ptr<Sender>> senders;
  for (std::size_t i = 0; i < kSenders.size(); ++i)
    senders.push_back(std::make_unique<Sender>(i, port));
  for (unsigned kill = 1; kill <= plan.kills; ++kill) {
    let_pass(Milliseconds(dice.between(1, dice.one_in(2) ? 150 : 700)));
    if (const int code = agent.kill(); code != 128 + SIGKILL)
      violations.push_back(fmt::format("the agent ended by itself with code {}", code));
    agent.start();
  }
  let_pass(std::chrono::seconds(1));
  std::uint64_t acknowledged = 0, repeats = 0, refused = 0;
  for (const auto& sender : senders) {
    sender->stop();
    acknowledged += sender->acknowledged();
    repeats += sender->repeats();
    refused += sender->refused();
  }
  agent.wait_for("an empty buffer", Settled(), std::chrono::seconds(60));
  agent.stop();
  site.hub.stop();
  const auto rows = site.hub.rows("lab-1");
  for (std::size_t i = 0; i < senders.size(); ++i)
    judge(rows, i, senders[i]->acknowledged(), violations);
  if (refused > 0) violations.push_back(fmt::format("{} good messages were refused", refused));
  if (acknowledged < plan.kills) violations.push_back("hardly anything was acknowledged");
  const Verdict verdict = site.hub.verdict();
  if (verdict.missing + verdict.violations > 0) violations.push_back("the receiver: not clean");
  fmt::print("mllptest: {} messages acknowledged, {} sent again, {} rows\n", acknowledged, repeats,
             rows.size());
  for (const std::string& line : violations) fmt::print("violation: {}\n", line);
  if (!violations.empty())
    fmt::print("Try: mllptest --kills {} --seed {} --keep\n", plan.kills, plan.seed);
  if (plan.keep) {
    site.folder.keep();
    fmt::print("mllptest: everything it wrote is in {}\n", site.folder.path().string());
  }
  fmt::print("mllptest: cases={} violations={}\n", plan.kills, violations.size());
  return violations.empty() ? 0 : 1;
}

}  // namespace
}  // namespace vitalgate::test

int main(int argc, char** argv) {
  using namespace vitalgate::test;
  CLI::App app{"Kills the agent between receipt and acknowledgement of HL7 messages."};
  Plan plan;
  app.add_option("--kills", plan.kills, "how often the agent is killed")
      ->check(CLI::Range(1u, 1'000'000u))
      ->capture_default_str();
  app.add_option("--seed", plan.seed, "moments")->capture_default_str();
  app.add_flag("--keep", plan.keep, "leave the folder with all logs and files");
  try {
    app.parse(argc, argv);
    return run(plan);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  } catch (const Failure& failure) {
    fmt::print(stderr, "mllptest: {}\n", failure.what());
    if (!failure.hint().empty()) fmt::print(stderr, "Try: {}\n", failure.hint());
    return 2;
  } catch (const Interrupted&) {
    fmt::print(stderr, "\nmllptest: stopped; nothing is left running\n");
    return 130;
  }
}
