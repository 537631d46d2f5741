#include "sync/delivery.h"

#include <algorithm>

#include "agent/core/limits.h"

namespace vitalgate::sync {
namespace {

constexpr unsigned kTimeoutDoublingsMax = 4;

template <class Queue>
typename Queue::mapped_type take_first(Queue& queue) {
  auto node = queue.extract(queue.begin());
  return std::move(node.mapped());
}

}  // namespace

// False when the batch is not known.
bool Delivery::refresh(const BatchInfo& batch) {
  for (Queue* queue : {&live_, &backlog_, &in_flight_}) {
    const auto found = queue->find(batch.key);
    if (found == queue->end()) continue;
    found->second.batch = batch;
    found->second.doubtful = false;
    return true;
  }
  return false;
}

void Delivery::queue(Item item) {
  const BatchKey key = item.batch.key;
  const bool live = up_ && !item.batch.backfill && item.attempts == 0;
  Queue& queue = live ? live_ : backlog_;
  queue.insert_or_assign(key, std::move(item));
  bound(queue);
}

// Leaves the last ones to the buffer again.
void Delivery::bound(Queue& queue) {
  while (queue.size() > limits::kBacklogLookahead) {
    const BatchInfo& last = std::prev(queue.end())->second.batch;
    Unread& unread = unread_[last.key.stream()];
    const Sequence before = last.range.first - 1;
    unread.after = unread.more ? std::min(unread.after, before) : before;
    unread.more = true;
    queue.erase(std::prev(queue.end()));
  }
}

void Delivery::add(const BatchInfo& batch) {
  if (!refresh(batch)) queue({.batch = batch});
}

std::optional<Delivery::Wanted> Delivery::wants(StreamRef stream) const {
  const auto found = unread_.find(stream);
  const Unread unread = found == unread_.end() ? Unread{} : found->second;
  if (!unread.more) return std::nullopt;
  const std::size_t room = limits::kBacklogLookahead - backlog_.size();
  if (room > limits::kBacklogLookahead / 2) return Wanted{unread.after, room};
  // Much is known, but all of it is to be sent after this stream's batches.
  if (backlog_.begin()->first.stream() <= stream) return std::nullopt;
  return Wanted{unread.after, limits::kBacklogLookahead};
}

void Delivery::refill(StreamRef stream, Wanted asked, const std::vector<BatchInfo>& batches) {
  // First, because bound() below may move it back.
  const Unread unread{batches.empty() ? asked.after : batches.back().range.last,
                      batches.size() >= asked.limit};
  unread_[stream] = unread;
  for (const BatchInfo& batch : batches)
    if (!refresh(batch)) backlog_.emplace(batch.key, Item{.batch = batch});
  settle_doubts(stream, unread);
  bound(backlog_);
}

// A confirmation of these would be no news to the buffer, so none would ever end them here.
void Delivery::settle_doubts(StreamRef stream, const Unread& unread) {
  std::erase_if(in_flight_, [&](const auto& entry) {
    const Item& item = entry.second;
    const bool was_read = !unread.more || item.batch.range.last <= unread.after;
    return item.doubtful && entry.first.stream() == stream && was_read;
  });
}

void Delivery::reload() {
  live_.clear();
  backlog_.clear();
  unread_.clear();
  for (auto& [key, item] : in_flight_) item.doubtful = true;
}

void Delivery::link_up(std::size_t peer_window) {
  up_ = true;
  peer_window_ = peer_window;
}

void Delivery::link_down() {
  up_ = false;
  for (auto& [key, item] : in_flight_) {
    item.taken = false;
    backlog_.insert_or_assign(key, std::move(item));
  }
  in_flight_.clear();
  backlog_.merge(live_);
  live_.clear();
  bound(backlog_);
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

void Delivery::not_sent(BatchKey key) {
  auto node = in_flight_.extract(key);
  if (node.empty()) return;
  Item& item = node.mapped();
  --counts_.sent;
  if (item.attempts > 1) --counts_.repeated;
  --item.attempts;
  queue(std::move(item));
}

std::optional<Range> Delivery::sent(BatchKey key) {
  const auto found = in_flight_.find(key);
  if (found == in_flight_.end()) return std::nullopt;
  found->second.taken = true;
  if (limits_.acknowledge != config::Acknowledge::transport) return std::nullopt;
  return found->second.batch.range;
}

std::vector<Range> Delivery::answered(StreamRef stream) const {
  std::vector<Range> arrived;
  for (const auto& [key, item] : in_flight_)
    if (item.taken && item.batch.tombstone && key.stream() == stream)
      arrived.push_back(item.batch.range);
  return arrived;
}

void Delivery::confirmed(BatchKey key) {
  in_flight_.erase(key);
  backlog_.erase(key);
  live_.erase(key);
}

std::size_t Delivery::expire(Clock::time_point now) {
  std::vector<Item> expired;
  for (auto at = in_flight_.begin(); at != in_flight_.end();) {
    if (at->second.due > now) {
      ++at;
      continue;
    }
    expired.push_back(std::move(at->second));
    at = in_flight_.erase(at);
  }
  for (Item& item : expired) {
    item.taken = false;
    queue(std::move(item));
  }
  counts_.unanswered += expired.size();
  return expired.size();
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
  counts.more = std::any_of(unread_.begin(), unread_.end(),
                            [](const auto& stream) { return stream.second.more; });
  return counts;
}

}  // namespace vitalgate::sync
