#include "tests/simulation/scenario.h"

#include <algorithm>
#include <array>

namespace vitalgate::simulation {
namespace {

using namespace std::chrono_literals;
using std::chrono::milliseconds;

constexpr std::uint64_t kSalt = 0x636c696e6963;
constexpr int kChores = 3;

struct Habit {
  std::string_view name;
  int weight;  // how often, beside the others
  milliseconds shortest, longest;
};
constexpr std::array<Habit, kFaultKinds> kHabits{{
    {"link-down", 9, 5s, 30min},
    {"link-slow", 2, 10min, 2h},
    {"batches-lost", 3, 5min, 1h},
    {"batches-not-stored", 4, 5min, 1h},
    {"batches-repeated", 3, 10min, 2h},
    {"answers-lost", 4, 5min, 1h},
    {"answers-late", 3, 10min, 2h},
    {"answers-repeated", 3, 10min, 2h},
    {"answers-wrong-epoch", 3, 10min, 3h},
    {"answer-malformed", 2, 0s, 0s},
    {"answer-beyond", 3, 0s, 0s},
    {"busy", 3, 1min, 20min},
    {"unauthorised", 2, 1min, 30min},
    {"content-refused", 2, 1min, 10min},
    {"hub-restored", 1, 0s, 0s},
    {"disk-write-error", 4, 0s, 0s},
    {"disk-sync-forgets", 3, 0s, 0s},
    {"disk-sync-loses", 3, 0s, 0s},
    {"disk-down", 2, 2s, 40s},
    {"disk-full", 2, 5s, 60s},
    {"power-cut", 7, 1s, 20min},
    {"killed", 4, 1s, 1min},
    {"stopped", 3, 1s, 10min},
    {"clock-step", 2, 1min, 10h},
}};

milliseconds between(Dice& dice, milliseconds low, milliseconds high) {
  return low + milliseconds(dice.next() % static_cast<std::uint64_t>((high - low).count() + 1));
}

FaultKind pick(Dice& dice) {
  int sum = 0;
  for (const Habit& habit : kHabits) sum += habit.weight;
  int left = dice.between(1, sum);
  std::size_t kind = 0;
  while ((left -= kHabits[kind].weight) > 0) ++kind;
  return static_cast<FaultKind>(kind);
}

// An outage of a night, now and then, is what the backlog is there for.
milliseconds length(Dice& dice, FaultKind kind, bool small) {
  if (kind == FaultKind::link_down && dice.one_in(8))
    return between(dice, 1h, small ? milliseconds(3h) : milliseconds(14h));
  const Habit& habit = kHabits.at(static_cast<std::size_t>(kind));
  return between(dice, habit.shortest, habit.longest);
}

void add_faults(Scenario& scenario, Dice& dice) {
  const int count = dice.between(kFaultsMin, kFaultsMax);
  const bool keeps = scenario.settings.buffer.keep_sent >= 6h && !scenario.is_small;
  while (static_cast<int>(scenario.faults.size()) < count) {
    FaultPlan fault{.kind = pick(dice)};
    if (fault.kind == FaultKind::hub_restored && !keeps) continue;
    fault.lasts = length(dice, fault.kind, scenario.is_small);
    fault.at = between(dice, 1min, kWeek - fault.lasts);
    fault.destination = static_cast<std::size_t>(
        dice.between(0, static_cast<int>(scenario.settings.destinations.size()) - 1));
    fault.chance = dice.next();
    scenario.faults.push_back(fault);
  }
  std::stable_sort(scenario.faults.begin(), scenario.faults.end(),
                   [](const FaultPlan& a, const FaultPlan& b) { return a.at < b.at; });
}

void add_devices(Scenario& scenario, Dice& dice) {
  const int count = dice.between(3, 6);
  // As many readings a week, whatever the number of devices.
  constexpr int kArrivalsAWeek = 700;
  for (int i = 0; i < count; ++i) {
    config::DeviceSettings& device = scenario.settings.devices.emplace_back();
    device.id = "device-" + std::to_string(i + 1);
    device.expect_every = 1h;
    device.lane = kLanes.at(static_cast<std::size_t>(dice.between(0, 3)));
    if (i == 0) device.lane = Lane::vitals;
    DevicePlan& plan = scenario.devices.emplace_back();
    plan.manner = static_cast<Manner>(dice.between(0, 2));
    plan.pause = milliseconds(kWeek) * count / kArrivalsAWeek;
    plan.readings_max = dice.one_in(3) ? 3 : dice.between(15, 90);
  }
}

void add_destinations(Scenario& scenario, Dice& dice, bool bisects) {
  const int count = dice.between(1, 5) / 2 + 1;
  for (int i = 0; i < count; ++i) {
    config::DestinationSettings& hub = scenario.settings.destinations.emplace_back();
    hub.name = "hub-" + std::to_string(i + 1);
    hub.window = static_cast<std::uint32_t>(dice.between(1, 16));
    hub.window_bytes = 1'000'000;
    hub.answer_timeout = milliseconds(1000 * dice.between(20, 120));
    hub.retry_max = 5min;
    hub.acknowledge =
        i > 0 && dice.one_in(3) ? config::Acknowledge::transport : config::Acknowledge::hub;
    hub.required = i == 0 || !dice.one_in(4);
    if (dice.one_in(3)) hub.backlog_order = config::BacklogOrder::newest_first;
    if (dice.one_in(3)) hub.backlog_share_percent = static_cast<std::uint8_t>(dice.between(10, 90));
    // One that cannot answer cannot refuse a reading either, but a batch.
    const bool whole = bisects && dice.one_in(2);
    const bool answers = hub.acknowledge == config::Acknowledge::hub;
    scenario.refuses_one_in.push_back(dice.one_in(2) || !(answers || whole) ? 0 : 300);
    scenario.refuses_whole.push_back(whole);
  }
}

void set_buffer(Scenario& scenario, Dice& dice, const std::filesystem::path& key_file) {
  config::BufferSettings& buffer = scenario.settings.buffer;
  constexpr std::array<milliseconds, 4> kIntervals{250ms, 1s, 10s, 60s};
  constexpr std::array<std::chrono::seconds, 4> kKept{0s, 1h, 12h, 24h};
  buffer.directory = "/state";
  buffer.key = "file:" + key_file.string();
  buffer.commit_interval = kIntervals.at(static_cast<std::size_t>(dice.between(0, 3)));
  buffer.keep_sent = kKept.at(static_cast<std::size_t>(dice.between(0, 3)));
  buffer.max_disk_bytes = 64'000'000;
  buffer.ballast_bytes = dice.one_in(2) ? 0 : 65'536;
  buffer.quota_percent = {100, 100, 100, 100};
  scenario.is_small = dice.one_in(10);
  if (!scenario.is_small) return;
  buffer.max_disk_bytes = static_cast<std::uint64_t>(dice.between(150, 300)) * 1000;
  buffer.ballast_bytes = 0;
  if (dice.one_in(2)) buffer.when_full = config::WhenFull::drop_lowest;
}

}  // namespace

std::string_view name(FaultKind kind) { return kHabits.at(static_cast<std::size_t>(kind)).name; }

Scenario scenario_of(std::uint64_t seed, const std::filesystem::path& key_file, bool bisects) {
  constexpr std::array<milliseconds, 4> kAges{5s, 30s, 3min, 10min};
  Dice dice(seed ^ kSalt);
  Scenario scenario;
  scenario.seed = seed;
  scenario.settings.version = 1;
  scenario.settings.gateway = {.id = "clinic-042", .site_id = "site-17", .time_zone = {}};
  scenario.settings.upload = {.max_readings = static_cast<std::uint32_t>(dice.between(20, 200)),
                              .max_bytes = 60'000,
                              .max_age = kAges.at(static_cast<std::size_t>(dice.between(0, 3)))};
  set_buffer(scenario, dice, key_file);
  add_devices(scenario, dice);
  add_destinations(scenario, dice, bisects);
  add_faults(scenario, dice);
  for (int i = 0; i < kChores; ++i)
    scenario.chores.push_back(
        {static_cast<ChorePlan::Verb>(dice.between(0, 2)), between(dice, 1min, kWeek)});
  return scenario;
}

}  // namespace vitalgate::simulation
