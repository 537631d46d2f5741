// Clinic: one seed: a real Gateway with a real buffer, and around it devices, a disk, links and
// hubs with faults, for a week of virtual time; then everything must drain and add up.
//
// The gateway process is ended and started again as faults say, on the disk that they left. Single-
// threaded and without sleeping; the same scenario gives the same run to the last byte.
#pragma once

#include <memory>

#include "agent/gateway.h"
#include "tests/simulation/device.h"
#include "tests/simulation/link.h"
#include "tests/simulation/order_watch.h"

namespace vitalgate::simulation {

struct Outcome {
  std::optional<std::string> violation;  // a clause that begins with the promise
  std::uint64_t digest = 0;
  std::uint64_t faults = 0;
  std::uint64_t processes = 0;
  std::uint64_t readings = 0;  // that were promised to a source
  std::uint64_t batches = 0;   // that came to a hub
  std::uint64_t repeats = 0;   // of these, again
  std::uint64_t refused = 0;   // readings, by a hub
  std::uint64_t live = 0;      // batches whose order was judged
  std::uint64_t drain_seconds = 0;
};

class Clinic {
 public:
  // `scenario` outlives this.
  Clinic(const Scenario& scenario, Plants plants, Stage::Show show);
  ~Clinic();
  Outcome run();

 private:
  // A process that ends at the next write to the disk.
  struct Cut {
    FaultPlan fault;
    Time until;  // or then, between two turns
  };

  // clinic.cpp: the gateway's process
  void run_until(Time end, const std::function<bool()>& done);
  void start_process();
  void start_again_after(Clock::duration down);
  void end_process(std::string_view why, Clock::duration down);
  std::vector<Event> some_post();
  void turn();
  void before(const Event& event);
  void after(Moment began, const Result<>& done);
  void take_rows();
  void happen(Effect& effect);
  void happen(Sent& sent);
  void pass_on(Sent& sent);
  [[nodiscard]] bool has_backlog(std::size_t destination);
  void release_withheld();
  void begin_stop(Clock::duration down);
  void end_stop(Clock::duration down);
  [[nodiscard]] std::vector<bool> links_up() const;

  // mishaps.cpp: what the scenario has in store
  void arrange();
  void mishap(const FaultPlan& fault);
  void disk_mishap(const FaultPlan& fault);
  void arm_cut(const FaultPlan& fault);
  void cut_power(Moment began);
  void restore_hub(const FaultPlan& fault);
  void ask_for_replay();
  void chore(const ChorePlan& plan);
  std::shared_ptr<Mailbox> ask(BufferCommand command);
  void watch_bounds();
  [[nodiscard]] std::string current_stream(Lane lane) const;

  // verdict.cpp
  [[nodiscard]] bool is_drained() const;
  void judge();
  void judge_stream(const Hub& hub, bool required, const std::string& name,
                    const Ledger::Stream& stream);
  void judge_doubles();
  void judge_quarantine();

  const Scenario& scenario_;
  const Plants plants_;
  proof::RamDisk disk_;
  Stage stage_;
  Ledger ledger_;
  Dice dice_;
  std::vector<std::unique_ptr<Device>> devices_;
  std::vector<std::unique_ptr<Hub>> hubs_;
  std::vector<std::unique_ptr<Link>> links_;
  OrderWatch order_;
  StatusBoard board_;
  Tail tail_;
  std::optional<sync::Buffer> buffer_;
  std::optional<Gateway> gateway_;
  std::uint64_t processes_ = 0;
  bool stopping_ = false;
  std::uint64_t turns_here_ = 0;  // at one instant
  std::optional<Cut> cut_;
  Time short_until_{};          // the disk was full: what was delivered may be gone
  std::vector<Sent> withheld_;  // by a planted bug
};

}  // namespace vitalgate::simulation
