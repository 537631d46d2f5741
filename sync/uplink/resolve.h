// Name resolution with a deadline of ours.
//
// getaddrinfo() has none, and a hanging resolver would freeze every MQTT client of the process.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "agent/core/result.h"

namespace vitalgate::sync {

// The addresses of `host`, in figures and in the order to try them, at the latest after `deadline`.
// While an earlier question still hangs no second one is asked. A host that is an address already
// is answered at once, with none. Any thread.
Result<std::vector<std::string>> resolve(const std::string& host,
                                         std::chrono::milliseconds deadline);

}  // namespace vitalgate::sync
