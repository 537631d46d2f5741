// Reading: one value that a device measured, as the decoder found it.
//
// A reading has no identity yet: its sequence number is given when the buffer takes it. Types
// here hold patient data and therefore have no operator<< and no formatter (promise P8).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "agent/core/clock.h"
#include "agent/core/decimal.h"
#include "agent/core/vocabulary.h"

namespace vitalgate {

// Positions in the tables of config/catalogue.h.
enum class MetricId : std::uint16_t {};
enum class UnitId : std::uint16_t {};

// Exactly one of the contract's value_num, value_text, value_bool, absent.
using Value = std::variant<Decimal, std::string, bool, Absent>;

// Where in its Arrival's bytes a reading was decoded from.
struct RawSpan {
  std::uint16_t offset = 0;
  std::uint16_t length = 0;
};

struct Reading {
  MetricId metric{};
  UnitId unit{};  // the unit of a Decimal value, as sent by the device
  Value value = Absent::error;
  Quality quality = Quality::good;
  FlagSet flags;
  // Readings of one measurement share a number other than 0 inside their Arrival.
  std::uint8_t group = 0;
  RawSpan raw;
  // The device's own wall clock, its local time already placed in UTC; nothing when it has none.
  std::optional<WallTime> device_time;
};

// What one device said at once: the readings of one frame, message or notification.
struct Arrival {
  std::string device;             // the configured device id
  Stamp received;                 // when the last of its bytes was read
  std::vector<Reading> readings;  // at most limits::kReadingsPerArrivalMax
  std::vector<std::byte> bytes;   // what RawSpan points into; may be empty
  std::uint64_t ticket = 0;       // counts up per source; comes back when durable
  bool urgent_commit = false;     // the device forgets once told: commit at once
};

}  // namespace vitalgate
