// ModbusSource: a device that is asked for its registers over a serial line (Modbus RTU).
//
// Every device.poll_every all its registers are read; what one round gives is one group of
// readings. A register without a value, or that the device refuses, is a reading that says so. A
// round in which nothing was answered gives no readings; the state then tells what to look at, and
// the device is asked again after a growing while, at most half a minute.
//
// At most limits::kOutstandingArrivalsMax arrivals are out and not durable: then nothing is asked.
// Tickets count up from 1. States are reported when they change, counts at most once a second:
// frames are usable answers, bad frames the requests without one (silence, damage, exceptions).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "agent/core/backoff.h"
#include "agent/core/clock.h"
#include "config/settings.h"
#include "firmware-bridge/durable_bell.h"
#include "firmware-bridge/serial/modbus_blocks.h"
#include "firmware-bridge/serial/modbus_line.h"
#include "firmware-bridge/source.h"
#include "firmware-bridge/source_reports.h"

namespace vitalgate::bridge {

class ModbusSource : public Source {
 public:
  // `index`: position in settings.devices. Of `registers` those of this device are read; their
  // metrics and units are in the catalogue.
  ModbusSource(std::size_t index, const config::DeviceSettings& device,
               std::vector<config::RegisterSettings> registers);

  void run(std::stop_token stop, const Emit& emit, const std::function<void()>& alive) override;
  void durable(std::uint64_t ticket) override { bell_.durable(ticket); }

 private:
  struct Round {
    std::vector<Arrival> arrivals;
    bool answered = false;  // some request, be it with an exception
    std::string refused;    // what the device does not want to tell
    ModbusAnswer failure;   // what ended the round
  };

  // These return false once the source must stop.
  bool step(const Emit& emit, const std::stop_token& stop, const std::function<void()>& alive);
  bool open_line(const Emit& emit);
  bool finish(const Emit& emit, Round round);
  bool tell_failure(const Emit& emit, const ModbusAnswer& failure);

  Round ask(const std::stop_token& stop, const std::function<void()>& alive);
  void append(const RegisterBlock& block, const ModbusAnswer& answer, Round& round) const;
  void wait_until(Clock::time_point deadline) const;
  [[nodiscard]] bool full() const;

  const config::DeviceSettings device_;
  const config::Parity parity_;
  const std::uint32_t baud_;
  const std::vector<config::RegisterSettings> registers_;
  const std::size_t index_;
  const std::vector<RegisterBlock> blocks_;
  DurableBell bell_;

  // The rest belongs to the thread in run().
  SourceReports reports_;
  std::optional<ModbusLine> line_;
  Backoff backoff_;
  Clock::time_point next_at_{};  // open the port or ask, not before
  bool heard_ = false;           // since the line was opened
  unsigned silent_rounds_ = 0;   // one after the other
  std::uint64_t last_ticket_ = 0;
  SourceCounts counts_;
};

}  // namespace vitalgate::bridge
