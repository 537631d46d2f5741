// Which ways there are to the hub, in which order they are tried, and which one worked.
#pragma once

#include <filesystem>
#include <optional>
#include <vector>

#include "agent/core/clock.h"
#include "agent/core/limits.h"
#include "sync/uplink/session.h"

namespace vitalgate::sync {

// The ways of a destination, best first: one, or three with transport = "auto".
std::vector<Route> routes_of(const config::DestinationSettings& settings);

// The order of attempts. Pure: time is an argument.
class RouteChoice {
 public:
  // `worked` is what an earlier run remembered; better ways than the one that works are due every
  // `retry`.
  RouteChoice(std::vector<Route> routes, std::optional<Route> worked, Clock::time_point now,
              std::chrono::milliseconds retry = limits::kRouteRetry);

  // The way that worked last, then the others, best first. After `retry` on a lesser way: the best
  // first again.
  [[nodiscard]] std::vector<Route> order(Clock::time_point now) const;

  // The ways that are better than the one that works, once they are due; then not for another
  // `retry`.
  std::vector<Route> due(Clock::time_point now);

  void has_worked(Route route, Clock::time_point now);
  // It came about and was of no use.
  void was_useless() { worked_.reset(); }

 private:
  std::vector<Route> routes_;
  std::optional<Route> worked_;
  std::chrono::milliseconds retry_;
  Clock::time_point retry_at_;
};

// A small file that says which way worked. Without it the next run only has to look again, so it
// is not synced and its errors are ignored.
class RouteMemory {
 public:
  // An empty path remembers nothing.
  explicit RouteMemory(std::filesystem::path file) : file_(std::move(file)) {}

  // One of `routes`, or nothing.
  [[nodiscard]] std::optional<Route> read(const std::vector<Route>& routes);
  void write(Route route);  // does nothing when that is what it says already

 private:
  std::filesystem::path file_;
  std::optional<Route> written_;
};

}  // namespace vitalgate::sync
