// How the settings say that the buffer is to be opened: the same for the daemon and for the command
// line on a stopped daemon's store.
#pragma once

#include "config/settings.h"
#include "sync/buffer/buffer_types.h"

namespace vitalgate {

sync::BufferOptions buffer_options(const config::Settings& settings);

}  // namespace vitalgate
