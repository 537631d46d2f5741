// HTTPS: one POST a batch over connections that stay open, several at once (CONTRACT, "Bindings").
//
// There is no connection to speak of: the session stands when a TLS connection came about once, and
// is over when a request fails below HTTP. What a response means is https_answer.h's.
#pragma once

#include <string>
#include <vector>

#include "sync/uplink/session.h"

namespace vitalgate::sync {

// `addresses` are those of next_place(), empty when that is an address itself. Blocks up to
// limits::kConnectDeadline.
Dialled dial_https(const Dialling& dialling, Route route, const std::vector<std::string>& addresses,
                   const Patience& patience);

// Only the first step: whether a TLS connection to any port of the hub comes about. Nothing when it
// did.
std::optional<LinkDown> try_tls(const config::DestinationSettings& settings, Route route,
                                const std::vector<std::string>& addresses,
                                std::chrono::milliseconds deadline, const Patience& patience);

}  // namespace vitalgate::sync
