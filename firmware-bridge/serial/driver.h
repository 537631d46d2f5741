// Driver: turns the bytes of one serial line into arrivals. Pure: no I/O, no clock, no thread.
//
// It may speak: to ask a device to send, to keep it awake, to answer what it sent. The words are
// handed to the source, which writes them.
//
// The outcome does not depend on how the line cut the bytes into reads. Memory is bounded by
// limits::kFrameBytesMax. Bytes that make no sense are counted, never an error: the line goes on.
// One thread at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "agent/core/reading.h"
#include "config/settings.h"
#include "firmware-bridge/source.h"

namespace vitalgate::bridge {

class Driver {
 public:
  Driver() = default;
  Driver(const Driver&) = delete;
  Driver& operator=(const Driver&) = delete;
  virtual ~Driver() = default;

  // Appends one Arrival for each whole message that `bytes` completes; `received` is when they
  // were read. Arrival.device and .ticket are left to the source, and so is splitting at
  // limits::kReadingsPerArrivalMax. Every RawSpan lies inside its Arrival's bytes.
  virtual void feed(std::span<const std::byte> bytes, Stamp received,
                    std::vector<Arrival>& out) = 0;

  // Since construction, across reset(). Every byte fed is part of a counted frame, in
  // skipped_bytes (bad frames too), or of a frame that is still arriving.
  [[nodiscard]] virtual SourceCounts counts() const = 0;

  // The line was opened anew: what was half received will not be completed.
  virtual void reset() = 0;

  // The line was opened, and from then on about once a second while it is open: for drivers that
  // speak first, keep a device awake or give up waiting for the rest of something.
  virtual void tick() {}

  // What the device waits for once an Arrival of it is durable; empty: it does not ask.
  [[nodiscard]] virtual std::span<const std::byte> acknowledgement() const { return {}; }

  // Asked after each feed(): for devices that wait for one answer at a time. With what it sent
  // last, the device waits only for the answers to so many of the newest arrivals, and has given
  // up on all before them. Nothing: it still waits for all of them. Handed out once.
  virtual std::optional<std::size_t> take_awaited() { return std::nullopt; }

  // What must be told to the device now, without waiting for anything: "that record was broken,
  // send it again". Handed out once.
  virtual std::vector<std::byte> take_reply() { return {}; }
};

struct DriverInfo {
  std::string_view name;  // setting `device.driver`
  std::uint32_t baud;     // what its devices use, with 8 data bits and 1 stop bit
  config::Parity parity;
  std::unique_ptr<Driver> (*make)(const config::DeviceSettings& device,
                                  std::span<const config::ColumnSettings> columns);
  std::string_view description;  // one line for a person
};

// The driver that `device` names, which is in serial_drivers(). `columns` are those of
// all devices; only the line driver looks at them.
std::unique_ptr<Driver> make_driver(const config::DeviceSettings& device,
                                    std::span<const config::ColumnSettings> columns = {});

std::span<const DriverInfo> serial_drivers();

// Nullptr for a name that is no driver.
const DriverInfo* find_serial_driver(std::string_view name);

}  // namespace vitalgate::bridge
