// powercut: the power goes at every write, sync and name of a busy buffer; nothing that was
// acknowledged is lost, nothing wrong is accepted, nobody has to help.
#include <fmt/format.h>

#include <CLI/CLI.hpp>

#include "tests/proof/campaign.h"
#include "tests/proof/check.h"
#include "tests/proof/workload.h"

namespace vitalgate::proof {
namespace {

// One life in eight is cut at every boundary, the others at some: more lives, other content.
constexpr std::uint64_t kThoroughEvery = 8;
constexpr std::size_t kSampled = 60;
constexpr std::uint64_t kMigratingEvery = 5;
constexpr std::uint64_t kLongEvery = 7;
constexpr std::size_t kTraced = 60;
constexpr std::uint64_t kCutSalt = 0x637574;

struct PowercutPlan {
  CampaignPlan campaign;
  std::string weaken;
  std::string only;  // one damage
  int steps = 60;
  bool trace = false;
};

void trace(const std::vector<Operation>& log, std::size_t at, const char* of) {
  for (std::size_t i = at < kTraced ? 0 : at - kTraced; i < at; ++i)
    fmt::print("  {}, operation {}: {}\n", of, i + 1, describe(log[i]));
}

// It had no checksums: nothing can be promised for its bytes.
bool is_of_first_version(std::string_view path) { return path.starts_with("/state/buffer.db"); }

class Life {
 public:
  Life(Campaign& campaign, const PowercutPlan& plan, std::uint64_t life);
  void run();

 private:
  void boundary(const Medium& medium, std::size_t at, bool fresh);
  void cut(const Medium& medium, std::size_t at, Damage damage);
  void second_cuts(std::uint64_t ordinal, std::size_t at, bool damaged, Dice& dice,
                   const std::string& where);
  void broken(std::uint64_t ordinal, const std::string& where, const std::string& what);

