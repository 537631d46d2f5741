// simulate: one seed is one clinic, a week of it in virtual time. docs/reliability.md says what is
// checked.
#include <fmt/format.h>

#include <CLI/CLI.hpp>

#include "tests/proof/campaign.h"
#include "tests/simulation/clinic.h"

namespace vitalgate::simulation {
namespace {

struct SimulatePlan {
  proof::CampaignPlan campaign;
  std::string plant;
  bool verbose = false;
  bool bisects = false;
  std::vector<std::string> follow;  // stream and sequence
};

struct Plant {
  const char* name;
  bool Plants::*which;
};
constexpr std::array kPlants{Plant{"acknowledge-early", &Plants::acknowledge_early},
                             Plant{"send-early", &Plants::send_early},
                             Plant{"checkpoint-early", &Plants::checkpoint_early},
                             Plant{"reuse-sequence", &Plants::reuse_sequence},
                             Plant{"wrong-epoch", &Plants::wrong_epoch},
                             Plant{"backlog-first", &Plants::backlog_first}};

void declare(CLI::App& app, SimulatePlan& plan) {
  proof::CampaignPlan& campaign = plan.campaign;
  campaign.cases = 500;
  campaign.case_is_life = true;
  app.add_option("--seed", campaign.seed, "the first clinic; the others follow")
      ->check(CLI::Range(std::uint64_t{0}, std::uint64_t{1} << 40))
      ->capture_default_str();
  app.add_option("--cases", campaign.cases, "how many clinics")
      ->check(CLI::Range(std::uint64_t{1}, std::uint64_t{1} << 40))
      ->capture_default_str();
  app.add_option("--jobs", campaign.jobs, "threads; 0: one a core")
      ->check(CLI::Range(0u, 256u))
      ->capture_default_str();
  app.add_flag("--all", campaign.all, "show every violation, not only the first");
  app.add_flag("--stop", campaign.stop, "end with the first violation");
  std::vector<std::string> names;
  for (const Plant& plant : kPlants) names.emplace_back(plant.name);
  app.add_option("--plant", plan.plant, "put a bug in: the run must then fail")
      ->check(CLI::IsMember(names));
  app.add_flag("--bisect", plan.bisects, "half of the hubs refuse whole batches");
  app.add_flag("--verbose", plan.verbose, "show what happens, with the agent's own log");
  app.add_option("--follow", plan.follow, "with --verbose, the story of a reading")
      ->expected(2)
      ->type_name("STREAM SEQUENCE");
}

void tell(proof::Campaign& campaign, const Outcome& outcome) {
  campaign.note("faults", outcome.faults);
  campaign.note("processes started", outcome.processes);
  campaign.note("readings promised to a source", outcome.readings);
  campaign.note("batches that came to a hub", outcome.batches);
  campaign.note("of these, again", outcome.repeats);
  campaign.note("readings refused by a hub", outcome.refused);
  campaign.note("live batches whose order was judged", outcome.live);
  campaign.note("seconds of virtual time until all was drained", outcome.drain_seconds);
}

int run(const SimulatePlan& plan) {
  Plants plants;
  for (const Plant& plant : kPlants)
    if (plan.plant == plant.name) plants.*plant.which = true;
  log::set_level(plan.verbose ? log::Level::info : log::Level::off);
  Stage::Show show{.events = plan.verbose};
  if (!plan.follow.empty()) {
    show.stream = plan.follow.front();
    show.sequence = number_in(plan.follow.back());
  }
  std::string again = "--verbose";
  if (plan.bisects) again += " --bisect";
  if (!plan.plant.empty()) again.append(" --plant ").append(plan.plant);
  proof::Campaign campaign("simulate", plan.campaign, again);
  return campaign.run([&](proof::Campaign& the, std::uint64_t seed) {
    if (!the.take(seed, 0)) return;
    const Scenario scenario = scenario_of(seed, the.key_file(), plan.bisects);
    const Outcome outcome = Clinic(scenario, plants, show).run();
    if (plan.verbose) fmt::print("seed {}: digest {:016x}\n", seed, outcome.digest);
    tell(the, outcome);
    if (outcome.violation)
      the.violation(seed, 0, fmt::format("seed {}: {}", seed, *outcome.violation));
  });
}

}  // namespace
}  // namespace vitalgate::simulation

int main(int argc, char** argv) {
  CLI::App app{"Simulates clinics with faults, a week each, and judges what arrives."};
  vitalgate::simulation::SimulatePlan plan;
  vitalgate::simulation::declare(app, plan);
  CLI11_PARSE(app, argc, argv);
  return vitalgate::proof::campaign_main([&] { return vitalgate::simulation::run(plan); },
                                         "simulate");
}
