// Stage: virtual time, and what passes between the gateway and the world around it.
//
// One thread, no sleeping: time jumps to the next thing that happens. While a Stage lives, the
// clocks of its thread (agent/core/clock.h) say its time. What the gateway does during a turn is
// kept as effects, each with the disk's moment at which it happened: where the power goes in the
// middle of a turn, what came later never was.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <variant>
#include <vector>

#include "agent/event.h"
#include "sync/buffer/ranges.h"
#include "tests/proof/model.h"
#include "tests/proof/ram_disk.h"

namespace vitalgate::simulation {

using clinic::Dice;
using proof::Moment;
using Time = Clock::time_point;
using std::chrono::duration_cast;

// A source was told that everything up to `ticket` is durable.
struct Told {
  std::size_t device = 0;
  std::uint64_t ticket = 0;
};
// A batch was handed to an uplink.
struct Sent {
  std::size_t destination = 0;
  sync::Outgoing outgoing;
};
struct Effect {
  Moment at = 0;  // operations that the disk had recorded
  std::variant<Told, Sent> what;
};

class Stage {
 public:
  // What is printed of a run.
  struct Show {
    bool events = false;
    std::string stream = {};  // the story of one reading
    sync::Sequence sequence = 0;
  };
  // `disk` outlives this.
  Stage(const proof::RamDisk& disk, Show show);
  Stage(const Stage&) = delete;
  Stage& operator=(const Stage&) = delete;
  ~Stage();

  [[nodiscard]] Time now() const { return clocks_.steady; }
  [[nodiscard]] Stamp stamp() const { return clocks_.stamp; }
  // How long the clinic has been open.
  [[nodiscard]] Clock::duration age() const { return clocks_.steady - kBegin; }
  // The wall clock alone jumps.
  void step_wall(std::chrono::milliseconds by) { clocks_.stamp.wall += by; }

  using Task = std::function<void()>;
  void after(Clock::duration delay, Task task);
  [[nodiscard]] std::optional<Time> next() const;
  // Jumps to `when`, which is not in the past, and does what is due then.
  void advance(Time when);

  // To the gateway, while one runs.
  void post(Event event) {
    if (running_) inbox_.push_back(std::move(event));
  }
  void set_running(bool running);
  [[nodiscard]] bool running() const { return running_; }
  [[nodiscard]] bool has_post() const { return !inbox_.empty(); }
  [[nodiscard]] std::vector<Event> take_post() { return std::exchange(inbox_, {}); }

  // From the gateway.
  void effect(decltype(Effect::what) what) {
    effects_.push_back({disk_.log().size(), std::move(what)});
  }
  [[nodiscard]] std::vector<Effect> take_effects() { return std::exchange(effects_, {}); }

  // The first broken promise ends the run.
  void broken(std::string what);
  [[nodiscard]] const std::optional<std::string>& violation() const { return violation_; }

  void say(const std::string& what) const;
  // Of the reading that is followed, if `range` has it.
  void say_of(std::string_view stream, sync::Range range, std::string_view what) const;
  // What happened, in one number: two runs of a seed have the same.
  void stir(std::uint64_t value) { digest_ = (digest_ ^ value) * 0x9e3779b97f4a7c15u; }
  [[nodiscard]] std::uint64_t digest() const { return digest_; }

 private:
  static constexpr Time kBegin{std::chrono::hours(1)};

  const proof::RamDisk& disk_;
  const Show show_;
  Clocks clocks_;
  std::multimap<Time, Task> tasks_;  // those of one instant in the order they were asked for
  bool running_ = false;
  std::vector<Event> inbox_;
  std::vector<Effect> effects_;
  std::optional<std::string> violation_;
  std::uint64_t digest_ = 1;
};

}  // namespace vitalgate::simulation
