// Name resolution with a deadline of ours.
//
// getaddrinfo() has none, and a hanging resolver would freeze every MQTT client of the process.
#pragma once

#include <chrono>
#include <string>

#include "agent/core/result.h"

namespace vitalgate::sync {

// Whether `host` has an address, at the latest after `deadline`. While an earlier question still
// hangs no second one is asked. Addresses in figures are answered at once. Any thread.
Result<> resolve(const std::string& host, std::chrono::milliseconds deadline);

}  // namespace vitalgate::sync
