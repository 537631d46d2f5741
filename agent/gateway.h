// Gateway: the core thread. Everything that changes is changed here, one event after another.
//
//   admit -> append -> commit -> tell the sources -> seal -> send -> confirm
//
// It takes all events that wait, commits them together, and only then tells the sources; so the
// commit grows with the load. What people ask of the buffer is done in pieces between this.
#pragma once

#include <stop_token>
#include <vector>

#include "agent/commit_pace.h"
#include "agent/destination.h"
#include "agent/device_table.h"
#include "agent/event.h"
#include "agent/intake.h"
#include "agent/storage_watch.h"

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
    std::uint64_t seed = 1;  // of the waits: same seed, same waits
  };
  explicit Gateway(Parts parts);

  // Until `stop`, which comes after the sources have ended; then commits what is left, gives the
  // links a moment to drain, and closes the buffer. Or until a person had the store erased. An
  // error means that the stored state cannot be trusted any more, or that something of what came
  // could not be stored.
  Result<> run(const std::stop_token& stop, EventChannel& events,
               const std::function<void()>& alive);

  // After run(): whether the store is gone, as a person asked.
  [[nodiscard]] bool has_erased() const { return erased_; }

 private:
  // What a source waits to be told.
  struct Owed {
    std::uint64_t ticket = 0;  // the newest
    std::uint64_t told = 0;
    std::uint8_t lanes = 0;  // a bit each, of the readings since `told`
  };

  Result<> dispatch(Event& event, Clock::time_point now);
  void on_source(bridge::SourceEvent& event, Clock::time_point now);
  Result<> step(Clock::time_point now);
  Result<> commit(bool seal_all);
  Result<> pump(Clock::time_point now);
  Result<> run_command(Clock::time_point now);
  void reload();
  [[nodiscard]] CommitPace::Waiting waiting() const;
  [[nodiscard]] Clock::time_point wake_at(Clock::time_point now) const;
  void tell_sources();
  void publish(Clock::time_point now);
  [[nodiscard]] bool any_link_up() const;
  Result<> finish(EventChannel& events, const std::function<void()>& alive);
  Result<> close();

  Parts parts_;
  Intake intake_;
  DeviceTable devices_;
  StorageWatch storage_;
  CommitPace pace_;
  Commands commands_;
  std::vector<Destination> destinations_;
  std::vector<Owed> owed_;          // by source
  Clock::time_point pump_again_{};  // after the buffer could not be read
  Clock::time_point published_{};
  Clock::time_point started_;
  bool erased_ = false;
};

}  // namespace vitalgate
