// drainbench: the whole agent after an outage. How fast it hands its backlog to a peer on the
// loopback, and the most memory it takes for it.
//
// The peer confirms everything and keeps nothing, so that the agent is what is measured: nginx that
// answers 200 behind TLS, or mosquitto with TLS whose PUBACK is believed. What arrives, and whether
// it is whole, is linktest's matter.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <cstdio>

#include "tests/support/backlog.h"
#include "tests/support/failure.h"
#include "tests/support/nginx.h"
#include "tests/support/site.h"

namespace vitalgate::test {
namespace {

constexpr auto kOutage = std::chrono::hours(24);
constexpr auto kDeadline = std::chrono::minutes(30);
constexpr std::size_t kPeakMb = 32;

struct Plan {
  std::string transport = "https";
  std::string compression = "auto";
  std::uint64_t readings = 10'000'000;
};

class Drain {
 public:
  explicit Drain(const Plan& plan)
      : plan_(plan),
        site_("drainbench"),
        web_(site_.folder.path() / "web", site_.ca.issue()),
        agent_(site_.agent(), config()) {
    web_.set("client_max_body_size 0; return 200;");
    web_.serve(web_.port());  // it never gets so far
    fill_backlog(agent_.file(), plan_.readings, kOutage);
  }

  // How many things were not as they should be.
  unsigned run() {
    if (plan_.transport == "https") {
      web_.start();
    } else {
      site_.broker.start();
    }
    const auto began = Clock::now();
    agent_.start();
    const Status first = agent_.wait_for("an answer", [](const Status&) { return true; });
    const double opened_s = seconds_since(began);
    const Status last = agent_.wait_for(
        "the backlog to drain", [](const Status& now) { return now.waiting == 0; }, kDeadline);
    const double took_s = seconds_since(began);
    const Holdings held = holdings_of(agent_.pid());
    const auto readings = static_cast<double>(plan_.readings);
    fmt::print(
        "{}, compression {}: {} readings in {:.2f} s: {:.0f} readings/s; {:.2f} us of processor a "
        "reading; answers after {:.2f} s; {:.1f} MB resident at most\n",
        plan_.transport, plan_.compression, plan_.readings, took_s, readings / took_s,
        held.processor_s / readings * 1e6, opened_s,
        static_cast<double>(held.peak_resident_kb) / 1024);
    unsigned wrong = 0;
    const auto expect = [&](bool good, const std::string& what) {
      if (good) return;
      ++wrong;
      fmt::print("violation: {}\n", what);
    };
    expect(last.pid == first.pid, "the agent was restarted");
    expect(last.destination().confirmed == plan_.readings,
           fmt::format("{} readings confirmed", last.destination().confirmed));
    expect(last.dropped == 0, fmt::format("{} readings dropped", last.dropped));
    expect(held.peak_resident_kb < kPeakMb * 1024, fmt::format("more than {} MB", kPeakMb));
    expect(agent_.stop() == 0, "the agent did not stop cleanly");
    return wrong;
  }

 private:
  [[nodiscard]] AgentConfig config() const {
    AgentConfig made = site_.config({});
    made.commit_interval = "250ms";
    made.answer_timeout = "20s";
    if (plan_.transport == "https") made.port = web_.port();
    made.more =
        fmt::format("transport = \"{}\"\ncompression = \"{}\"\nacknowledge = \"transport\"\n",
                    plan_.transport, plan_.compression);
    return made;
  }

  static double seconds_since(Clock::time_point began) {
    return std::chrono::duration<double>(Clock::now() - began).count();
  }

  const Plan plan_;
  Site site_;
  Nginx web_;
  Agent agent_;
};

int drain(const Plan& plan) {
  catch_interrupts();
  const unsigned wrong = Drain(plan).run();
  fmt::print("drainbench: cases=1 violations={}\n", wrong);
  return wrong == 0 ? 0 : 1;
}

}  // namespace
}  // namespace vitalgate::test

int main(int argc, char** argv) {
  CLI::App app{"Drains a backlog through the whole agent to a peer that confirms everything."};
  vitalgate::test::Plan plan;
  app.add_option("--transport", plan.transport)
      ->check(CLI::IsMember({"mqtt", "https"}))
      ->capture_default_str();
  app.add_option("--compression", plan.compression)
      ->check(CLI::IsMember({"auto", "none", "gzip", "zstd"}))
      ->capture_default_str();
  app.add_option("--readings", plan.readings, "that wait")->capture_default_str();
  try {
    app.parse(argc, argv);
    return vitalgate::test::drain(plan);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  } catch (const vitalgate::test::Failure& failure) {
    fmt::print(stderr, "drainbench: {}\n", failure.what());
    if (!failure.hint().empty()) fmt::print(stderr, "Try: {}\n", failure.hint());
    return 2;
  } catch (const vitalgate::test::Interrupted&) {
    fmt::print(stderr, "\ndrainbench: stopped; nothing is left running\n");
    return 130;
  }
}
