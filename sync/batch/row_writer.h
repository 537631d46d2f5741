// A reading becomes its contract row (CONTRACT, `readings`), once.
//
// What is written here is what is stored and what is uploaded: the same bytes, never encoded
// again. Pure; allocates only in `out`.
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "agent/core/reading.h"
#include "config/catalogue.h"
#include "sync/batch/stream.h"

namespace vitalgate::sync {

// One admitted reading. Everything it refers to must outlive the call that takes it.
struct Row {
  const config::Metric* metric = nullptr;
  std::string_view code = {};  // as in Reading: of a metric that has none of its own
  std::string_view device;     // valid id: needs no escaping
  WallTime observed;
  WallTime received;
  ClockWord clock = ClockWord::gateway;
  std::chrono::milliseconds clock_offset{0};  // with ClockWord::corrected
  const Value* value = nullptr;
  UnitId unit{};  // of a Decimal value
  Quality quality = Quality::good;
  FlagSet flags;
  std::uint8_t group = 0;          // as in Reading
  std::span<const std::byte> raw;  // empty: not kept
};

class RowWriter {
 public:
  // `gateway` and `epoch` are valid ids.
  RowWriter(std::string_view gateway, Lane lane, std::string_view epoch);

  // Appends one JSON object without a line break. `group_first` is the sequence of the first
  // row of the reading's group, or 0 when it stands alone.
  void append(std::string& out, const Row& row, Sequence sequence, Sequence group_first) const;

 private:
  std::string id_prefix_;  // `clinic-042.vitals-k7p3q9x2ab.`
};

// Appends what is known of a reading that never got a sequence number, as one JSON object with
// the members of a contract row. `row.metric` may be null.
void append_held_content(std::string& out, const Row& row);

// Appends `text` as a JSON string with quotes; bytes that are not UTF-8 become U+FFFD.
void append_json_string(std::string& out, std::string_view text);

}  // namespace vitalgate::sync
