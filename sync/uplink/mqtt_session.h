// MQTT 5 or 3.1.1 over TLS, with or without WebSocket, through Eclipse Paho (CONTRACT, "Bindings").
//
// Steps round the faults of Paho C 1.3.12 and C++ 1.2.0: a new client object for every connection
// attempt, clean start, no persistence, no automatic reconnect, no buffering while disconnected,
// callbacks set before connect and only pushing into a queue, a window that never exceeds the
// broker's receive-maximum. The buffer alone remembers.
#pragma once

#include "sync/uplink/session.h"

namespace vitalgate::sync {

// Connects, and subscribes to the hub's answers where they count. Blocks up to twice
// limits::kConnectDeadline. The name of next_place() has just been resolved: Paho asks again, with
// no deadline and all of its clients waiting.
Dialled dial_mqtt(const Dialling& dialling, Route route, const Patience& patience);

// Paho listens to http_proxy and https_proxy of the environment; only the configuration counts
// here. Call while the process has one thread.
void forget_environment_proxies();

}  // namespace vitalgate::sync
