#include "sync/uplink/explain.h"

#include <array>
#include <utility>

#include "agent/core/limits.h"
#include "sync/tls/probe.h"
#include "sync/uplink/https_session.h"

namespace vitalgate::sync {
namespace {

// What our own sentences have in them, and what is left of it where there is little room.
constexpr std::array<std::pair<std::string_view, std::string_view>, 8> kShort{{
    {"connection refused", "refused"},
    {"no answer", "no answer"},
    {"does not answer", "no answer"},
    {"certificate", "certificate not trusted"},
    {"TLS handshake", "no TLS"},
    {"(407)", "proxy wants a login"},
    {"does not let us through", "barred by the proxy"},
    {"refuses this gateway", "login refused"},
}};

std::string way_of(Route route) {
  std::string text = std::to_string(route.port);
  if (route.transport == config::Transport::mqtt_websocket) text.append(" WebSocket");
  if (route.transport == config::Transport::https) text.append(" HTTPS");
  return text;
}

}  // namespace

std::optional<LinkDown> trouble_with(const config::DestinationSettings& settings, Route route,
                                     const std::vector<std::string>& addresses,
                                     const Patience& patience) {
  if (settings.proxy) return try_tls(settings, route, addresses, limits::kProbeDeadline, patience);
  patience.alive();
  const auto probe =
      probe_tls({settings.host, route.port, settings.ca, settings.certificate, settings.key},
                limits::kProbeDeadline);
  if (probe) return std::nullopt;
  return LinkDown{
      probe.error().code == Errc::rejected ? LinkProblem::untrusted : LinkProblem::unavailable,
      probe.error().what, probe.error().hint};
}

LinkDown although_tls_works(const config::DestinationSettings& settings, Route route,
                            LinkDown failure) {
  if (route.transport == config::Transport::https) return failure;
  const bool websocket = route.transport == config::Transport::mqtt_websocket;
  failure.what.append(" (TLS with ")
      .append(settings.host)
      .append(" works, MQTT")
      .append(websocket ? " over WebSocket" : "")
      .append(" does not)");
  if (failure.hint.empty())
    failure.hint = websocket
                       ? "check that the broker speaks MQTT over WebSocket on this port, then "
                         "destination.websocket_path"
                       : "check that the broker speaks MQTT on this port, then "
                         "destination.mqtt_version";
  return failure;
}

std::string brief(Route route, const LinkDown& down) {
  std::string_view why = down.what;
  for (const auto& [part, words] : kShort)
    if (down.what.find(part) != std::string::npos) {
      why = words;
      break;
    }
  return way_of(route).append(": ").append(why);
}

}  // namespace vitalgate::sync
