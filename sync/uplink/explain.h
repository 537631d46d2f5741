// Why a connection did not come about, found out with a handshake of our own: libraries only say
// that it did not.
#pragma once

#include <string>
#include <vector>

#include "sync/uplink/session.h"

namespace vitalgate::sync {

// Looks for what is wrong below the protocol of `route`, for limits::kProbeDeadline. Nothing when
// TLS with the hub comes about.
std::optional<LinkDown> trouble_with(const config::DestinationSettings& settings, Route route,
                                     const std::vector<std::string>& addresses,
                                     const Patience& patience);

// What a session said of its failure, when nothing is wrong below.
LinkDown although_tls_works(const config::DestinationSettings& settings, Route route,
                            LinkDown failure);

// "8883: refused": the way and the shortest form of why it is barred, as in LinkUp::detail.
std::string brief(Route route, const LinkDown& down);

}  // namespace vitalgate::sync
