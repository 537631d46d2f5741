#include "tests/integration/link_run.h"

#include <fmt/format.h>

#include <algorithm>
#include <sstream>
#include <vector>

#include "agent/core/clock.h"
#include "tests/support/backlog.h"
#include "tests/support/failure.h"

namespace vitalgate::test {
namespace {

using Seconds = std::chrono::duration<double>;

constexpr auto kWarmUp = std::chrono::seconds(2);  // TCP has found the rate
constexpr auto kDrainDeadline = std::chrono::minutes(20);
constexpr auto kOutage = std::chrono::hours(24);

clinic::ClinicOptions devices(const LinkPlan& plan, const Site& site) {
  clinic::ClinicOptions options;
  options.directory = site.lines();
  options.seed = plan.seed;
  options.monitors = 6;
  options.speed = 1;
  return options;
}

// When the agent said `event`, in order.
std::vector<WallTime> times_of(const std::string& event, const std::filesystem::path& log) {
  std::istringstream lines(read_file(log));
  std::vector<WallTime> times;
  for (std::string line; std::getline(lines, line);)
    if (line.find(" " + event + ":") != std::string::npos)
      if (const auto at = parse_rfc3339(line.substr(0, line.find(' ')))) times.push_back(*at);
  return times;
}

}  // namespace

LinkRun::LinkRun(const LinkPlan& plan)
    : plan_(plan),
      site_("linktest"),
      link_(plan.seed, plan.congestion),
      clinic_(devices(plan, site_)),
      agent_(site_.agent(), config()) {
  start_hub();
  agent_.configure(config());
  fill_backlog(agent_.file(), plan_.backlog, kOutage);
}

void LinkRun::start_hub() {
  const SlowLink::Visit there = link_.at_hub();
  if (plan_.transport == "https") {
    site_.hub.start({.address = "0.0.0.0", .https = site_.ca.issue()});
    site_.hub.wait_ready();
    return;
  }
  site_.broker.set({.address = "0.0.0.0", .receive_maximum = 64, .queues_all = true});
  site_.start();
}

AgentConfig LinkRun::config() const {
  AgentConfig made = site_.config(plan_.live ? clinic_.devices() : std::vector<DeviceConfig>());
  made.host = SlowLink::kHub;
  made.answer_timeout = "20s";
  if (plan_.transport == "https" && site_.hub.listens()) made.port = site_.hub.https_port();
  made.more = fmt::format("transport = \"{}\"\ncompression = \"{}\"\n{}\n", plan_.transport,
                          plan_.compression, plan_.more);
  return made;
}

LinkFigures LinkRun::run() {
  LinkFigures figures;
  {
    const SlowLink::Visit here = link_.at_gateway();
    agent_.start();
  }
  const pid_t pid = agent_.pid();
  if (plan_.live) {
    clinic_.start();
    agent_.wait_for("live readings to be stored behind the backlog",
                    [&](const Status& now) { return now.sequenced() > plan_.backlog; });
  }
  link_.connect(plan_.terms);
  agent_.wait_for(
      "the first confirmation", [](const Status& now) { return now.destination().confirmed > 0; },
      std::chrono::seconds(60));
  let_pass(kWarmUp);
  measure(figures);
  agent_.wait_for(
      "the backlog to drain", [&](const Status& now) { return now.waiting < 1000; },
      kDrainDeadline);
  if (plan_.live) look_at_live(figures);
  figures.restarted = agent_.pid() != pid || !agent_.running();
  judge(figures);
  return figures;
}

void LinkRun::measure(LinkFigures& figures) {
  const auto began = Clock::now();
  const SlowLink::Counts before = link_.up();
  const Status first = *agent_.status();
  Status last = first;
  poll_until(
      [&] {
        if (auto now = agent_.status()) last = *std::move(now);
        return last.waiting < plan_.backlog / 20;
      },
      std::chrono::duration_cast<Milliseconds>(plan_.measured), Milliseconds(100));
  const SlowLink::Counts after = link_.up();
  figures.seconds = Seconds(Clock::now() - began).count();
  const auto confirmed =
      static_cast<double>(last.destination().confirmed - first.destination().confirmed);
  const auto bytes = static_cast<double>(after.bytes - before.bytes);
  figures.readings_per_s = confirmed / figures.seconds;
  figures.bytes_per_reading = confirmed > 0 ? bytes / confirmed : 0;
  figures.fill = bytes / figures.seconds / static_cast<double>(plan_.terms.bytes_per_s);
}

void LinkRun::look_at_live(LinkFigures& figures) const {
  const auto connected = times_of("uplink.connected", agent_.log());
  if (connected.empty()) return;
  std::uint64_t landed = 0;
  std::optional<WallTime> previous;
  for (const Landing& each : site_.hub.landings()) {
    landed += each.readings;
    if (landed >= plan_.backlog) break;
    if (each.backfill) continue;
    if (!previous) {
      figures.first_live_s = Seconds(each.at - connected.front()).count();
      figures.waiting_then = plan_.backlog - landed;
    } else {
      figures.live_pause_max_s =
          std::max(figures.live_pause_max_s, Seconds(each.at - *previous).count());
    }
    previous = each.at;
  }
}

void LinkRun::judge(LinkFigures& figures) {
  clinic_.stop();
  const Status last = agent_.wait_for("the last readings", Settled(), std::chrono::seconds(60));
  figures.sequenced = last.sequenced();
  figures.reconnects = times_of("uplink.connected", agent_.log()).size() - 1;
  figures.lost = link_.up().lost + link_.down().lost;
  figures.overrun = link_.up().overrun + link_.down().overrun;
  agent_.stop();
  site_.hub.stop();
  figures.verdict = site_.hub.verdict();
}

}  // namespace vitalgate::test
