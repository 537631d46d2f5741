// What wakes the core thread.
#pragma once

#include <variant>

#include "agent/commands.h"
#include "agent/core/channel.h"
#include "firmware-bridge/source.h"
#include "sync/uplink/uplink.h"

namespace vitalgate {

using Event = std::variant<bridge::SourceEvent, sync::UplinkEvent, CommandRequest>;
using EventChannel = Channel<Event>;

}  // namespace vitalgate
