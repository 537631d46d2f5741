// SerialSource: one configured device on one serial line, for as long as the agent runs.
//
// Opens the port by its path, whenever it is there; reads it, lets the driver decode, and hands
// the arrivals over with tickets that count up from 1. At most limits::kOutstandingArrivalsMax of
// them are out and not durable: then the port is not read until durable() comes. A device that
// waits for an acknowledgement gets it after durable() has passed its record, only on the
// connection that the record came by, and only while it still waits for that one.
//
// States are reported when they change, counts at most once a second.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "agent/core/backoff.h"
#include "agent/core/clock.h"
#include "agent/core/limits.h"
#include "config/settings.h"
#include "firmware-bridge/durable_bell.h"
#include "firmware-bridge/serial/driver.h"
#include "firmware-bridge/serial/port.h"
#include "firmware-bridge/source.h"
#include "firmware-bridge/source_reports.h"

namespace vitalgate::bridge {

class SerialSource : public Source {
 public:
  // `index`: position in settings.devices. `device.driver` is in serial_drivers();
  // `columns` are settings.columns, for the line driver.
  SerialSource(std::size_t index, const config::DeviceSettings& device,
               std::span<const config::ColumnSettings> columns = {});

  void run(std::stop_token stop, const Emit& emit, const std::function<void()>& alive) override;
  void durable(std::uint64_t ticket) override { bell_.durable(ticket); }

 private:
  struct Waiting {
    Arrival arrival;
    bool acknowledge;  // the device waits for it, on the connection that is open
  };
  struct Owed {
    std::uint64_t ticket;
    std::vector<std::byte> record;
  };

  // These return false once the source must stop.
  bool step(const Emit& emit);
  bool open_port(const Emit& emit);
  bool close_port(const Emit& emit);
  bool hand_over(const Emit& emit);

  Result<> exchange();       // waits for bytes, reads and answers; unavailable: unplugged
  Result<> read_port();      // one read, decoded into waiting_
  Result<> answer_device();  // what is owed and due
  void queue(std::vector<Arrival> arrivals);
  void forget_owed();  // no answer to what came before
  void take_reply();
  void tick();
  void owe(const Arrival& arrival);
  void sleep_until(Clock::time_point deadline) const;
  [[nodiscard]] bool full() const;

  const std::size_t index_;
  const std::string device_;
  const std::string path_;
  const DriverInfo& info_;
  const std::uint32_t baud_;
  const config::Parity parity_;
  DurableBell bell_;

  // The rest belongs to the thread in run().
  std::unique_ptr<Driver> driver_;
  std::optional<Port> port_;
  Backoff backoff_;
  Clock::time_point open_at_{};   // not before
  Clock::time_point tick_at_{};   // the driver's next tick
  Clock::time_point heard_at_{};  // last bytes, or the last look whether the port is there
  std::array<std::byte, limits::kSerialReadBytes> buffer_{};
  std::deque<Waiting> waiting_;  // decoded, not handed over: one read at most
  std::uint64_t last_ticket_ = 0;
  std::deque<Owed> owed_;
  std::vector<std::byte> reply_;  // to be written to the device
  SourceReports reports_;
};

}  // namespace vitalgate::bridge
