// ioerror: every call that the buffer makes to its disk fails once, and from then on; and the disk
// is full at every size. All promises hold, and the buffer comes back by itself.
#include <fmt/format.h>

#include <CLI/CLI.hpp>

#include "tests/proof/campaign.h"
#include "tests/proof/check.h"
#include "tests/proof/workload.h"

namespace vitalgate::proof {
namespace {

constexpr std::array kEffects{Effect::io_error, Effect::full, Effect::short_write,
                              Effect::sync_forgets, Effect::sync_loses};
constexpr std::uint64_t kSizes = 192;              // of the disk, up to what the workload takes
constexpr std::uint64_t kTakenAsFull = 4'097'152;  // less free space than this stops the intake
constexpr int kErrorsUntilHealed = 4;

struct IoErrorPlan {
  CampaignPlan campaign;
  int steps = 40;
};

class Life {
 public:
  Life(Campaign& campaign, const IoErrorPlan& plan, std::uint64_t life)
      : campaign_(campaign), life_(life) {
    plan_.seed = life;
    plan_.steps = plan.steps;
    plan_.heal_after = kErrorsUntilHealed;
  }
  void run();

 private:
  void each_call(const std::vector<Call>& calls);
  void each_size(std::uint64_t used);
  void one(std::uint64_t ordinal, const std::function<void()>& spoil, const std::string& where);
  void judge(std::uint64_t ordinal, const Workload& workload, const std::string& where);

  Campaign& campaign_;
  const std::uint64_t life_;
  Plan plan_;
  RamDisk disk_, probe_;
  std::uint64_t not_met_ = 0, reopened_ = 0, errors_ = 0;
};

void Life::run() {
  disk_.load(first_image(life_), /*record=*/true);
  const auto options = options_of(plan_, disk_, campaign_.key_file());
  std::vector<Call> calls;
  std::uint64_t used = 0;
  {
    Workload workload(disk_, plan_, options);
    if (const auto what = workload.run()) {
      campaign_.violation(life_, 0, fmt::format("life {}, without a fault: {}", life_, *what));
      return;
    }
    calls = disk_.calls();
    used = disk_.used();
  }
  each_call(calls);
  each_size(used);
  campaign_.note("calls to the disk in the workloads", calls.size());
  campaign_.note("faults that the run did not meet", not_met_);
  campaign_.note("errors the buffer gave", errors_);
  campaign_.note("times the store was mended", reopened_);
}

void Life::each_call(const std::vector<Call>& calls) {
  for (std::size_t at = 0; at < calls.size(); ++at)
    for (const Effect effect : kEffects) {
      if (!applies(effect, calls[at])) continue;
      for (const bool persistent : {false, true}) {
        const auto ordinal =
            (at * kEffects.size() + static_cast<std::size_t>(effect)) * 2 + (persistent ? 1 : 0);
        if (!campaign_.take(life_, ordinal)) continue;
        one(
            ordinal,
            [&] {
              disk_.fail({at, effect, persistent});
            },
            fmt::format("call {} of {}: {} {}", at, calls.size(), name(effect),
                        persistent ? "from then on" : "once"));
        if (!disk_.failed()) ++not_met_;
      }
    }
}

void Life::each_size(std::uint64_t used) {
  for (std::uint64_t i = 0; i < kSizes; ++i) {
    const bool told = i % 2 == 0;
    const std::uint64_t capacity = 512 + used * i / kSizes + (told ? kTakenAsFull : 0);
    const std::uint64_t ordinal = (std::uint64_t{1} << kOrdinalBits) - kSizes + i;
    if (!campaign_.take(life_, ordinal)) continue;
    one(
        ordinal, [&] { disk_.set_capacity(capacity, told); },
        fmt::format("a disk of {} bytes{}", capacity, told ? "" : " that seems to have no end"));
  }
}

void Life::one(std::uint64_t ordinal, const std::function<void()>& spoil,
               const std::string& where) {
  disk_.load(first_image(life_), /*record=*/true);
  spoil();
  Workload workload(disk_, plan_, options_of(plan_, disk_, campaign_.key_file()));
  const auto what = workload.run();
  errors_ += static_cast<std::uint64_t>(workload.errors());
  reopened_ += static_cast<std::uint64_t>(workload.reopened());
  if (what) {
    campaign_.violation(life_, ordinal, fmt::format("life {}, {}: {}", life_, where, *what));
    return;
  }
  judge(ordinal, workload, where);
}

// The power goes at the end: what was written and only seemed to be synced is not there.
void Life::judge(std::uint64_t ordinal, const Workload& workload, const std::string& where) {
  Medium medium(disk_.base());
  for (const Operation& operation : disk_.log()) medium.apply(operation);
  Dice dice(Campaign::number(life_, ordinal));
  const auto options = options_of(plan_, probe_, campaign_.key_file());
  for (const Damage damage : {Damage::all_kept, Damage::all_lost}) {
    probe_.load(medium.cut(damage, dice), /*record=*/false);
    const Finding finding =
        check(options, workload.model(), {.may_drop = may_drop(options), .lively = true});
    if (finding.violation)
      return campaign_.violation(life_, ordinal,
                                 fmt::format("life {}, {}, then a power cut ({}): {}", life_, where,
                                             name(damage), *finding.violation));
  }
}

int run(const IoErrorPlan& plan) {
  const std::string again =
      plan.steps == IoErrorPlan().steps ? "" : fmt::format("--steps {}", plan.steps);
  Campaign campaign("ioerror", plan.campaign, again);
  return campaign.run([&](Campaign& the, std::uint64_t life) { Life(the, plan, life).run(); });
}

}  // namespace
}  // namespace vitalgate::proof

int main(int argc, char** argv) {
  CLI::App app{"Lets every call of a buffer to its disk fail, once and for good."};
  vitalgate::proof::IoErrorPlan plan;
  plan.campaign.lives = 2;
  vitalgate::proof::declare_campaign(app, plan.campaign);
  app.add_option("--steps", plan.steps, "of a life")
      ->check(CLI::Range(1, 10'000))
      ->capture_default_str();
  CLI11_PARSE(app, argc, argv);
  return vitalgate::proof::campaign_main([&] { return vitalgate::proof::run(plan); }, "ioerror");
}
