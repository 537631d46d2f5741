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
  // device_time was derived from the gateway's own clock (a tick counter that the gateway
  // followed): it needs no comparison, however old it is.
  bool on_gateway_clock = false;
  // What a laboratory or monitor calls it, with its coding system: "loinc:11125-2", "local:GLU".
  // Only for a metric of the catalogue that has no code of its own.
  std::string code = {};
};

// How far a source got that numbers its records and sends again what was not confirmed. It becomes
// durable in the same commit as the Arrival that carries it and comes back after a restart.
struct SourceMark {
  static constexpr std::size_t kSlots = 16;
  std::uint8_t slot = 0;       // below kSlots: a source may follow several numberings
  std::uint64_t stream = 0;    // which numbering; a source that lost its memory begins another
  std::uint64_t position = 0;  // everything up to here is durable
  bool operator==(const SourceMark&) const = default;
};

// What one device said at once: the readings of one frame, message or notification.
struct Arrival {
  std::string device;             // the configured device id
  Stamp received;                 // when the last of its bytes was read
  std::vector<Reading> readings;  // at most limits::kReadingsPerArrivalMax
  std::vector<std::byte> bytes;   // what RawSpan points into; may be empty
  std::uint64_t ticket = 0;       // counts up per source; comes back when durable
  // Its times are those of an information system (a laboratory's), not of a device that may have
  // lost its clock: an old one is old.
  bool system_clock = false;
  bool urgent_commit = false;  // the device forgets once told: commit at once
  // Its readings say only that something came: the bytes are held back, so that they are not lost.
  bool not_understood = false;
  std::optional<SourceMark> mark;  // for sources that resume
};

}  // namespace vitalgate
