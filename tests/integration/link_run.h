// One run over a slow link: a backlog, the real agent at one end, broker and receiver at the other.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "tests/clinic/clinic.h"
#include "tests/support/agent.h"
#include "tests/support/site.h"
#include "tests/support/slow_link.h"

namespace vitalgate::test {

struct LinkPlan {
  std::string transport = "mqtt";    // or https
  std::string compression = "none";  // as in the agent's configuration
  SlowLink::Terms terms;
  std::string congestion = {};        // as in SlowLink
  std::string more = {};              // further lines of the destination's table
  std::uint64_t backlog = 100'000;    // readings
  bool live = false;                  // devices go on meanwhile
  std::chrono::seconds measured{15};  // or until little of the backlog is left
  std::uint64_t seed = 1;
};

struct LinkFigures {
  double fill = 0;               // part of the rate, packet headers included
  double readings_per_s = 0;     // confirmed
  double bytes_per_reading = 0;  // that went up
  double seconds = 0;            // what the above were measured over
  std::uint64_t lost = 0;        // packets
  std::uint64_t overrun = 0;
  std::uint64_t reconnects = 0;
  bool restarted = false;
  Verdict verdict;
  std::uint64_t sequenced = 0;
  // From the connection to the landing of the first batch that was sealed after it, and how many
  // readings of the backlog were still waiting then; with `live` only.
  double first_live_s = -1;
  std::uint64_t waiting_then = 0;
  double live_pause_max_s = 0;  // between two live batches while the backlog drained

  [[nodiscard]] bool flawless() const {
    return !restarted && verdict.missing == 0 && verdict.violations == 0 && verdict.dropped == 0 &&
           verdict.received == sequenced;
  }
};

class LinkRun {
 public:
  // Broker and receiver are up, the link is cut, the store is full. Throws Failure.
  explicit LinkRun(const LinkPlan& plan);

  // The link comes, the backlog drains to its end, the receiver judges. Throws Failure.
  LinkFigures run();

  [[nodiscard]] const std::string& congestion() const { return link_.congestion(); }
  void keep() { site_.folder.keep(); }
  [[nodiscard]] std::string folder() const { return site_.folder.path().string(); }

 private:
  void start_hub();
  [[nodiscard]] AgentConfig config() const;
  void measure(LinkFigures& figures);
  void look_at_live(LinkFigures& figures) const;
  void judge(LinkFigures& figures);

  const LinkPlan plan_;
  Site site_;
  SlowLink link_;
  clinic::Clinic clinic_;
  Agent agent_;
};

}  // namespace vitalgate::test
