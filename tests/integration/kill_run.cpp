#include "tests/integration/kill_run.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdio>

#include "tests/integration/order_check.h"
#include "tests/support/failure.h"

namespace vitalgate::test {
namespace {

constexpr unsigned kMonitors = 5;
constexpr double kSpeed = 20;  // some 600 readings a second
constexpr auto kAfterLastKill = std::chrono::seconds(1);
constexpr auto kDrainDeadline = std::chrono::seconds(90);
constexpr unsigned kProgressEvery = 10;  // lines of a log; a terminal shows every kill
constexpr std::uint32_t kEcgRateMdc = 147842;
constexpr std::uint32_t kPulseRateMdc = 149530;

clinic::ClinicOptions load(const KillPlan& plan, const Site& site) {
  clinic::ClinicOptions options;
  options.directory = site.lines();
  options.seed = plan.seed;
  options.monitors = kMonitors;
  options.speed = kSpeed;
  options.script = clinic::Script::counter;
  return options;
}

// How long an agent lives: a third dies while it starts, a third soon after, a third at work.
Milliseconds lifetime(clinic::Dice& dice) {
  switch (dice.between(1, 3)) {
    case 1:
      return Milliseconds(dice.between(1, 120));
    case 2:
      return Milliseconds(dice.between(50, 500));
    default:
      return Milliseconds(dice.between(500, 1500));
  }
}

std::string first_line(const std::string& text) { return text.substr(0, text.find('\n')); }

}  // namespace

KillRun::KillRun(const KillPlan& plan)
    : plan_(plan),
      dice_(plan.seed),
      site_("killtest"),
      clinic_(load(plan, site_)),
      agent_(site_.agent(), site_.config(clinic_.devices())) {
  site_.start();
}

std::vector<std::string> KillRun::run() {
  clinic_.start();
  for (unsigned number = 1; number <= plan_.kills; ++number) {
    kill_once(number);
    report_progress(number);
  }
  drain();
  judge();
  if (plan_.keep || !violations_.empty()) {
    site_.folder.keep();
    fmt::print("killtest: everything it wrote is in {}\n", site_.folder.path().string());
  }
  return violations_;
}

void KillRun::kill_once(unsigned number) {
  const bool with_restart =
      number * plan_.restarts / plan_.kills > (number - 1) * plan_.restarts / plan_.kills;
  const Milliseconds life = lifetime(dice_);
  agent_.start();
  if (with_restart) {
    let_pass(life / 2);
    restart_broker();
  }
  if (life > Milliseconds(400)) {
    let_pass(life / 2);
    note_progress_promised();
  }
  let_pass(with_restart ? Milliseconds(dice_.between(0, 600)) : life / 2);
  const int code = agent_.kill();
  if (code == 128 + SIGKILL) return;
  violation(fmt::format("the agent ended by itself with code {} before kill {}", code, number));
}

void KillRun::restart_broker() {
  ++broker_restarts_;
  if (broker_restarts_ % 2 == 1) {
    site_.broker.stop();
  } else {
    site_.broker.kill();
  }
  let_pass(Milliseconds(dice_.between(20, 700)));
  site_.broker.start();
}

// Sequence numbers that the agent has shown are given out for good.
void KillRun::note_progress_promised() {
  const auto status = agent_.status();
  if (!status) return;
  for (const StreamStatus& stream : status->streams) {
    std::uint64_t& highest = seen_[stream.id];
    if (stream.next_seq < highest) {
      violation(fmt::format("{}: next sequence went back from {} to {}", stream.id, highest,
                            stream.next_seq));
    }
    highest = std::max(highest, stream.next_seq);
  }
}

void KillRun::drain() {
  agent_.start();
  let_pass(kAfterLastKill);
  clinic_.stop();
  try {
    last_ = agent_.wait_for("an empty buffer", Settled(), kDrainDeadline);
  } catch (const Failure& failure) {
    violation(first_line(failure.what()));
    if (const auto now = agent_.status()) last_ = *now;
  }
  note_progress_promised();
  const int code = agent_.stop();
  if (code != 0) violation(fmt::format("a clean stop of the agent gave exit code {}", code));
}

void KillRun::judge() {
  if (!site_.hub.running())
    violation("the receiver ended by itself, so nothing was confirmed; its last words:\n" +
              tail_of(site_.hub.log(), 3));
  site_.hub.stop();
  verdict_ = site_.hub.verdict();
  judge_counts(verdict_);
  for (const std::string& detail : verdict_.details) violation("receiver: " + detail);
  judge_order();
}

void KillRun::judge_counts(const Verdict& verdict) {
  const auto expect = [this](const char* what, std::uint64_t found, std::uint64_t right) {
    if (found != right) violation(fmt::format("{}: {} instead of {}", what, found, right));
  };
  expect("readings missing at the receiver", verdict.missing, 0);
  expect("violations seen by the receiver", verdict.violations, 0);
  expect("readings declared dropped", verdict.dropped + last_.dropped, 0);
  expect("readings quarantined", last_.quarantined, 0);
  for (const StreamStatus& stream : last_.streams) {
    const auto found = verdict.streams.find(stream.id);
    expect("readings at the receiver, against what the agent stored",
           found == verdict.streams.end() ? 0 : found->second, stream.next_seq - 1);
  }
  expect("streams that ever were, against those there are", seen_.size(), last_.streams.size());
  if (verdict.received == 0) violation("nothing arrived at all");
}

void KillRun::judge_order() {
  for (const DeviceConfig& device : clinic_.devices()) {
    const bool is_ivy = device.driver == clinic::kIvy;
    const auto rows = site_.hub.rows(device.id);
    const OrderReport report = check_order(rows, is_ivy ? kEcgRateMdc : kPulseRateMdc);
    for (const std::string& fault : report.faults) violation(device.id + " " + fault);
    if (report.messages == 0) violation(device.id + ": not one message arrived");
    // Only a dead agent may miss messages, or one that was too slow for the line.
    const auto gaps_allowed = plan_.kills + clinic_.line(device.id).counts().discarded;
    if (report.runs > gaps_allowed + 1) {
      violation(fmt::format("{}: {} gaps in its messages after {} kills", device.id,
                            report.runs - 1, plan_.kills));
    }
  }
}

void KillRun::report_progress(unsigned kills) const {
  const bool terminal = isatty(STDOUT_FILENO) != 0;
  if (!terminal && kills % kProgressEvery != 0 && kills != plan_.kills) return;
  const Verdict now = site_.hub.verdict();
  fmt::print("{}killtest: {}/{} kills, {} broker restarts, {} readings, {} batches twice{}",
             terminal ? "\r" : "", kills, plan_.kills, broker_restarts_, now.received,
             now.repeated_batches, terminal && kills < plan_.kills ? "" : "\n");
  std::fflush(stdout);
}

std::string KillRun::summary() const {
  const auto counts = clinic_.counts();
  return fmt::format(
      "killtest: {} frames heard, {} sent while nobody listened\n"
      "killtest: {} readings stored, {} received, {} batches came twice\n",
      counts.sent, counts.unheard + counts.discarded, last_.sequenced(), verdict_.received,
      verdict_.repeated_batches);
}

}  // namespace vitalgate::test
