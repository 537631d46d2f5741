// The uplink of one destination, whatever it speaks: finds a way to the hub, serves it until it
// breaks, says why, waits, begins again. For ever.
#pragma once

#include <chrono>
#include <filesystem>
#include <memory>
#include <string>

#include "agent/core/limits.h"
#include "config/settings.h"
#include "sync/uplink/uplink.h"

namespace vitalgate::sync {

struct UplinkOptions {
  std::size_t destination = 0;  // number in every event
  config::DestinationSettings settings;
  std::string gateway;              // for the topics
  std::filesystem::path directory;  // where the way that worked is remembered; empty: nowhere
  std::chrono::milliseconds route_retry = limits::kRouteRetry;  // for a better way
};

// Call while the process has one thread: what the environment says of proxies is taken out of it.
std::unique_ptr<Uplink> make_uplink(UplinkOptions options);

}  // namespace vitalgate::sync
