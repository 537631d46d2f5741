// What the scenario has in store for a clinic, and the person who comes when a hub was restored.
#include <fmt/format.h>

#include "agent/core/limits.h"
#include "tests/simulation/clinic.h"

namespace vitalgate::simulation {
namespace {

using namespace std::chrono_literals;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr auto kCutWaits = std::chrono::minutes(10);       // for a write to fall into
constexpr auto kSyncIsRecalled = std::chrono::minutes(2);  // what a failed one left behind
constexpr auto kReplayIsAskedAgain = std::chrono::minutes(1);
constexpr auto kBoundsWatch = std::chrono::hours(1);
constexpr std::size_t kCallsOfCommit = 60;
constexpr std::uint64_t kLastBytes = 20'000;  // of a disk that gets full
constexpr std::array kSteps{-24h, 24h, -1h, 1h, -24h * 365 * 57, 24h * 365 * 12};

proof::Damage damage_of(const FaultPlan& fault) {
  if (fault.kind == FaultKind::killed) return proof::Damage::all_kept;
  return static_cast<proof::Damage>(fault.chance % (proof::kDamages - 1));  // not worn
}

}  // namespace

void Clinic::arrange() {
  for (const FaultPlan& fault : scenario_.faults)
    stage_.after(fault.at, [this, &fault] { mishap(fault); });
  for (const ChorePlan& plan : scenario_.chores)
    stage_.after(plan.at, [this, &plan] { chore(plan); });
  for (const auto& device : devices_) device->begin();
  watch_bounds();
}

void Clinic::mishap(const FaultPlan& fault) {
  stage_.say(fmt::format("fault: {} at destination {}, {} s", name(fault.kind),
                         fault.destination + 1, duration_cast<seconds>(fault.lasts).count()));
  Link& link = *links_.at(fault.destination);
  switch (fault.kind) {
    case FaultKind::answer_malformed:
    case FaultKind::answer_beyond: {
      const Lane lane = kLanes.at(fault.chance % kLanes.size());
      if (buffer_) link.claim(fault.kind, current_stream(lane), buffer_->next_sequence(lane));
      return;
    }
    case FaultKind::hub_restored:
      return restore_hub(fault);
    case FaultKind::disk_write_error:
    case FaultKind::disk_sync_forgets:
    case FaultKind::disk_sync_loses:
    case FaultKind::disk_down:
    case FaultKind::disk_full:
      return disk_mishap(fault);
    case FaultKind::power_cut:
    case FaultKind::killed:
      return arm_cut(fault);
    case FaultKind::stopped:
      if (gateway_ && !stopping_) begin_stop(fault.lasts);
      return;
    case FaultKind::clock_step: {
      const milliseconds by = kSteps.at(fault.chance % kSteps.size());
      stage_.step_wall(by);
      stage_.after(fault.lasts, [this, by] { stage_.step_wall(-by); });
      return;
    }
    default:
      return link.begin(fault);
  }
}

void Clinic::disk_mishap(const FaultPlan& fault) {
  const std::size_t now = disk_.calls().size();
  const std::size_t soon = now + fault.chance % kCallsOfCommit;
  const bool of_sync =
      fault.kind == FaultKind::disk_sync_forgets || fault.kind == FaultKind::disk_sync_loses;
  if (of_sync) {
    if (!disk_.recording()) disk_.record_from_here();
    const bool forgets = fault.kind == FaultKind::disk_sync_forgets;
    // The next sync from then on, whichever call that is.
    disk_.fail({.at = soon,
                .effect = forgets ? proof::Effect::sync_forgets : proof::Effect::sync_loses,
                .once_from = true});
    stage_.after(kSyncIsRecalled, [this] {
      if (!cut_) disk_.stop_recording();
    });
    FaultPlan cut = fault;
    cut.kind = FaultKind::power_cut;
    if (fault.chance / 64 % 2 == 0)
      stage_.after(seconds(1 + fault.chance % 60), [this, cut] { arm_cut(cut); });
  } else if (fault.kind == FaultKind::disk_full) {
    const bool told = fault.chance / 64 % 2 == 0;
    disk_.set_capacity(disk_.used() + fault.chance % kLastBytes, told);
    short_until_ = std::max(short_until_, stage_.now() + fault.lasts + kBoundsWatch);
  } else if (fault.kind == FaultKind::disk_down) {
    disk_.fail({.at = now, .effect = proof::Effect::io_error, .persistent = true});
  } else {
    const auto effect = static_cast<proof::Effect>(fault.chance / 64 % 3);
    disk_.fail({.at = soon, .effect = effect});
    // What is full makes room; the fault may wait for its call for a while.
    if (effect != proof::Effect::io_error) short_until_ = stage_.now() + kBoundsWatch;
  }
  if (fault.lasts > 0s) stage_.after(fault.lasts, [this] { disk_.heal(); });
  devices_.at(fault.chance % devices_.size())->measure();
}

// The process ends in the middle of the next turn that writes. Something is given it to write.
void Clinic::arm_cut(const FaultPlan& fault) {
  if (cut_ || !gateway_) return;
  if (!disk_.recording()) disk_.record_from_here();
  cut_ = {fault, stage_.now() + kCutWaits};
  if (fault.chance / 16 % 4 == 0) cut_->until = stage_.now() + milliseconds(fault.chance % 60'000);
  devices_.at(fault.chance % devices_.size())->measure();
}

// `began`: the moment at which the turn began, of which only a part will have happened.
void Clinic::cut_power(Moment began) {
  const FaultPlan fault = std::exchange(cut_, {})->fault;
  const auto& log = disk_.log();
  std::vector<Effect> effects = stage_.take_effects();
  if (plants_.send_early)
    for (Effect& effect : effects)
      if (std::holds_alternative<Sent>(effect.what)) effect.at = began;
  Moment at = began + dice_.next() % (log.size() - began + 1);
  // Half of the time just before or after something that others see.
  if (!effects.empty() && dice_.one_in(2)) at = effects[dice_.next() % effects.size()].at;
  proof::Medium medium(disk_.base());
  for (Moment i = 0; i < at; ++i) medium.apply(log[i]);
  const proof::Damage damage = damage_of(fault);
  proof::Image image = medium.cut(damage, dice_);
  for (Effect& effect : effects)
    if (effect.at < at || (effect.at == at && dice_.one_in(2))) happen(effect);
  if (gateway_)
    end_process(fmt::format("{}, operation {} of {}, {}", name(fault.kind), at, log.size(),
                            proof::name(damage)),
                fault.lasts);
  disk_.load(std::move(image), /*record=*/false);
}

// The connection breaks with it. What answers were on their way never arrive: a hub that is
// restored under a living connection, and confirms what it forgot, is not promised anything.
void Clinic::restore_hub(const FaultPlan& fault) {
  const auto kept = std::chrono::duration_cast<milliseconds>(scenario_.settings.buffer.keep_sent);
  const auto back = milliseconds(fault.chance % static_cast<std::uint64_t>(kept.count() / 2));
  const Time since = stage_.now() - back;
  Link& link = *links_.at(fault.destination);
  link.cut(sync::LinkProblem::unavailable, "the hub is restored", 1ms);
  link.forget_answers();
  hubs_.at(fault.destination)->restore(since, /*forgiven=*/short_until_ >= since);
  const auto notices = milliseconds(60'000 + fault.chance % 1'800'000);
  stage_.after(notices, [this] { ask_for_replay(); });
}

std::shared_ptr<Mailbox> Clinic::ask(BufferCommand command) {
  auto reply = std::make_shared<Mailbox>();
  stage_.post(CommandRequest{std::move(command), reply});
  return reply;
}

// Until it is done: the gateway may be down, or its disk.
void Clinic::ask_for_replay() {
  BufferCommand command{.verb = BufferCommand::Verb::replay};
  // Everything: while the clock was wrong, readings had wrong times.
  command.from = WallTime(std::chrono::sys_days(std::chrono::year(1900) / 1 / 1));
  command.to = WallTime(std::chrono::sys_days(std::chrono::year(2200) / 1 / 1));
  const auto reply = ask(std::move(command));
  stage_.after(kReplayIsAskedAgain, [this, reply] {
    const std::string said = reply->take();
    if (said.find("{\"done\":") == std::string::npos) return ask_for_replay();
    stage_.say("a person had what is kept sent again");
  });
}

void Clinic::chore(const ChorePlan& plan) {
  constexpr std::array kVerbs{BufferCommand::Verb::verify, BufferCommand::Verb::rotate_key,
                              BufferCommand::Verb::compact};
  const auto reply = ask({.verb = kVerbs.at(static_cast<std::size_t>(plan.verb))});
  stage_.after(kReplayIsAskedAgain, [this, reply] {
    if (reply->take().find("{\"damage\":") != std::string::npos)
      stage_.broken("P1: a store that nothing damaged does not verify");
  });
}

std::string Clinic::current_stream(Lane lane) const {
  return sync::stream_id(lane, buffer_->epoch());
}

void Clinic::watch_bounds() {
  stage_.after(kBoundsWatch, [this] {
    watch_bounds();
    if (!gateway_) return;
    gateway_->publish(stage_.now());
    const auto status = board_.latest();
    for (std::size_t i = 0; i < status->destinations.size(); ++i) {
      const DestinationStatus& destination = status->destinations[i];
      if (destination.in_flight > scenario_.settings.destinations[i].window)
        stage_.broken("P10: more batches in flight than the window: " + destination.name);
      if (destination.waiting > 2 * limits::kBacklogLookahead + limits::kWindowMax)
        stage_.broken("P10: more batches in memory than may be: " + destination.name);
    }
  });
}

}  // namespace vitalgate::simulation
