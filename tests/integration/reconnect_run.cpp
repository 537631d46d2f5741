#include "tests/integration/reconnect_run.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>

#include "tests/support/failure.h"

namespace vitalgate::test {
namespace {

constexpr std::uint64_t kWorking = 6000;  // bytes up: a handshake and a batch or two
constexpr unsigned kProgressEvery = 100;
constexpr unsigned kSettling = 10;  // resets until caches and pools are what they stay

clinic::ClinicOptions load(const Site& site) {
  clinic::ClinicOptions options;
  options.directory = site.lines();
  options.monitors = 3;
  options.speed = 10;
  return options;
}

AgentConfig config(const Site& site, const clinic::Clinic& clinic, std::uint16_t port) {
  AgentConfig made = site.config(clinic.devices());
  made.port = port;
  return made;
}

std::string show(const Holdings& held) {
  return fmt::format("{} descriptors, {} threads, {} kB resident", held.descriptors, held.threads,
                     held.resident_kb);
}

}  // namespace

ReconnectRun::ReconnectRun(const ReconnectPlan& plan)
    : plan_(plan),
      site_("reconnects"),
      proxy_(site_.broker.port()),
      clinic_(load(site_)),
      agent_(site_.agent(), config(site_, clinic_, proxy_.port())) {
  site_.start();
}

std::vector<std::string> ReconnectRun::run() {
  agent_.start();
  clinic_.start();
  Holdings early, late;
  for (unsigned done = 1; done <= plan_.count; ++done) {
    late = reset_once();
    if (done == std::min(kSettling, plan_.count)) early = late;
    if (done % kProgressEvery != 0 && done != plan_.count) continue;
    fmt::print("reconnects: {}/{}: {}\n", done, plan_.count, show(late));
    std::fflush(stdout);
  }
  judge(early, late);
  return violations_;
}

// What the agent held while its connection worked, just before it was reset.
Holdings ReconnectRun::reset_once() {
  const std::uint64_t before = proxy_.counts().up;
  const bool works =
      poll_until([&] { return proxy_.counts().up >= before + kWorking || !agent_.running(); },
                 std::chrono::seconds(30), Milliseconds(5));
  if (!works) {
    const FaultProxy::Counts counts = proxy_.counts();
    throw Failure(fmt::format("no connection that works, {} since {} resets; status: {}\n{}",
                              counts.connections, counts.resets, agent_.ask({"status"}).out,
                              tail_of(agent_.log())),
                  "");
  }
  if (!agent_.running()) throw Failure("the agent ended:\n" + tail_of(agent_.log()), "");
  const Holdings held = holdings_of(agent_.pid());
  proxy_.cut();
  return held;
}

void ReconnectRun::judge(const Holdings& early, const Holdings& late) {
  fmt::print("reconnects: after {}: {}\n", std::min(kSettling, plan_.count), show(early));
  fmt::print("reconnects: after {}: {}\n", plan_.count, show(late));
  if (late.descriptors > early.descriptors + 1)
    violation(fmt::format("{} descriptors more", late.descriptors - early.descriptors));
  if (late.threads > early.threads)
    violation(fmt::format("{} threads more", late.threads - early.threads));
  if (late.resident_kb > early.resident_kb + plan_.growth_mb * std::size_t{1024})
    violation(fmt::format("{} kB more in memory", late.resident_kb - early.resident_kb));
  const pid_t pid = agent_.pid();
  clinic_.stop();
  const Status last =
      agent_.wait_for("the last readings to arrive", Settled(), std::chrono::seconds(60));
  if (last.pid != pid) violation("the agent was restarted");
  if (agent_.stop() != 0) violation("the agent did not stop cleanly");
  site_.hub.stop();
  const Verdict verdict = site_.hub.verdict();
  fmt::print("reconnects: {} readings stored, {} received, {} batches came twice\n",
             last.sequenced(), verdict.received, verdict.repeated_batches);
  if (verdict.received != last.sequenced() || verdict.missing > 0)
    violation(fmt::format("{} readings missing", last.sequenced() - verdict.received));
  for (const std::string& detail : verdict.details) violation("receiver: " + detail);
}

}  // namespace vitalgate::test
