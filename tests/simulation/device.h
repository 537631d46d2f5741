// Device: one simulated device with its source, as the gateway's core meets them.
//
// It measures at moments of its own, keeps what it was not told to be durable, and after a restart
// of the gateway behaves as its Manner says. At most limits::kOutstandingArrivalsMax of its
// arrivals are not durable; then it waits with the others.
#pragma once

#include <deque>

#include "firmware-bridge/source.h"
#include "tests/simulation/ledger.h"
#include "tests/simulation/scenario.h"

namespace vitalgate::simulation {

class Device final : public bridge::Source {
 public:
  Device(Stage& stage, Ledger& ledger, const Scenario& scenario, std::size_t number);

  void run(std::stop_token, const bridge::Emit&, const std::function<void()>&) override {}
  void durable(std::uint64_t ticket) override { stage_.effect(Told{number_, ticket}); }

  // Measures from now on, until quiet().
  void begin();
  void quiet() { measuring_ = false; }
  void measure();

  // A gateway process runs, and found these marks in its buffer.
  void start(const std::vector<SourceMark>& marks);
  // It ended, in order or not.
  void stop();
  // What durable() said, once it has really happened.
  void told(std::uint64_t ticket);

  // Whether something is kept that the gateway did not say it has.
  [[nodiscard]] bool is_owed() const { return !kept_.empty(); }
  [[nodiscard]] std::uint32_t measured() const { return last_number_; }

 private:
  // What was measured at once.
  struct Record {
    std::uint64_t position = 0;
    std::uint32_t first = 0, last = 0;  // numbers of its readings
    bool held = false;                  // and one that admission holds back
    std::uint64_t ticket = 0;           // 0: not handed over in this life of the gateway
  };

  void measure_later();
  void hand_over();
  [[nodiscard]] Arrival arrival_of(const Record& record) const;
  void forget_front();

  Stage& stage_;
  Ledger& ledger_;
  const std::string id_;
  const DevicePlan plan_;
  const std::size_t number_;
  Dice dice_;
  bool measuring_ = false;
  bool running_ = false;     // its source
  std::deque<Record> kept_;  // oldest first; those with a ticket first
  std::size_t outstanding_ = 0;
  std::uint64_t ticket_ = 0;
  std::uint64_t position_ = 0;
  std::uint32_t last_number_ = 0;
};

}  // namespace vitalgate::simulation
