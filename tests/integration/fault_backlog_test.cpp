// The day after an outage: what is measured now overtakes what has waited.
#include <cstdio>
#include <optional>

#include "tests/integration/fault_world.h"
#include "tests/support/backlog.h"

namespace vitalgate::test {
namespace {

constexpr std::uint64_t kBacklog = 60'000;  // readings; the receiver takes some 20,000 a second

class BacklogTest : public FaultWorld {
 protected:
  // The link comes back to a day's backlog while the devices go on.
  void drain() {
    fill_backlog(agent_->file(), kBacklog, std::chrono::hours(24));
    proxy_->refuse();
    begin_in_trouble();
    agent_->wait_for("readings behind the backlog",
                     [](const Status& now) { return now.sequenced() > kBacklog; });
    proxy_->pass();
    expect_recovered();
  }

  // How many readings of the backlog landed before the first batch that was sealed afterwards.
  [[nodiscard]] std::optional<std::uint64_t> landed_before_live() const {
    std::uint64_t landed = 0;
    std::optional<WallTime> began;
    for (const Landing& each : site_.hub.landings()) {
      if (!began) began = each.at;
      if (!each.backfill) {
        const std::chrono::duration<double> waited = each.at - *began;
        std::printf("live after %.2f s (bar: 1 s), %lu of the backlog before it\n", waited.count(),
                    static_cast<unsigned long>(landed));
        return landed;
      }
      landed += each.readings;
    }
    return std::nullopt;
  }

  void expect_live_first() {
    const auto landed = landed_before_live();
    ASSERT_TRUE(landed.has_value());
    EXPECT_LT(*landed, kBacklog);
  }
};

TEST_F(BacklogTest, LiveReadingsOvertakeADaysBacklogOverMqtt) {
  start_mqtt();
  drain();
  expect_live_first();
}

TEST_F(BacklogTest, LiveReadingsOvertakeADaysBacklogOverHttps) {
  start_https();
  drain();
  expect_live_first();
}

}  // namespace
}  // namespace vitalgate::test
