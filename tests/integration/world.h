// What every integration test stands in: a site, a clinic, and one real agent between them.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "tests/clinic/clinic.h"
#include "tests/support/agent.h"
#include "tests/support/site.h"

namespace vitalgate::test {

class World : public testing::Test {
 protected:
  // The monitors are plugged in and silent, the agent is configured; nothing runs yet.
  void prepare(unsigned monitors = 3, double speed = 5) {
    clinic::ClinicOptions options;
    options.directory = site_.lines();
    options.monitors = monitors;
    options.speed = speed;
    clinic_ = std::make_unique<clinic::Clinic>(options);
    agent_ = std::make_unique<Agent>(site_.agent(), site_.config(clinic_->devices()));
  }

  [[nodiscard]] std::string first_device() const { return clinic_->devices().front().id; }

  // As many readings are confirmed as were stored when this was called, and not none.
  void wait_until_delivered(Milliseconds timeout = std::chrono::seconds(30)) {
    std::uint64_t goal = 0;
    agent_->wait_for(
        "what is stored to be confirmed",
        [&](const Status& now) {
          if (goal == 0) goal = now.sequenced();
          return goal > 0 && now.sequenced() - now.waiting >= goal;
        },
        timeout);
  }

  // Ends the intake, lets everything arrive, and holds the receiver's account against the agent's.
  void expect_all_arrived() {
    clinic_->stop();
    const Status last = agent_->wait_for("the last readings to arrive", Settled());
    EXPECT_EQ(agent_->stop(), 0);
    EXPECT_EQ(site_.hub.stop(), 0) << tail_of(site_.hub.log());
    const Verdict verdict = site_.hub.verdict();
    EXPECT_EQ(verdict.received, last.sequenced());
    EXPECT_EQ(verdict.missing, 0u);
    EXPECT_EQ(verdict.violations, 0u);
    EXPECT_EQ(last.dropped, 0u);
  }

  Site site_{"gateway"};
  std::unique_ptr<clinic::Clinic> clinic_;
  std::unique_ptr<Agent> agent_;
};

// Whether a message for a person has at least one of the words, in any case.
bool mentions(const std::string& text, const std::vector<std::string>& words);

}  // namespace vitalgate::test