  Campaign& campaign_;
  const std::uint64_t life_;
  const std::string only_;
  const bool trace_;
  Plan plan_;
  RamDisk disk_;   // of the life
  RamDisk probe_;  // of the images
  sync::BufferOptions options_;
  const Model* model_ = nullptr;
  std::uint64_t second_cuts_ = 0, worn_ = 0, with_losses_ = 0, behind_mark_ = 0, given_up_ = 0,
                readings_ = 0;
};

Life::Life(Campaign& campaign, const PowercutPlan& plan, std::uint64_t life)
    : campaign_(campaign), life_(life), only_(plan.only), trace_(plan.trace) {
  plan_.seed = life;
  plan_.steps = life % kLongEvery == kLongEvery - 1 ? plan.steps * 5 : plan.steps;
  plan_.migrates = life % kMigratingEvery == kMigratingEvery - 1;
  plan_.early_acknowledgement = plan.weaken == "early-ack";
  plan_.weakness = {.synchronous_normal = plan.weaken == "normal",
                    .skip_chain = plan.weaken == "no-chain"};
  options_ = options_of(plan_, probe_, campaign.key_file());
}

void Life::broken(std::uint64_t ordinal, const std::string& where, const std::string& what) {
  campaign_.violation(life_, ordinal, fmt::format("life {}, {}: {}", life_, where, what));
}

void Life::run() {
  disk_.load(first_image(life_), /*record=*/true);
  Workload workload(disk_, plan_, options_of(plan_, disk_, campaign_.key_file()));
  if (const auto what = workload.run()) return broken(0, "before any cut", *what);
  const std::vector<Operation> log = disk_.log();  // what is done at the end is not part of it
  model_ = &workload.model();

  Dice dice(life_ ^ kCutSalt);
  const bool thorough = life_ % kThoroughEvery == kThoroughEvery - 1;
  Medium medium(disk_.base());
  for (std::size_t at = 0; at <= log.size() && !campaign_.over(); ++at) {
    if (at != 0) medium.apply(log[at - 1]);
    if (!thorough && dice.next() % log.size() >= kSampled) continue;
    // After a sync the durable state is another; elsewhere, with nothing pending, it is not.
    const auto kind = at == 0 ? Operation::Kind::sync : log[at - 1].kind;
    boundary(medium, at, kind == Operation::Kind::sync || kind == Operation::Kind::sync_directory);
  }
  campaign_.note("second cuts, during recovery", second_cuts_);
  campaign_.note("images with a worn sector", worn_);
  campaign_.note("of these with a loss reported", with_losses_);
  campaign_.note("of these with readings gone behind a late mark", behind_mark_);
  campaign_.note("images with readings given up for room", given_up_);
  campaign_.note("readings read back and compared", readings_);
}

// `fresh`: the durable state is not that of the boundary before.
void Life::boundary(const Medium& medium, std::size_t at, bool fresh) {
  for (std::size_t i = 0; i < kDamages; ++i) {
    const auto damage = static_cast<Damage>(i);
    const bool same_as_others =
        damage != Damage::worn && !medium.pending() && (damage != Damage::all_kept || !fresh);
    if (!only_.empty() && name(damage) != only_) continue;
    if (!same_as_others) cut(medium, at, damage);
  }
}

void Life::cut(const Medium& medium, std::size_t at, Damage damage) {
  const std::uint64_t ordinal = at * 16 + static_cast<std::uint64_t>(damage);
  if (!campaign_.take(life_, ordinal)) return;
  Dice dice(Campaign::number(life_, ordinal));
  Image image = medium.cut(damage, dice);
  std::string where = fmt::format("cut after operation {}, {}", at, name(damage));
  const bool damaged = damage == Damage::worn;
  if (damaged) {
    where += " " + medium.wear(image, dice, is_of_first_version);
    ++worn_;
  }
  const bool again = dice.one_in(8);
  probe_.load(std::move(image), /*record=*/again);
  const Finding finding = check(options_, *model_,
                                {.at = at,
                                 .damaged = damaged,
                                 .mark_is_late = damaged,
                                 .may_drop = may_drop(options_),
                                 .lively = !again});
  readings_ += finding.readings;
  if (damaged && finding.losses != 0) ++with_losses_;
  if (finding.behind_mark != 0) ++behind_mark_;
  if (finding.given_up != 0) ++given_up_;
  if (trace_) trace(disk_.log(), at, "the life");
  if (finding.violation) return broken(ordinal, where, *finding.violation);
  if (again) second_cuts(ordinal, at, damaged, dice, where);
}

void Life::second_cuts(std::uint64_t ordinal, std::size_t at, bool damaged, Dice& dice,
                       const std::string& where) {
  const std::vector<Operation> log = probe_.log();
  const Image base = probe_.base();
  for (int i = 0; i < 2; ++i) {
    const std::size_t second = dice.next() % (log.size() + 1);
    const auto damage = static_cast<Damage>(dice.next() % (kDamages - 1));
    Medium medium(base);
    for (std::size_t k = 0; k < second; ++k) medium.apply(log[k]);
    probe_.load(medium.cut(damage, dice), /*record=*/false);
    campaign_.also();
    ++second_cuts_;
    const Finding finding = check(options_, *model_,
                                  {.at = at,
                                   .damaged = damaged,
                                   .mark_is_late = damaged,
                                   .may_drop = may_drop(options_),
                                   .lively = true});
    readings_ += finding.readings;
    if (trace_) trace(log, second, "the recovery");
    if (finding.violation)
      return broken(ordinal,
                    fmt::format("{}, and again after operation {} of {} of the recovery, {}", where,
                                second, log.size(), name(damage)),
                    *finding.violation);
  }
}

void declare(CLI::App& app, PowercutPlan& plan) {
  plan.campaign.cases = 50'000;
  declare_campaign(app, plan.campaign);
  app.add_option("--weaken", plan.weaken, "take a protection away: the run must then fail")
      ->check(CLI::IsMember({"normal", "early-ack", "no-chain"}));
  app.add_option("--only", plan.only, "one damage, for example torn or worn");
  app.add_flag("--trace", plan.trace, "show the last operations before each cut");
  app.add_option("--steps", plan.steps, "of a life; every seventh is five times as long")
      ->check(CLI::Range(1, 10'000))
      ->capture_default_str();
}

int run(const PowercutPlan& plan) {
  const PowercutPlan defaults;
  std::string again = plan.weaken.empty() ? "" : "--weaken " + plan.weaken;
  if (plan.steps != defaults.steps)
    again += fmt::format("{}--steps {}", again.empty() ? "" : " ", plan.steps);
  Campaign campaign("powercut", plan.campaign, again);
  return campaign.run([&](Campaign& the, std::uint64_t life) { Life(the, plan, life).run(); });
}

}  // namespace
}  // namespace vitalgate::proof

int main(int argc, char** argv) {
  CLI::App app{"Cuts the power of a buffer at every boundary and judges what is left."};
  vitalgate::proof::PowercutPlan plan;
  vitalgate::proof::declare(app, plan);
  CLI11_PARSE(app, argc, argv);
  return vitalgate::proof::campaign_main([&] { return vitalgate::proof::run(plan); }, "powercut");
}
