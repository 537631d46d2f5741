// The first line of the first screen: is it green, and if not, why.
#pragma once

#include "agent/status.h"
#include "sync/buffer/buffer.h"

namespace vitalgate {

BufferStatus describe(const sync::Buffer& buffer);

// Sets `health` and `reason` from everything else in `status`.
void summarise(Status& status);

}  // namespace vitalgate
