#include "sync/delivery/in_flight.h"

#include <algorithm>

#include "agent/core/limits.h"

namespace vitalgate::sync {
namespace {

constexpr std::uint64_t kUnbounded = std::uint64_t{1} << 50;

}  // namespace

InFlight::InFlight(const DeliveryLimits& limits)
    : window_(limits.window),
      window_bytes_(limits.window_bytes == 0 ? kUnbounded : limits.window_bytes),
      pace_(window_bytes_ * limits.backlog_share_percent / 100),
      backlog_share_percent_(limits.backlog_share_percent) {}

bool InFlight::has_room(const Item& item, std::size_t bisected) const {
  if (queue_.size() >= peer_) return false;
  if (item.is_piece()) return pieces_ < limits::kPiecesInFlightMax;
  const std::size_t window = std::min(window_, peer_);
  if (queue_.size() - pieces_ + bisected >= window) return false;
  if (bytes_ > 0 && bytes_ + item.batch.bytes > window_bytes_) return false;
  if (!item.is_backlog() || backlog_ == 0) return true;
  return backlog_ < window * backlog_share_percent_ / 100 &&
         backlog_bytes_ + item.batch.bytes <= pace_.allowed();
}

void InFlight::count(const Item& item, bool in) {
  const auto move = [in](auto& counter, auto by) { counter = in ? counter + by : counter - by; };
  move(bytes_, std::uint64_t{item.batch.bytes});
  if (item.batch.tombstone) move(tombstones_, std::size_t{1});
  if (item.is_piece()) move(pieces_, std::size_t{1});
  if (!item.is_backlog()) return;
  move(backlog_, std::size_t{1});
  move(backlog_bytes_, std::uint64_t{item.batch.bytes});
}

const Item& InFlight::put(Queue::node_type node) {
  const Item& item = node.mapped();
  first_due_ = queue_.empty() ? item.due : std::min(first_due_, item.due);
  count(item, /*in=*/true);
  return queue_.insert(std::move(node)).position->second;
}

Queue::node_type InFlight::take(BatchKey key) {
  auto node = queue_.extract(key);
  if (!node.empty()) count(node.mapped(), /*in=*/false);
  return node;
}

std::vector<Queue::node_type> InFlight::take_if(const std::function<bool(const Item&)>& chosen) {
  std::vector<Queue::node_type> taken;
  for (auto at = queue_.begin(); at != queue_.end();) {
    const auto here = at++;
    if (!chosen(here->second)) continue;
    taken.push_back(queue_.extract(here));
    count(taken.back().mapped(), /*in=*/false);
  }
  return taken;
}

std::vector<Queue::node_type> InFlight::take_due(Clock::time_point now) {
  if (queue_.empty() || now < first_due_) return {};
  auto taken = take_if([now](const Item& item) { return item.due <= now; });
  first_due_ = Clock::time_point::max();
  for (const auto& [key, item] : queue_) first_due_ = std::min(first_due_, item.due);
  return taken;
}

std::optional<Clock::time_point> InFlight::deadline() const {
  return queue_.empty() ? std::nullopt : std::optional(first_due_);
}

Item* InFlight::find(BatchKey key) {
  const auto found = queue_.find(key);
  return found == queue_.end() ? nullptr : &found->second;
}

void InFlight::refresh(Item& item, const BatchInfo& batch) {
  count(item, /*in=*/false);
  item.batch = batch;
  item.doubtful = false;
  count(item, /*in=*/true);
}

void InFlight::doubt_all() {
  for (auto& [key, item] : queue_) item.doubtful = true;
}

}  // namespace vitalgate::sync
