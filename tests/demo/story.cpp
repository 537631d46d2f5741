#include "tests/demo/story.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "tests/demo/account.h"
#include "tests/support/failure.h"
#include "tests/support/paths.h"

namespace vitalgate::demo {
namespace {

constexpr auto kCapture = "data/serial/ivy450c_ansarb_part1.bin";
constexpr unsigned kMonitors = 5;
constexpr auto kPatience = std::chrono::seconds(45);
constexpr auto kRefresh = test::Milliseconds(250);
constexpr double kDeadFor = 2;

}  // namespace

Story::Story(const DemoOptions& options)
    : options_(options), screen_(options.plain), site_("demo") {
  if (options_.keep) {
    site_.folder.keep();
    screen_.say("everything is written to " + folder().string() + ", which stays");
  }
  choose_recordings();
  raise_the_curtain();
}

void Story::choose_recordings() {
  if (!options_.recordings.empty()) return;
  if (const auto capture = test::shared_file(kCapture)) {
    options_.recordings.push_back(capture->lexically_normal().string());
    screen_.say("a real capture of an Ivy 450C monitor is here and will be replayed");
  } else {
    screen_.say("no real capture on this machine (VITALGATE_SHARED): simulated monitors only");
  }
}

void Story::raise_the_curtain() {
  clinic::ClinicOptions clinic;
  clinic.directory = site_.lines();
  clinic.seed = options_.seed;
  clinic.monitors = kMonitors;
  clinic.speed = options_.speed;
  for (const std::string& each : options_.recordings) {
    clinic.recordings.push_back(clinic::recording_from(each));
  }
  clinic_ = std::make_unique<clinic::Clinic>(clinic);
  screen_.say(
      fmt::format("{} monitors are plugged in, seed {}", clinic_->devices().size(), options_.seed));

  test::AgentConfig config = site_.config(clinic_->devices());
  config.gateway_id = "clinic-demo";
  config.commit_interval = "250ms";
  config.max_age = "1s";
  config.answer_timeout = "5s";
  config.retry_max = "2s";
  agent_ = std::make_unique<test::Agent>(site_.agent(), config);
  site_.start();
  moment_.broker = "running";
  screen_.say(fmt::format("broker and receiver are up: TLS on 127.0.0.1:{}", site_.broker.port()));
}

bool Story::tell() {
  all_is_well();
  broker_goes();
  agent_is_killed();
  return settle();
}

void Story::all_is_well() {
  moment_.act = "Act 1 of 4: monitors speak, readings arrive at the receiver";
  screen_.say(moment_.act);
  agent_->start();
  agent_expected_ = true;
  clinic_->start();
  catch_up("the agent does not reach the broker");
  watch(options_.for_s * 0.3);
}

void Story::broker_goes() {
  moment_.act = "Act 2 of 4: the broker is stopped, readings wait on disk";
  screen_.say(moment_.act);
  site_.broker.stop();
  moment_.broker = "stopped";
  watch(std::clamp(options_.for_s * 0.14, 2.0, 8.0));
  const std::uint64_t piled_up = moment_.status ? moment_.status->waiting : 0;
  screen_.say(fmt::format("the broker comes back; {} readings wait for it", grouped(piled_up)));
  moment_.act = "Act 2 of 4: the broker is back, the backlog drains";
  site_.broker.start();
  moment_.broker = "running";
  catch_up("the backlog did not drain after the broker came back");
  screen_.say("the backlog is delivered");
  watch(options_.for_s * 0.08);
}

void Story::agent_is_killed() {
  moment_.act = "Act 3 of 4: the agent is killed with SIGKILL in the middle of its work";
  screen_.say(moment_.act);
  agent_expected_ = false;
  agent_->kill();
  watch(kDeadFor);
  moment_.act = "Act 3 of 4: the agent is back and goes on where its store says";
  screen_.say("the agent is started again");
  agent_->start();
  agent_expected_ = true;
  catch_up("the agent did not catch up after it was killed");
  watch(options_.for_s * 0.2);
}

bool Story::settle() {
  moment_.act = "Act 4 of 4: the monitors fall silent, the last readings leave";
  screen_.say(moment_.act);
  clinic_->stop();
  const bool drained = watch_until(test::Settled(), kPatience);
  Account account;
  account.drained = drained;
  account.last = moment_.status.value_or(test::Status{});
  agent_expected_ = false;
  account.agent_code = agent_->stop();
  site_.hub.stop();
  account.verdict = site_.hub.verdict();
  account.heard = clinic_->counts();
  screen_.finish();
  present(account);
  return is_clean(account);
}

void Story::watch(double seconds) {
  const test::Milliseconds time(static_cast<std::int64_t>(seconds * 1000));
  test::poll_until(
      [this] {
        refresh();
        return false;
      },
      time, kRefresh);
}

bool Story::watch_until(const std::function<bool(const test::Status&)>& done,
                        test::Milliseconds limit) {
  return test::poll_until(
      [&] {
        refresh();
        return moment_.status && agent_->running() && done(*moment_.status);
      },
      limit, kRefresh);
}

void Story::catch_up(const std::string& otherwise) {
  std::uint64_t goal = 0;
  const bool done = watch_until(
      [&](const test::Status& now) {
        if (goal == 0) goal = now.sequenced();
        const bool connected = now.destination().state == "connected";
        return connected && goal > 0 && now.sequenced() - now.waiting >= goal;
      },
      kPatience);
  if (done) return;
  const auto uplink = moment_.status ? moment_.status->destination() : test::DestinationStatus{};
  throw test::Failure(fmt::format("{}: uplink {}, {}\n{}", otherwise, uplink.state, uplink.detail,
                                  test::tail_of(agent_->log())),
                      uplink.hint);
}

void Story::refresh() {
  const bool running = agent_->running();
  if (agent_expected_ && !running) {
    throw test::Failure(
        "the agent ended by itself; its last words:\n" + test::tail_of(agent_->log()), "");
  }
  moment_.agent = running ? fmt::format("running, pid {}", agent_->pid()) : "killed";
  auto now = agent_->status();
  if (now || !running) moment_.status = std::move(now);
  moment_.verdict = site_.hub.verdict();
  screen_.show(moment_);
}

}  // namespace vitalgate::demo
