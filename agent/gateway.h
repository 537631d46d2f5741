// Gateway: the core thread. Everything that changes is changed here, one event after another.
//
//   admit -> append -> commit -> tell the sources -> seal -> send -> confirm
//
// It takes all events that wait, commits them together, and only then tells the sources; so the
// commit grows with the load.
#pragma once

#include <stop_token>
#include <vector>

#include "agent/destination.h"
#include "agent/device_table.h"
#include "agent/event.h"
#include "agent/intake.h"

namespace vitalgate {

class Gateway {
 public:
  // Everything given by reference outlives this. Sources in the order of settings.devices,
  // uplinks in the order of settings.destinations.
  struct Parts {
    const config::Settings& settings;
    sync::Buffer& buffer;
    std::vector<bridge::Source*> sources;
    std::vector<sync::Uplink*> uplinks;
    StatusBoard& board;
    Tail& tail;
  };
  explicit Gateway(Parts parts);

  // Until `stop`, which comes after the sources have ended; then commits what is left, gives the
  // links a moment to drain, and closes the buffer. An error means that the stored state cannot
  // be trusted any more and the process must end.
  Result<> run(const std::stop_token& stop, EventChannel& events,
               const std::function<void()>& alive);

 private:
  Result<> dispatch(Event& event, Clock::time_point now);
  void on_source(bridge::SourceEvent& event, Clock::time_point now);
  Result<> step(Clock::time_point now);
  Result<> commit(Clock::time_point now, bool seal_all);
  [[nodiscard]] bool commit_is_due(Clock::time_point now) const;
  [[nodiscard]] Clock::time_point wake_at(Clock::time_point now) const;
  void tell_sources();
  void publish(Clock::time_point now);
  [[nodiscard]] bool any_link_up() const;
  Result<> finish(EventChannel& events, const std::function<void()>& alive);

  Parts parts_;
  Intake intake_;
  DeviceTable devices_;
  std::vector<Destination> destinations_;
  std::vector<std::uint64_t> tickets_;  // newest per source, waiting for the commit
  std::vector<std::uint64_t> told_;     // newest per source that the source knows of
  std::optional<Clock::time_point> staged_since_;
  std::optional<Clock::time_point> bookkeeping_since_;
  bool urgent_ = false;
  std::string storage_problem_;
  std::string storage_hint_;
  Clock::time_point storage_retry_{};
  Clock::time_point published_{};
  Clock::time_point started_;
};

}  // namespace vitalgate
