#include "agent/gateway.h"

#include <algorithm>

#include "agent/core/limits.h"
#include "agent/core/log.h"
#include "agent/summary.h"
#include "agent/version.h"

namespace vitalgate {
namespace {

constexpr auto kPublishInterval = std::chrono::milliseconds(200);
constexpr auto kDrainDeadline = std::chrono::seconds(5);

}  // namespace

Gateway::Gateway(Parts parts)
    : parts_(std::move(parts)),
      intake_(parts_.settings, parts_.buffer, parts_.tail),
      devices_(parts_.settings.devices, Clock::now()),
      tickets_(parts_.sources.size()),
      told_(parts_.sources.size()),
      started_(Clock::now()) {
  const auto& settings = parts_.settings;
  for (std::size_t i = 0; i < settings.destinations.size(); ++i)
    destinations_.emplace_back(i, settings.destinations[i], *parts_.uplinks.at(i), parts_.buffer,
                               settings.gateway.id);
  publish(started_);
}

Result<> Gateway::run(const std::stop_token& stop, EventChannel& events,
                      const std::function<void()>& alive) {
  while (!stop.stop_requested()) {
    auto taken = events.take(stop, wake_at(Clock::now()));
    const auto now = Clock::now();
    for (Event& event : taken) VG_TRY(dispatch(event, now));
    VG_TRY(step(now));
    alive();
  }
  return finish(events, alive);
}

Result<> Gateway::dispatch(Event& event, Clock::time_point now) {
  if (auto* from_source = std::get_if<bridge::SourceEvent>(&event)) {
    on_source(*from_source, now);
    return {};
  }
  auto& from_uplink = std::get<sync::UplinkEvent>(event);
  Destination& destination = destinations_.at(from_uplink.destination);
  return std::visit([&](const auto& what) { return destination.on(what); }, from_uplink.what);
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
    tickets_.at(event.source) = arrival.ticket;
    urgent_ = urgent_ || arrival.urgent_commit;
    if (!staged_since_) staged_since_ = now;
  }
}

bool Gateway::commit_is_due(Clock::time_point now) const {
  if (now < storage_retry_) return false;
  if (staged_since_ && (urgent_ || now >= *staged_since_ + parts_.settings.buffer.commit_interval ||
                        parts_.buffer.staged_bytes() >= limits::kCommitBytes))
    return true;
  if (bookkeeping_since_ && now >= *bookkeeping_since_ + limits::kCheckpointDelayMax) return true;
  const auto seal = parts_.buffer.seal_due_at();
  return seal && now >= *seal;
}

Result<> Gateway::step(Clock::time_point now) {
  if (parts_.buffer.has_bookkeeping() && !bookkeeping_since_) bookkeeping_since_ = now;
  if (commit_is_due(now)) VG_TRY(commit(now, /*seal_all=*/false));
  for (Destination& destination : destinations_) VG_TRY(destination.pump(now));
  if (now - published_ >= kPublishInterval) publish(now);
  return {};
}

Result<> Gateway::commit(Clock::time_point now, bool seal_all) {
  auto sealed = parts_.buffer.commit(
      {.now = now, .wall = wall_now(), .backfill = !any_link_up(), .seal_all = seal_all});
  if (!sealed) {
    const Error& error = sealed.error();
    if (error.code != Errc::unavailable) return error;
    if (storage_problem_.empty()) log::error("buffer.stalled", error.what, {{"hint", error.hint}});
    storage_problem_ = error.what;
    storage_hint_ = error.hint;
    storage_retry_ = now + limits::kStorageRetryDelay;
    return {};
  }
  if (!storage_problem_.empty()) log::info("buffer.resumed", "the buffer can be written again");
  storage_problem_.clear();
  storage_hint_.clear();
  staged_since_.reset();
  bookkeeping_since_.reset();
  urgent_ = false;
  tell_sources();
  for (const sync::BatchInfo& batch : *sealed)
    for (Destination& destination : destinations_) destination.add(batch);
  return {};
}

void Gateway::tell_sources() {
  for (std::size_t i = 0; i < tickets_.size(); ++i) {
    if (tickets_[i] == told_[i]) continue;
    told_[i] = tickets_[i];
    parts_.sources[i]->durable(tickets_[i]);
  }
}

Clock::time_point Gateway::wake_at(Clock::time_point now) const {
  Clock::time_point wake = published_ + kPublishInterval;
  const auto sooner = [&](std::optional<Clock::time_point> at) {
    if (at) wake = std::min(wake, *at);
  };
  if (staged_since_)
    sooner(urgent_ ? now : *staged_since_ + parts_.settings.buffer.commit_interval);
  if (!urgent_) sooner(parts_.buffer.seal_due_at());
  for (const Destination& destination : destinations_) sooner(destination.deadline());
  // A store that cannot be written is tried again at its own pace.
  if (storage_problem_.empty()) return wake;
  return std::max(wake, std::min(storage_retry_, now + kPublishInterval));
}

bool Gateway::any_link_up() const {
  return std::any_of(destinations_.begin(), destinations_.end(),
                     [](const Destination& destination) { return destination.is_up(); });
}

void Gateway::publish(Clock::time_point now) {
  published_ = now;
  devices_.watch(now, /*paused=*/!storage_problem_.empty());
  const config::Settings& settings = parts_.settings;
  Status status{.gateway_id = settings.gateway.id,
                .site_id = settings.gateway.site_id,
                .version = std::string(kVersion),
                .started = started_,
                .reason = {},
                .buffer = describe(parts_.buffer),
                .destinations = {},
                .devices = devices_.status(now)};
  if (!storage_problem_.empty()) {
    status.buffer.storage = storage_problem_;
    status.buffer.hint = storage_hint_;
  }
  for (const Destination& destination : destinations_)
    status.destinations.push_back(destination.status());
  summarise(status);
  parts_.board.publish(std::move(status));
}

Result<> Gateway::finish(EventChannel& events, const std::function<void()>& alive) {
  const auto deadline = Clock::now() + kDrainDeadline;
  const std::stop_token never;
  storage_retry_ = {};
  bool first = true;
  for (;;) {
    auto now = Clock::now();
    for (Event& event : events.take(never, first ? now : now + std::chrono::milliseconds(50)))
      VG_TRY(dispatch(event, now));
    if (first) VG_TRY(commit(now, /*seal_all=*/true));
    first = false;
    now = Clock::now();
    for (Destination& destination : destinations_) VG_TRY(destination.pump(now));
    publish(now);
    alive();
    const bool draining =
        std::any_of(destinations_.begin(), destinations_.end(),
                    [](const Destination& destination) { return destination.is_draining(); });
    if (!draining || now >= deadline) break;
  }
  VG_TRY(commit(Clock::now(), /*seal_all=*/true));
  publish(Clock::now());
  if (!storage_problem_.empty())
    return Error{Errc::unavailable,
                 "stopped while the buffer could not be written; what came since is not stored (" +
                     storage_problem_ + ")",
                 storage_hint_};
  return parts_.buffer.close();
}

}  // namespace vitalgate
