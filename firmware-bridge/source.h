// Source: anything that devices speak through: a serial port, later a radio or a dongle.
//
// One thread runs one source. What it reads it hands to `emit` as events; when the core has made
// an Arrival durable it calls durable() with the Arrival's ticket, and only then may the source
// tell a device that its record was taken.
#pragma once

#include <cstdint>
#include <functional>
#include <stop_token>
#include <string>
#include <variant>

#include "agent/core/reading.h"

namespace vitalgate::bridge {

enum class SourceState : std::uint8_t {
  waiting,    // the port is not there; tried again by itself
  held,       // another process has the port; tried again by itself
  refused,    // the system refuses it (rights, settings); tried again by itself
  connected,  // open; data may or may not come
};

struct SourceReport {
  SourceState state = SourceState::waiting;
  std::string what;  // one clause for a person: "no such file: /dev/ttyUSB0"
  std::string hint;  // the next step; may be empty
};

// Frames that arrived whole, bytes and frames that could not be used, since start.
struct SourceCounts {
  std::uint64_t frames = 0;
  std::uint64_t bad_frames = 0;     // framing, checksum or layout broken
  std::uint64_t skipped_bytes = 0;  // between frames, while finding the next start
  bool operator==(const SourceCounts&) const = default;
};

struct SourceEvent {
  std::size_t source = 0;  // position in settings.devices
  std::variant<Arrival, SourceReport, SourceCounts> what;
};

// Waits while the core is behind. False once the source must stop: nothing was taken.
using Emit = std::function<bool(SourceEvent)>;

class Source {
 public:
  Source() = default;
  Source(const Source&) = delete;
  Source& operator=(const Source&) = delete;
  virtual ~Source() = default;

  // Returns soon after `stop`. Never throws, never gives up by itself. `alive` is called at
  // least once a second, so that a hung source can be told from a quiet one.
  virtual void run(std::stop_token stop, const Emit& emit, const std::function<void()>& alive) = 0;

  // Everything up to `ticket` is durable. Any thread; returns at once.
  virtual void durable(std::uint64_t ticket) = 0;
};

}  // namespace vitalgate::bridge
