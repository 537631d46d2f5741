// The CloudEvent around a batch's rows (CONTRACT, "One batch = one CloudEvents 1.0 event").
//
// An event is head + rows + kEnvelopeTail. The head is written once, when the batch is sealed,
// and stored: no later version of this code can change the bytes of a retry.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "agent/core/clock.h"
#include "sync/batch/stream.h"

namespace vitalgate::sync {

struct Envelope {
  std::string_view gateway;
  std::string_view site;
  std::string_view epoch;
  BatchKey key;
  Sequence first = 0;
  Sequence last = 0;
  WallTime sealed;
  WallTime low_watermark;
  bool backfill = false;
  std::string_view dropped_because = {};  // not empty: no rows, the whole range will never come
  std::string_view agent_version;
  std::uint32_t config_version = 0;
};

// Everything up to and including `"readings":[`. `rows` are the exact bytes that follow.
std::string envelope_head(const Envelope& envelope, std::string_view rows);

inline constexpr std::string_view kEnvelopeTail = "]}}";

// "clinic-042.vitals-k7p3q9x2ab.b000000001842"
std::string event_id(std::string_view gateway, std::string_view epoch, BatchKey key);

}  // namespace vitalgate::sync
