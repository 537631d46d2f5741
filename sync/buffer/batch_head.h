// The head of a batch, as the store seals it: written once, never again.
#pragma once

#include <string>
#include <string_view>

#include "sync/buffer/buffer_types.h"
#include "sync/buffer/records.h"

namespace vitalgate::sync {

// `oldest_waiting_ms`: nothing that waits in front of this batch was received before it (UTC).
std::string batch_head(const BufferOptions& options, std::string_view epoch,
                       const BatchRecord& batch, std::string_view rows,
                       std::int64_t oldest_waiting_ms, WallTime sealed);

// Of a batch without readings that declares its range as dropped, and why.
std::string tombstone_head(const BufferOptions& options, std::string_view epoch,
                           const BatchRecord& batch, std::string_view reason, WallTime sealed);
// The reason in such a head.
std::string_view tombstone_reason(std::string_view head);
// Of a tombstone for destinations that did not get a range before it was deleted. It is no loss:
// every required destination has these readings.
inline constexpr std::string_view kExpired = "expired";

// Of a part of a sealed batch, under a number of its own. `whole` is that batch's head: its time
// and its watermark hold for the part too, so the same part has the same bytes at every attempt.
std::string piece_head(const BufferOptions& options, std::string_view epoch, const BatchInfo& part,
                       std::string_view whole, std::string_view rows);

}  // namespace vitalgate::sync
