#include "sync/delivery.h"

#include <algorithm>

namespace vitalgate::sync {
namespace {

constexpr unsigned kTimeoutDoublingsMax = 4;

template <class Queue>
typename Queue::mapped_type take_first(Queue& queue) {
  auto node = queue.extract(queue.begin());
  return std::move(node.mapped());
}

}  // namespace

void Delivery::queue(Item item) {
  const BatchKey key = item.batch.key;
  const bool live = up_ && !item.batch.backfill && item.attempts == 0;
  (live ? live_ : backlog_).insert_or_assign(key, std::move(item));
}

void Delivery::add(const BatchInfo& batch) {
  const BatchKey key = batch.key;
  if (live_.contains(key) || backlog_.contains(key) || in_flight_.contains(key)) return;
  queue({.batch = batch});
}

void Delivery::link_up(std::size_t peer_window) {
  up_ = true;
  peer_window_ = peer_window;
}

void Delivery::link_down() {
  up_ = false;
  for (auto& [key, item] : in_flight_) backlog_.insert_or_assign(key, std::move(item));
  in_flight_.clear();
  backlog_.merge(live_);
  live_.clear();
}

std::optional<Delivery::Send> Delivery::next(Clock::time_point now) {
  if (!up_ || in_flight_.size() >= std::min(limits_.window, peer_window_)) return std::nullopt;
  if (live_.empty() && backlog_.empty()) return std::nullopt;
  Item item = take_first(live_.empty() ? backlog_ : live_);
  const unsigned doublings = std::min(item.attempts, kTimeoutDoublingsMax);
  item.due = now + limits_.answer_timeout * (1 << doublings);
  ++item.attempts;
  ++counts_.sent;
  if (item.attempts > 1) ++counts_.repeated;
  const Send send{item.batch, item.attempts};
  in_flight_.insert_or_assign(item.batch.key, std::move(item));
  return send;
}

std::optional<Range> Delivery::sent(BatchKey key) const {
  const auto found = in_flight_.find(key);
  if (limits_.acknowledge != config::Acknowledge::transport || found == in_flight_.end())
    return std::nullopt;
  return found->second.batch.range;
}

void Delivery::confirmed(BatchKey key) {
  in_flight_.erase(key);
  backlog_.erase(key);
  live_.erase(key);
}

std::size_t Delivery::expire(Clock::time_point now) {
  std::size_t expired = 0;
  for (auto at = in_flight_.begin(); at != in_flight_.end();) {
    if (at->second.due > now) {
      ++at;
      continue;
    }
    ++expired;
    queue(std::move(at->second));
    at = in_flight_.erase(at);
  }
  counts_.unanswered += expired;
  return expired;
}

std::optional<Clock::time_point> Delivery::deadline() const {
  std::optional<Clock::time_point> first;
  for (const auto& [key, item] : in_flight_) first = first ? std::min(*first, item.due) : item.due;
  return first;
}

DeliveryCounts Delivery::counts() const {
  DeliveryCounts counts = counts_;
  counts.queued = live_.size() + backlog_.size();
  counts.in_flight = in_flight_.size();
  return counts;
}

}  // namespace vitalgate::sync
