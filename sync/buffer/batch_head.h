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

}  // namespace vitalgate::sync
