// Runtime: builds the parts from the settings, gives each its thread, stops them in order.
//
// The only file pair that makes threads (the abandoned name resolution in sync/uplink/resolve.cpp
// apart). ARCHITECTURE.md lists them by the names set here.
#pragma once

#include "agent/core/result.h"
#include "config/settings.h"

namespace vitalgate {

// Runs the agent until SIGTERM, SIGINT or SIGHUP, or until its stored state cannot be trusted.
// Blocks; call with these signals blocked in every thread.
Result<> run_agent(const config::Settings& settings);

}  // namespace vitalgate
