// BridgeSource: a bridge on a serial line, with sensors of its own (docs/wire.md).
//
// Each of its records becomes one Arrival, in the order of their numbers, with a mark that says how
// far they got; the bridge forgets a record only after durable() has passed that Arrival. At most
// limits::kBridgeOutstandingMax records are out and not durable: the bridge then keeps the rest.
// After a restart `resume` says what is durable already, and that is not emitted again. Records
// that the bridge had to drop become an Arrival that says which.
//
// Tickets count up from 1. States are reported when they change, counts at most once a second.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "agent/core/backoff.h"
#include "agent/core/clock.h"
#include "agent/core/limits.h"
#include "config/settings.h"
#include "firmware-bridge/bridge/receiver.h"
#include "firmware-bridge/bridge/record_arrival.h"
#include "firmware-bridge/durable_bell.h"
#include "firmware-bridge/serial/port.h"
#include "firmware-bridge/source.h"
#include "firmware-bridge/source_reports.h"

namespace vitalgate::bridge {

class BridgeSource : public Source {
 public:
  // `index`: position in settings.devices. Of `sensors` those of this bridge count.
  BridgeSource(std::size_t index, const config::DeviceSettings& device,
               std::vector<config::SensorSettings> sensors, std::optional<SourceMark> resume);

  void run(std::stop_token stop, const Emit& emit, const std::function<void()>& alive) override;
  void durable(std::uint64_t ticket) override { bell_.durable(ticket); }

 private:
  struct Outstanding {
    std::uint64_t ticket;
    wire::Mark mark;
  };

  // These return false once the source must stop.
  bool step(const Emit& emit);
  bool open_port(const Emit& emit);
  bool close_port(const Emit& emit);
  bool hand_over(const Emit& emit);
  bool report_link(const Emit& emit);

  Result<> exchange();  // waits, reads, answers; unavailable: unplugged
  Result<> read_port();
  Result<> write_port();
  void confirm();
  void on_body(wire::Bytes body, Stamp received);
  void take_deliveries(Stamp received);
  void queue(Arrival arrival, std::uint64_t position);
  [[nodiscard]] std::optional<WallTime> measured(const wire::Record& record, Stamp received) const;

  const std::size_t index_;
  const std::string device_;
  const std::string path_;
  const std::uint32_t baud_;
  const config::Parity parity_;
  const std::vector<config::SensorSettings> sensors_;
  DurableBell bell_;

  // The rest belongs to the thread in run().
  SourceReports reports_;
  Backoff backoff_;
  std::optional<Port> port_;
  Clock::time_point open_at_{};    // not before
  Clock::time_point heard_at_{};   // last bytes, or the last look whether the port is there
  Clock::time_point linked_at_{};  // when the bridge was there last, or the port was opened
  wire::Receiver receiver_;
  wire::Deframer deframer_;
  wire::Contexts contexts_;
  std::array<std::byte, limits::kSerialReadBytes> buffer_{};
  std::vector<std::byte> to_write_;
  std::deque<Arrival> waiting_;  // decoded, not handed over: one read at most
  std::deque<Outstanding> outstanding_;
  std::uint64_t last_ticket_ = 0;
  std::string name_;    // of the bridge and its firmware
  std::string notice_;  // what happened to its numbering, or that it complained
};

}  // namespace vitalgate::bridge
