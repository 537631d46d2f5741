#include "sync/delivery/delivery.h"

#include <algorithm>

#include "agent/core/limits.h"

namespace vitalgate::sync {
Delivery::Delivery(DeliveryLimits limits)
    : limits_(limits),
      backlog_(limits.backlog_order),
      in_flight_(limits),
      pause_(limits.retry_max, limits.seed),
      backlog_rate_(limits.backlog_rate) {}

// False when the batch is not known.
bool Delivery::refresh(const BatchInfo& batch) {
  if (Item* const item = in_flight_.find(batch.key); item != nullptr) {
    in_flight_.refresh(*item, batch);
    return true;
  }
  if (bisections_.whole(batch.key) != nullptr) {
    bisections_.refresh(batch);
    return true;
  }
  const auto live = live_.find(batch.key);
  Item* const item = live != live_.end() ? &live->second : backlog_.find(batch.key);
  if (item == nullptr) return false;
  item->batch = batch;
  return true;
}

void Delivery::queue(Queue::node_type node) {
  Item& item = node.mapped();
  item.taken = item.doubtful = false;
  if (item.is_piece()) return bisections_.put_back(std::move(item));
  if (!item.live) {
    backlog_.put(std::move(node));
    return backlog_.bound();
  }
  live_.insert(std::move(node));
  if (live_.size() <= limits::kBacklogLookahead) return;
  backlog_.leave(std::prev(live_.end())->second.batch);
  live_.erase(std::prev(live_.end()));
}

void Delivery::add(const BatchInfo& batch) {
  if (!refresh(batch)) queue(node_of({.batch = batch, .live = up_ && !batch.backfill}));
}

void Delivery::refill(StreamRef stream, const Wanted& asked,
                      const std::vector<BatchInfo>& batches) {
  backlog_.was_read(stream, asked, batches);  // first, because bound() below may move it back
  for (const BatchInfo& batch : batches)
    if (!refresh(batch)) backlog_.put(Item{.batch = batch});
  settle_doubts(stream);
  backlog_.bound();
}

// A confirmation of these would be no news to the buffer, so none would ever end them here.
void Delivery::settle_doubts(StreamRef stream) {
  static_cast<void>(in_flight_.take_if([&](const Item& item) {
    return item.doubtful && item.batch.key.stream() == stream &&
           backlog_.is_read(stream, item.batch.range);
  }));
}

void Delivery::reload() {
  live_.clear();
  backlog_.clear();
  bisections_.clear();
  for (const auto& piece : in_flight_.take_if([](const Item& item) { return item.is_piece(); }))
    pause_.ended(piece.key());
  in_flight_.doubt_all();
}

void Delivery::link_up(std::size_t peer_window) {
  up_ = true;
  in_flight_.set_peer(peer_window);
}

void Delivery::link_down() {
  up_ = false;
  for (auto& node : in_flight_.take_if([](const Item&) { return true; })) {
    pause_.ended(node.key());
    node.mapped().live = false;
    queue(std::move(node));
  }
  while (!live_.empty()) {
    auto node = live_.extract(live_.begin());
    node.mapped().live = false;
    backlog_.put(std::move(node));
  }
  backlog_.bound();
}

void Delivery::not_sent(BatchKey key) {
  auto node = in_flight_.take(key);
  if (node.empty()) return;
  Item& item = node.mapped();
  pause_.ended(key);
  if (item.is_backlog()) backlog_rate_.refund(item.batch.bytes);
  --counts_.sent;
  if (item.attempts > 1) --counts_.repeated;
  --item.attempts;
  queue(std::move(node));
}

std::optional<Range> Delivery::sent(BatchKey key, Clock::time_point now) {
  Item* const item = in_flight_.find(key);
  if (item == nullptr) return std::nullopt;
  if (!item->taken) in_flight_.took(*item, now);
  item->taken = true;
  pause_.took(key);
  if (limits_.acknowledge != config::Acknowledge::transport) return std::nullopt;
  return item->batch.range;
}

std::vector<Range> Delivery::answered(StreamRef stream) const {
  std::vector<Range> arrived;
  if (in_flight_.tombstones() == 0) return arrived;
  for (const auto& [key, item] : in_flight_.items())
    if (item.taken && item.batch.tombstone && key.stream() == stream)
      arrived.push_back(item.batch.range);
  return arrived;
}

std::vector<BatchInfo> Delivery::pieces_over(StreamRef stream, Range range) const {
  std::vector<BatchInfo> pieces;
  if (bisections_.empty()) return pieces;
  bisections_.collect(stream, range, pieces);
  for (const auto& [key, item] : in_flight_.items())
    if (item.is_piece() && key.stream() == stream && item.batch.range.first <= range.last &&
        item.batch.range.last >= range.first)
      pieces.push_back(item.batch);
  return pieces;
}

// The hub takes what it is sent: doubts about it are over.
void Delivery::accepted(const Item& item) {
  if (item.batch.tombstone || item.attempts == 0) return;
  accepted_ = std::max(accepted_, item.order);
  const bool tried_again = !bisections_.empty() && bisections_.release_held(accepted_);
  pause_.accepted(item.batch.key, tried_again);
}

void Delivery::confirmed(BatchKey key) {
  auto node = in_flight_.take(key);
  if (node.empty()) node = live_.extract(key);
  if (node.empty()) node = backlog_.take(key);
  if (!node.empty()) accepted(node.mapped());
  pause_.ended(key);
  end(key);
  if (bisections_.empty()) return;
  if (node.empty())
    bisections_.drop(key);
  else if (node.mapped().is_piece())
    bisections_.done(node.mapped().whole);
}

void Delivery::forget(BatchKey key) {
  static_cast<void>(in_flight_.take(key));
  live_.erase(key);
  static_cast<void>(backlog_.take(key));
  pause_.ended(key);
  end(key);
}

// Of a batch in pieces.
void Delivery::end(BatchKey whole) {
  if (!bisections_.end(whole)) return;
  for (const auto& piece :
       in_flight_.take_if([whole](const Item& item) { return item.whole == whole; }))
    pause_.ended(piece.key());
}

std::size_t Delivery::expire(Clock::time_point now) {
  auto expired = in_flight_.take_due(now);
  for (auto& node : expired) {
    pause_.ended(node.key());
    queue(std::move(node));
  }
  counts_.unanswered += expired.size();
  return expired.size();
}

std::optional<Clock::time_point> Delivery::deadline() const {
  auto first = in_flight_.deadline();
  if (!up_) return first;
  for (const auto& at : {throttled_until_, pause_.until()})
    if (at) first = first ? std::min(*first, *at) : *at;
  return first;
}

DeliveryCounts Delivery::counts() const {
  DeliveryCounts counts = counts_;
  counts.live = live_.size();
  counts.backlog = backlog_.size();
  counts.bisected = bisections_.size();
  counts.in_flight = in_flight_.size();
  counts.more = backlog_.has_more();
  return counts;
}

}  // namespace vitalgate::sync
