// The proof that a store was erased: what was destroyed, when, by whom, and what is left to do.
#pragma once

#include <filesystem>

#include "config/settings.h"
#include "sync/buffer/buffer.h"

namespace vitalgate {

// Writes `erased-<UTC>.json` (vitalgate.erasure/1, mode 0600) into the buffer's directory, durably,
// and gives its path. Never overwrites one. Nothing of a patient is in it. Any thread.
Result<std::filesystem::path> write_erasure_record(const config::Settings& settings,
                                                   const sync::Buffer::Erasure& erasure,
                                                   std::uint32_t asked_by, WallTime now);

}  // namespace vitalgate
