// Scenario: what one seed is: a clinic's settings, its devices, and every fault of its week.
#pragma once

#include <chrono>
#include <filesystem>
#include <string>
#include <vector>

#include "config/settings.h"
#include "tests/clinic/dice.h"

namespace vitalgate::simulation {

using clinic::Dice;

inline constexpr auto kWeek = std::chrono::hours(24 * 7);
inline constexpr int kFaultsMin = 40;
inline constexpr int kFaultsMax = 56;
// All faults over and all devices quiet: everything must have arrived after at most this long.
inline constexpr auto kDrainMax = std::chrono::hours(4);

// Bugs that the simulation must find. All but the reuse are planted at the ends that the
// simulation plays itself: the product carries no switch that would break a promise.
struct Plants {
  bool acknowledge_early = false;  // a source is told before the commit
  bool send_early = false;         // a batch leaves before the commit that seals it
  bool checkpoint_early = false;   // what the transport took counts as stored by the hub
  bool reuse_sequence = false;     // floors and mark are not looked at when the store is opened
  bool wrong_epoch = false;        // answers are believed by their lane alone
  bool backlog_first = false;      // a live batch waits until the backlog is gone
};

enum class Manner : std::uint8_t {
  resumes,  // keeps its records and sends again from the mark on: nothing may come twice
  repeats,  // keeps them too, but has no mark: sends all again that was not answered
  forgets,  // a monitor: what was not stored when the process ended is gone
};

struct DevicePlan {
  Manner manner = Manner::forgets;
  std::chrono::milliseconds pause{};  // between two measurements, on average
  int readings_max = 1;               // of one measurement
};

enum class FaultKind : std::uint8_t {
  link_down,           // for a while, half of the time without a word at first
  link_slow,           // everything takes minutes
  batches_lost,        // one in three never arrives; the link breaks soon after
  batches_not_stored,  // the transport says yes and the hub never sees it
  batches_repeated,    // the transport brings them twice and thrice, also much later
  answers_lost,
  answers_late,  // and therefore in another order
  answers_repeated,
  answers_wrong_epoch,  // beside the true ones: everything of a store that is not this one
  answer_malformed,
  answer_beyond,  // claims numbers that were not given yet
  busy,           // with and without retry-after
  unauthorised,
  content_refused,  // whole batches; the hub is wrong, and is mended later
  hub_restored,     // from a backup: it forgets the newest, and a person asks for a replay
  disk_write_error,
  disk_sync_forgets,
  disk_sync_loses,
  disk_down,  // every call fails for a while
  disk_full,  // for a while, half of the time unseen by free space
  power_cut,
  killed,
  stopped,     // in order
  clock_step,  // of the wall clock, and back
};
inline constexpr std::size_t kFaultKinds = 24;
std::string_view name(FaultKind kind);

struct FaultPlan {
  FaultKind kind{};
  std::chrono::milliseconds at{};     // since the beginning of the week
  std::chrono::milliseconds lasts{};  // 0: an instant
  std::size_t destination = 0;        // of those that have one
  std::uint64_t chance = 0;           // for all that is left open
};

// What a person asks of the buffer without any need.
struct ChorePlan {
  enum class Verb : std::uint8_t { verify, rotate_key, compact };
  Verb verb{};
  std::chrono::milliseconds at{};
};

struct Scenario {
  std::uint64_t seed = 0;
  config::Settings settings;
  std::vector<DevicePlan> devices;          // as settings.devices
  std::vector<std::size_t> refuses_one_in;  // readings, by destination; 0: none
  std::vector<bool> refuses_whole;          // the batch that holds one, by destination
  std::vector<FaultPlan> faults;            // by time
  std::vector<ChorePlan> chores;
  bool is_small = false;  // so little room that something waits or, as configured, gives way

  [[nodiscard]] bool may_drop() const {
    return settings.buffer.when_full == config::WhenFull::drop_lowest;
  }
};

// `key_file` holds the buffer's key. `bisects`: half of the hubs refuse whole batches for one
// reading in them, which the gateway must find.
Scenario scenario_of(std::uint64_t seed, const std::filesystem::path& key_file,
                     bool bisects = false);

}  // namespace vitalgate::simulation
