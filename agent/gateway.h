// Gateway: the core thread. Everything that changes is changed here, one event after another.
//
//   admit -> append -> commit -> tell the sources -> seal -> send -> confirm
//
// It takes all events that wait, commits them together, and only then tells the sources; so the
// commit grows with the load. What people ask of the buffer is done in pieces between this.
//
// run() is the program. The simulation takes the same steps itself, in virtual time: turn() at
// wake_at() or when something came; at the end begin_stop(), turn() while it drains, close().
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

  // Whether the store is gone, as a person asked: nothing may be called any more.
  [[nodiscard]] bool has_erased() const { return erased_; }

  // One step: takes `events`, then does what is due at `now`. Errors as of run().
  Result<> turn(std::vector<Event>& events, Clock::time_point now);
  // When turn() has something to do although nothing came; far away while it never has.
  [[nodiscard]] Clock::time_point wake_at(Clock::time_point now) const;
  // Leaves a picture of `now` on the board.
  void publish(Clock::time_point now);
  // Sources have ended, what they said last is in `events`: commits and seals it. From here on
  // turn() only drains, and nobody's command is taken.
  Result<> begin_stop(std::vector<Event>& events, Clock::time_point now);
  // Whether a link is up over which something still goes.
  [[nodiscard]] bool is_draining() const;
  // The last call.
  Result<> close();

 private:
  // What a source waits to be told.
  struct Owed {
    std::uint64_t ticket = 0;  // the newest
    std::uint64_t told = 0;
    std::uint8_t lanes = 0;  // a bit each, of the readings since `told`
  };

  Result<> dispatch(Event& event, Clock::time_point now);
  void on_source(bridge::SourceEvent& event, Clock::time_point now);
  Result<> commit_if_due(Clock::time_point now);
  Result<> commit(bool seal_all);
  Result<> pump(Clock::time_point now);
  Result<> run_command(Clock::time_point now);
  void reload();
  [[nodiscard]] CommitPace::Waiting waiting() const;
  void tell_sources();
  [[nodiscard]] bool any_link_up() const;
  Result<> finish(EventChannel& events, const std::function<void()>& alive);

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
  bool stopping_ = false;
  bool erased_ = false;
};

}  // namespace vitalgate
