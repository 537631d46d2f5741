#include "sync/uplink/route.h"

#include <algorithm>
#include <array>
#include <fstream>
#include <string>
#include <system_error>

namespace vitalgate::sync {
namespace {

using config::Transport;

constexpr std::array kInOrder{Transport::mqtt, Transport::mqtt_websocket, Transport::https};

std::string line_of(Route route) {
  constexpr std::array<const char*, kInOrder.size()> kWords{"mqtt", "mqtt-websocket", "https"};
  const auto at = std::find(kInOrder.begin(), kInOrder.end(), route.transport) - kInOrder.begin();
  return std::string(kWords.at(static_cast<std::size_t>(at)))
      .append(" ")
      .append(std::to_string(route.port));
}

}  // namespace

std::vector<Route> routes_of(const config::DestinationSettings& settings) {
  if (settings.transport != Transport::automatic)
    return {{settings.transport, config::port_of(settings, settings.transport)}};
  std::vector<Route> routes;
  for (const Transport transport : kInOrder)
    routes.push_back({transport, config::port_of(settings, transport)});
  return routes;
}

RouteChoice::RouteChoice(std::vector<Route> routes, std::optional<Route> worked,
                         Clock::time_point now, std::chrono::milliseconds retry)
    : routes_(std::move(routes)), worked_(worked), retry_(retry), retry_at_(now + retry) {}

std::vector<Route> RouteChoice::order(Clock::time_point now) const {
  std::vector<Route> order = routes_;
  if (!worked_ || now >= retry_at_) return order;
  const auto found = std::find(order.begin(), order.end(), *worked_);
  if (found != order.end()) std::rotate(order.begin(), found, found + 1);
  return order;
}

std::vector<Route> RouteChoice::due(Clock::time_point now) {
  if (!worked_ || now < retry_at_) return {};
  retry_at_ = now + retry_;
  return {routes_.begin(), std::find(routes_.begin(), routes_.end(), *worked_)};
}

void RouteChoice::has_worked(Route route, Clock::time_point now) {
  if (worked_ != route || now >= retry_at_) retry_at_ = now + retry_;
  worked_ = route;
}

std::optional<Route> RouteMemory::read(const std::vector<Route>& routes) {
  if (file_.empty()) return std::nullopt;
  std::ifstream in(file_);
  std::string line;
  std::getline(in, line);
  for (const Route& route : routes)
    if (line == line_of(route)) return written_ = route;
  return std::nullopt;
}

void RouteMemory::write(Route route) {
  if (file_.empty() || written_ == route) return;
  written_ = route;  // one attempt is enough: nothing depends on it
  const std::filesystem::path fresh = file_.string() + ".new";
  std::ofstream(fresh) << line_of(route) << '\n';
  std::error_code ignored;
  std::filesystem::rename(fresh, file_, ignored);
}

}  // namespace vitalgate::sync
