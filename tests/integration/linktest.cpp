// linktest: what the agent makes of a line of 100 ms and 10 Mbit/s, and of the day after an outage.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <string_view>
#include <vector>

#include "tests/integration/link_run.h"
#include "tests/support/failure.h"
#include "tests/support/poll.h"

namespace vitalgate::test {
namespace {

struct Options {
  std::vector<std::string> cases;
  std::string transport = "mqtt";
  std::string compression = "gzip";
  std::string congestion;
  std::vector<std::string> more;
  unsigned seconds = 15;
  unsigned delay_ms = 50;
  unsigned rate_kbit_s = 10'000;
  std::uint64_t backlog = 0;
  std::uint64_t seed = 1;
  bool keep = false;
};

struct Case {
  std::string_view name;
  std::string_view what;
  bool compressed;
  double loss;
  bool live;
  std::uint64_t backlog;
};

constexpr Case kCases[]{
    {"plain", "without compression (bar: 90 % of the link)", false, 0, false, 100'000},
    {"packed", "compressed (bar: 20,000 readings/s)", true, 0, false, 500'000},
    {"loss", "1 % of the packets lost (bar: no restart)", false, 0.01, false, 50'000},
    {"packed-loss", "compressed, 1 % of the packets lost", true, 0.01, false, 200'000},
    {"outage", "24 hours behind, devices go on (bar: a live reading in 1 s)", true, 0, true,
     1'040'000},
};

bool run(const Case& each, const Options& options) {
  LinkPlan plan;
  plan.transport = options.transport;
  for (const std::string& line : options.more) plan.more.append(line).append("\n");
  plan.compression = each.compressed ? options.compression : "none";
  plan.congestion = options.congestion;
  plan.terms.delay = Milliseconds(options.delay_ms);
  plan.terms.bytes_per_s = options.rate_kbit_s * std::uint64_t{125};
  plan.terms.queue_bytes = plan.terms.bytes_per_s / 10;  // 100 ms
  plan.terms.loss = each.loss;
  plan.backlog = options.backlog > 0 ? options.backlog : each.backlog;
  plan.live = each.live;
  plan.measured = std::chrono::seconds(options.seconds);
  plan.seed = options.seed;
  LinkRun run(plan);
  if (options.keep) run.keep();
  const LinkFigures found = run.run();
  fmt::print(
      "{:<12} {} over {}, TCP {}: {:.0f} % of the link, {:.0f} readings/s, {:.0f} bytes a reading"
      " ({:.1f} s)\n",
      each.name, each.what, plan.transport, run.congestion(), 100 * found.fill,
      found.readings_per_s, found.bytes_per_reading, found.seconds);
  if (each.live) {
    fmt::print(
        "{:<12} the first live batch {:.2f} s after the connection, {} still behind it; "
        "longest pause of live batches {:.2f} s\n",
        "", found.first_live_s, found.waiting_then, found.live_pause_max_s);
  }
  fmt::print(
      "{:<12} {} stored, {} received, {} missing, {} violations; {} reconnects, {} packets "
      "lost, {} too many for the queue{}\n",
      "", found.sequenced, found.verdict.received, found.verdict.missing, found.verdict.violations,
      found.reconnects, found.lost, found.overrun, found.restarted ? "; THE AGENT RESTARTED" : "");
  std::fflush(stdout);
  if (!found.flawless()) {
    run.keep();
    fmt::print("linktest: everything it wrote is in {}\n", run.folder());
  }
  return found.flawless();
}

bool is_wanted(const Case& each, const Options& options) {
  const auto& names = options.cases;
  return names.empty() || std::find(names.begin(), names.end(), each.name) != names.end();
}

int run_all(const Options& options) {
  catch_interrupts();
  if (const auto why = SlowLink::unavailable()) {
    fmt::print("skipped: linktest ({})\n", *why);
    return 0;
  }
  unsigned count = 0, violations = 0;
  for (const Case& each : kCases) {
    if (!is_wanted(each, options)) continue;
    ++count;
    violations += run(each, options) ? 0 : 1;
  }
  fmt::print("linktest: cases={} violations={}\n", count, violations);
  return violations == 0 ? 0 : 1;
}

void declare(CLI::App& app, Options& options) {
  std::vector<std::string> names;
  for (const Case& each : kCases) names.emplace_back(each.name);
  app.add_option("--case", options.cases, "only this one; may be given several times")
      ->check(CLI::IsMember(names));
  app.add_option("--transport", options.transport, "how the agent uploads")
      ->check(CLI::IsMember({"mqtt", "https"}))
      ->capture_default_str();
  app.add_option("--compression", options.compression, "of the compressed cases")
      ->check(CLI::IsMember({"none", "gzip", "zstd"}))
      ->capture_default_str();
  app.add_option("--seconds", options.seconds, "that are measured")->capture_default_str();
  app.add_option("--set", options.more, "a line of the destination's table: \"window = 64\"");
  app.add_option("--congestion", options.congestion,
                 "how TCP finds the rate; left out: as the kernel")
      ->check(CLI::IsMember({"cubic", "reno", "bbr"}));
  app.add_option("--delay-ms", options.delay_ms, "of each direction")->capture_default_str();
  app.add_option("--rate-kbit-s", options.rate_kbit_s, "of each direction")
      ->check(CLI::Range(8u, 10'000'000u))
      ->capture_default_str();
  app.add_option("--backlog", options.backlog, "readings that wait; left out: as the case needs");
  app.add_option("--seed", options.seed, "of the loss and the devices")->capture_default_str();
  app.add_flag("--keep", options.keep, "leave the folders with all logs and files");
}

}  // namespace
}  // namespace vitalgate::test

int main(int argc, char** argv) {
  CLI::App app{"Drains a backlog over a slow link of real packets. Needs root."};
  vitalgate::test::Options options;
  vitalgate::test::declare(app, options);
  try {
    app.parse(argc, argv);
    return vitalgate::test::run_all(options);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  } catch (const vitalgate::test::Failure& failure) {
    fmt::print(stderr, "linktest: {}\n", failure.what());
    if (!failure.hint().empty()) fmt::print(stderr, "Try: {}\n", failure.hint());
    return 2;
  } catch (const vitalgate::test::Interrupted&) {
    fmt::print(stderr, "\nlinktest: stopped; nothing is left running\n");
    return 130;
  }
}
