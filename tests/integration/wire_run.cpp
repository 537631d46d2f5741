#include "tests/integration/wire_run.h"

#include <fmt/format.h>

#include <algorithm>
#include <csignal>
#include <cstdio>

#include "firmware-bridge/firmware/simulated_patient.h"
#include "firmware-bridge/firmware/test_commands.h"
#include "tests/support/failure.h"

namespace vitalgate::test {
namespace {

namespace firmware = bridge::firmware;

constexpr std::uint64_t kReadingsPerThreeRecords = 13;
constexpr std::uint64_t kOverflowRecords = 4000;
constexpr std::uint16_t kOverflowPerSecond = 2000;
constexpr auto kStall = std::chrono::seconds(60);  // without one record stored
const std::string kBridge = "dongle-1";
const std::vector<std::string> kSensors{"strap-1", "oximeter-1", "thermometer-1"};

AgentConfig with_bridge(const Site& site) {
  DeviceConfig bridge{.id = kBridge,
                      .driver = "bridge",
                      .port = site.folder.path() / "bridge",
                      .expect_every = "60s"};
  for (std::size_t i = 0; i < kSensors.size(); ++i)
    bridge.more += fmt::format("\n[[sensor]]\ndevice = \"{}\"\nchannel = {}\nid = \"{}\"\n",
                               kBridge, i, kSensors[i]);
  AgentConfig config = site.config({bridge});
  config.commit_interval = "250ms";
  return config;
}

template <class Message>
std::vector<std::uint8_t> frame_of(const Message& message) {
  std::vector<std::uint8_t> frame(bridge::wire::kFrameMax);
  frame.resize(bridge::wire::to_frame(message, frame.data()));
  return frame;
}

}  // namespace

WireRun::WireRun(const WirePlan& plan)
    : plan_(plan),
      dice_(plan.seed),
      site_("wiretest"),
      board_(site_.folder.path() / "board", VITALGATE_TEST_FIRMWARE),
      line_(board_.uart(), site_.folder.path() / "bridge", plan.faults, plan.seed),
      agent_(site_.agent(), with_bridge(site_)) {
  site_.start();
}

std::vector<std::string> WireRun::run() {
  began_ = Clock::now();
  agent_.start();
  disturb(plan_.readings * 3 / kReadingsPerThreeRecords + firmware::kChannels);
  if (plan_.overflow) overflow();
  drain();
  judge();
  if (plan_.keep || !violations_.empty()) {
    site_.folder.keep();
    fmt::print("wiretest: everything it wrote is in {}\n", site_.folder.path().string());
  }
  return violations_;
}

// The command is said again and again: it, too, goes through a line that drops bytes.
void WireRun::measure(std::uint64_t until, std::uint16_t per_second) {
  until_ = until;
  per_second_ = per_second;
  line_.inject(frame_of(firmware::Make{until, per_second}));
}

// Kills, resets and hangs come evenly spread over the records, at moments of chance in between.
void WireRun::disturb(std::uint64_t until) {
  const unsigned events = plan_.kills + plan_.resets + plan_.hangs;
  unsigned kills = 0, resets = 0;
  measure(until, 0);
  for (unsigned event = 1; event <= events; ++event) {
    const std::uint64_t goal = until * event / (events + 1);
    if (!wait_for_stored(goal, kStall)) return violation(fmt::format("stuck before {}", goal));
    let_pass(Milliseconds(dice_.between(0, 300)));
    if (kills * events < plan_.kills * event && kills < plan_.kills) {
      ++kills;
      kill_agent();
    } else if (resets < plan_.resets) {
      ++resets;
      board_.reset();
    } else {
      for (int i = 0; i < 5; ++i) line_.inject(frame_of(firmware::Hang{}));
    }
  }
  if (!wait_for_stored(until, kStall)) violation(fmt::format("stuck before {}", until));
}

// While nobody listens the bridge measures more than its ring holds.
void WireRun::overflow() {
  if (agent_.kill() != 128 + SIGKILL) violation("the agent ended by itself");
  const std::uint64_t until = until_ + kOverflowRecords;
  const auto ends = Clock::now() + Milliseconds(1000 * kOverflowRecords / kOverflowPerSecond + 500);
  measure(until, kOverflowPerSecond);
  while (Clock::now() < ends) {
    let_pass(Milliseconds(100));
    measure(until, kOverflowPerSecond);
  }
  agent_.start();
  if (!wait_for_stored(until, kStall)) violation(fmt::format("stuck before {}", until));
}

bool WireRun::wait_for_stored(std::uint64_t goal, Milliseconds timeout) {
  std::uint64_t before = line_.stored();
  auto deadline = Clock::now() + timeout;
  while (line_.stored() < goal) {
    if (line_.stored() > before) deadline = Clock::now() + timeout;
    before = line_.stored();
    if (Clock::now() > deadline || !board_.running()) return false;
    measure(until_, per_second_);
    let_pass(Milliseconds(100));
  }
  return true;
}

void WireRun::kill_agent() {
  const int code = agent_.kill();
  if (code != 128 + SIGKILL) violation(fmt::format("the agent ended by itself: {}", code));
  let_pass(Milliseconds(dice_.between(0, 400)));
  agent_.start();
}

void WireRun::drain() {
  try {
    agent_.wait_for("an empty buffer", Settled(), std::chrono::seconds(120));
  } catch (const Failure& failure) {
    violation(failure.what());
  }
  seconds_ = std::chrono::duration<double>(Clock::now() - began_).count();
  if (const int code = agent_.stop(); code != 0)
    violation(fmt::format("a clean stop of the agent gave exit code {}", code));
}

void WireRun::judge() {
  site_.hub.stop();
  const Verdict verdict = site_.hub.verdict();
  if (verdict.missing + verdict.violations + verdict.dropped > 0)
    violation(fmt::format("the receiver: {} missing, {} violations, {} dropped", verdict.missing,
                          verdict.violations, verdict.dropped));
  account_ = judge_wire(site_.hub.rows(), kBridge, kSensors, until_);
  for (const std::string& fault : account_.faults) violation(fault);
  if (plan_.overflow && account_.lost == 0) violation("nothing was lost by a ring that was full");
  if (account_.records + account_.lost + firmware::kChannels < until_)
    violation(fmt::format("{} records arrived and {} were lost, of {}", account_.records,
                          account_.lost, until_));
}

std::string WireRun::summary() const {
  const auto counts = line_.counts();
  return fmt::format(
      "wiretest: {} records with {} readings arrived once in {:.1f} s, {} declared lost\n"
      "wiretest: {} bytes up, {} down, {} of them damaged; {} readings without a bridge clock\n",
      account_.records, account_.readings, seconds_, account_.lost, counts.up, counts.down,
      counts.faults, account_.without_clock);
}

}  // namespace vitalgate::test
