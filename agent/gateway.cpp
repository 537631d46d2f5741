#include "agent/gateway.h"

#include <algorithm>

#include "agent/core/limits.h"
#include "agent/core/log.h"
#include "agent/core/overload.h"
#include "agent/summary.h"
#include "agent/version.h"

namespace vitalgate {
namespace {

constexpr auto kPublishInterval = std::chrono::milliseconds(200);
constexpr auto kDrainDeadline = std::chrono::seconds(5);
constexpr auto kDrainTick = std::chrono::milliseconds(50);
constexpr auto kIdle = std::chrono::hours(24);

Error stopping() { return {Errc::unavailable, "vitalgated is stopping", "ask again when it runs"}; }

}  // namespace

Gateway::Gateway(Parts parts)
    : parts_(std::move(parts)),
      intake_(parts_.settings, parts_.buffer, parts_.tail),
      devices_(parts_.settings.devices, Clock::now()),
      storage_(parts_.buffer),
      pace_(parts_.settings.buffer.commit_interval),
      commands_(parts_.buffer, parts_.settings),
      owed_(parts_.sources.size()),
      started_(Clock::now()) {
  const auto& settings = parts_.settings;
  for (std::size_t i = 0; i < settings.destinations.size(); ++i)
    destinations_.emplace_back(i, settings.destinations[i], *parts_.uplinks.at(i), parts_.buffer,
                               settings.gateway.id, parts_.seed + i);
  publish(started_);
}

Result<> Gateway::run(const std::stop_token& stop, EventChannel& events,
                      const std::function<void()>& alive) {
  while (!stop.stop_requested() && !erased_) {
    auto taken = events.take(stop, std::min(wake_at(Clock::now()), published_ + kPublishInterval));
    const auto now = Clock::now();
    VG_TRY(turn(taken, now));
    if (!erased_ && now - published_ >= kPublishInterval) publish(now);
    alive();
  }
  return erased_ ? Result<>() : finish(events, alive);
}

Result<> Gateway::turn(std::vector<Event>& events, Clock::time_point now) {
  for (Event& event : events) VG_TRY(dispatch(event, now));
  if (VG_TRY(storage_.mend(now))) reload();
  if (!stopping_) {
    VG_TRY(commit_if_due(now));
    VG_TRY(run_command(now));
  }
  // Last: what a command made void is read again at once, nothing else would wake the loop for it.
  return erased_ ? Result<>() : pump(now);
}

Result<> Gateway::dispatch(Event& event, Clock::time_point now) {
  const auto on_uplink = [&](sync::UplinkEvent& said) -> Result<> {
    const bool was_broken = parts_.buffer.needs_mending();
    Destination& destination = destinations_.at(said.destination);
    auto taken = std::visit([&](const auto& what) { return destination.on(what, now); }, said.what);
    if (taken || was_broken) return {};  // what it would have confirmed comes with the mending
    destination.reload();
    return storage_.failed(taken.error(), now);
  };
  return std::visit(Overload{[&](bridge::SourceEvent& said) -> Result<> {
                               on_source(said, now);
                               return {};
                             },
                             on_uplink,
                             [&](CommandRequest& asked) -> Result<> {
                               const bool usable = !parts_.buffer.needs_mending();
                               commands_.on(asked, now, usable ? "" : storage_.problem());
                               if (stopping_) commands_.end(stopping());
                               return {};
                             }},
                    event);
}

void Gateway::on_source(bridge::SourceEvent& event, Clock::time_point now) {
  if (const auto* report = std::get_if<bridge::SourceReport>(&event.what)) {
    devices_.on_report(event.source, *report, now);
  } else if (const auto* counts = std::get_if<bridge::SourceCounts>(&event.what)) {
    devices_.on_counts(event.source, *counts);
  } else {
    const Arrival& arrival = std::get<Arrival>(event.what);
    const Intake::Counts taken = intake_.take(arrival, now);
    devices_.on_readings(event.source, taken.accepted, taken.held, now);
    if (arrival.mark)
      parts_.buffer.mark(parts_.settings.devices.at(event.source).id, *arrival.mark);
    Owed& owed = owed_.at(event.source);
    owed.ticket = arrival.ticket;
    owed.lanes |= taken.lanes;
    pace_.arrived(now, arrival.urgent_commit);
  }
}

CommitPace::Waiting Gateway::waiting() const {
  return {parts_.buffer.staged_bytes(), parts_.buffer.seal_due_at()};
}

Result<> Gateway::commit_if_due(Clock::time_point now) {
  if (parts_.buffer.has_bookkeeping()) pace_.has_bookkeeping(now);
  if (parts_.buffer.needs_mending() || !pace_.is_due(now, waiting())) return {};
  return commit(/*seal_all=*/false);
}

// All that was read from the buffer before a mend or a replay is void.
void Gateway::reload() {
  static_cast<void>(parts_.buffer.take_dropped());
  static_cast<void>(parts_.buffer.take_expired());
  for (Destination& destination : destinations_) destination.reload();
  pace_.try_now();
  pump_again_ = {};
}

Result<> Gateway::commit(bool seal_all) {
  const auto began = Clock::now();
  auto sealed = parts_.buffer.commit(
      {.now = began, .wall = wall_now(), .backfill = !any_link_up(), .seal_all = seal_all});
  const auto ended = Clock::now();
  if (!sealed) {
    pace_.failed(ended);
    return storage_.failed(sealed.error(), ended);
  }
  const auto dropped = parts_.buffer.take_dropped();
  const auto expired = parts_.buffer.take_expired();
  storage_.committed(dropped.size());
  if (!expired.empty())
    log::warning("buffer.expired",
                 "deleted before a best-effort destination had them; it is told so",
                 {{"batches", expired.size()}});
  pace_.committed(began, ended, storage_.full_lanes() == 0 ? 0 : parts_.buffer.staged_bytes());
  tell_sources();
  for (Destination& destination : destinations_) {
    for (const sync::BatchKey batch : dropped) destination.forget(batch);
    for (const sync::BatchKey batch : expired) destination.forget(batch);
    for (const sync::BatchInfo& batch : *sealed) destination.add(batch);
  }
  return {};
}

// A source whose readings wait for room in a full lane waits with them: its tickets have an order.
void Gateway::tell_sources() {
  for (std::size_t i = 0; i < owed_.size(); ++i) {
    Owed& owed = owed_[i];
    const bool waits = (owed.lanes & storage_.full_lanes()) != 0;
    devices_.hold_back(i, waits);
    if (waits || owed.ticket == owed.told) continue;
    owed.told = owed.ticket;
    owed.lanes = 0;
    parts_.sources[i]->durable(owed.ticket);
  }
}

Result<> Gateway::pump(Clock::time_point now) {
  if (parts_.buffer.needs_mending() || now < pump_again_) return {};
  for (Destination& destination : destinations_) {
    auto pumped = destination.pump(now);
    if (pumped) continue;
    pump_again_ = now + limits::kStorageRetryDelay;
    return storage_.failed(pumped.error(), now);
  }
  return {};
}

Result<> Gateway::run_command(Clock::time_point now) {
  if (parts_.buffer.needs_mending()) {
    commands_.end({Errc::unavailable, "the store has to be mended first: " + storage_.problem(),
                   "vitalgate status, then ask again"});
    return {};
  }
  const auto outcome = VG_TRY(commands_.step(now));
  erased_ = outcome == Commands::Outcome::erased;
  if (outcome == Commands::Outcome::changed) {
    storage_.say_losses();
    reload();
  }
  if (erased_)
    log::warning("buffer.erased", "a person had the store destroyed; this process ends",
                 {{"gateway", parts_.settings.gateway.id}});
  return {};
}

Clock::time_point Gateway::wake_at(Clock::time_point now) const {
  Clock::time_point wake = now + kIdle;
  const auto sooner = [&](std::optional<Clock::time_point> at) {
    if (at) wake = std::min(wake, *at);
  };
  if (parts_.buffer.needs_mending()) {
    sooner(storage_.mend_at());
    return wake;
  }
  if (!stopping_) sooner(pace_.due_at(waiting()));
  for (const Destination& destination : destinations_)
    if (const auto at = destination.deadline()) sooner(std::max(*at, pump_again_));
  sooner(commands_.wake_at(now));
  return wake;
}

bool Gateway::any_link_up() const {
  return std::any_of(destinations_.begin(), destinations_.end(),
                     [](const Destination& destination) { return destination.is_up(); });
}

void Gateway::publish(Clock::time_point now) {
  published_ = now;
  devices_.watch(now, /*paused=*/!storage_.problem().empty());
  const config::Settings& settings = parts_.settings;
  Status status{.gateway_id = settings.gateway.id,
                .site_id = settings.gateway.site_id,
                .version = std::string(kVersion),
                .started = started_,
                .reason = {},
                .buffer = describe(parts_.buffer),
                .destinations = {},
                .devices = devices_.status(now)};
  storage_.describe(status.buffer);
  for (Destination& destination : destinations_)
    status.destinations.push_back(destination.status(now));
  summarise(status);
  parts_.board.publish(std::move(status));
}

bool Gateway::is_draining() const {
  return std::any_of(destinations_.begin(), destinations_.end(),
                     [](const Destination& destination) { return destination.is_draining(); });
}

Result<> Gateway::begin_stop(std::vector<Event>& events, Clock::time_point now) {
  stopping_ = true;
  pump_again_ = {};
  commands_.end(stopping());
  for (Event& event : events) VG_TRY(dispatch(event, now));
  if (VG_TRY(storage_.mend(now))) reload();
  return parts_.buffer.needs_mending() ? Result<>() : commit(/*seal_all=*/true);
}

Result<> Gateway::finish(EventChannel& events, const std::function<void()>& alive) {
  const std::stop_token never;
  const auto deadline = Clock::now() + kDrainDeadline;
  auto taken = events.take(never, Clock::now());
  VG_TRY(begin_stop(taken, Clock::now()));
  for (taken.clear();; taken = events.take(never, Clock::now() + kDrainTick)) {
    const auto now = Clock::now();
    VG_TRY(turn(taken, now));
    publish(now);
    alive();
    if (!is_draining() || now >= deadline) break;
  }
  return close();
}

Result<> Gateway::close() {
  if (VG_TRY(storage_.mend(Clock::now()))) reload();
  if (!parts_.buffer.needs_mending()) VG_TRY(commit(/*seal_all=*/true));
  publish(Clock::now());
  if (!storage_.problem().empty())
    return Error{Errc::unavailable,
                 "stopped while the buffer could not be written; what came since is not stored (" +
                     storage_.problem() + ")",
                 storage_.hint()};
  if (storage_.full_lanes() != 0)
    log::error("buffer.left_out",
               "stopped while a lane was full: what waited for room is not "
               "stored, and its devices were not told that it is");
  return parts_.buffer.close();
}

}  // namespace vitalgate
