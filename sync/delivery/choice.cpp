// What goes next, and what becomes of a batch that the peer did not take.
#include <algorithm>

#include "agent/core/limits.h"
#include "sync/delivery/delivery.h"

namespace vitalgate::sync {
namespace {

constexpr unsigned kTimeoutDoublingsMax = 4;

Queue::node_type first_of(Queue& queue) { return queue.extract(queue.begin()); }

}  // namespace

std::optional<Delivery::Send> Delivery::next(Clock::time_point now) {
  throttled_until_.reset();
  if (!up_ || !pause_.lets_send(now)) return std::nullopt;
  auto node = pause_.is_open() ? take_next(now) : take_probe(now);
  if (node.empty()) return std::nullopt;
  Item& item = node.mapped();
  const unsigned doublings = std::min(item.attempts, kTimeoutDoublingsMax);
  item.sent = now;
  item.due = now + limits_.answer_timeout * (1 << doublings);
  item.order = ++order_;
  ++item.attempts;
  ++counts_.sent;
  if (item.attempts > 1) ++counts_.repeated;
  if (item.is_backlog()) backlog_rate_.spend(item.batch.bytes, now);
  pause_.sent(item.batch.key);
  Send send{item.batch, item.attempts, std::nullopt};
  if (item.is_piece() && item.whole != item.batch.key) send.whole = *bisections_.whole(item.whole);
  in_flight_.put(std::move(node));
  return send;
}

Queue::node_type Delivery::take_next(Clock::time_point now) {
  // While a reading is doubted, another batch shows whether the hub takes anything.
  const bool doubts = bisections_.held() > 0;
  auto node = doubts ? take_whole(now, /*is_probe=*/false) : take_piece(/*is_probe=*/false);
  if (node.empty()) node = doubts ? take_piece(false) : take_whole(now, false);
  const bool all_is_held =
      node.empty() && in_flight_.size() == 0 && !throttled_until_ && bisections_.held() > 0;
  if (all_is_held) doubt_the_hub({}, now);
  return node;
}

// A hub that refuses everything is asked first with what it has not seen yet, if there is
// anything, then with what that is made of.
Queue::node_type Delivery::take_probe(Clock::time_point now) {
  if (!in_flight_.has_room_for_probe()) return {};
  const bool fresh_first = pause_.why() == Pause::Why::refuses_everything && pause_.probes() == 0 &&
                           bisections_.size() < limits::kWindowMax;
  auto node = fresh_first ? take_whole(now, true) : take_piece(true);
  if (node.empty()) node = fresh_first ? take_piece(true) : take_whole(now, true);
  if (!node.empty()) return node;
  auto held = bisections_.take_held();
  return held ? node_of(*std::move(held)) : Queue::node_type();
}

Queue::node_type Delivery::take_piece(bool is_probe) {
  const Item* const piece = bisections_.next();
  if (piece == nullptr || (!is_probe && !in_flight_.has_room(*piece, 0))) return {};
  return node_of(*bisections_.take_next());
}

Queue::node_type Delivery::take_whole(Clock::time_point now, bool is_probe) {
  const auto fits = [&](const Item& item) {
    return is_probe || in_flight_.has_room(item, bisections_.active());
  };
  const bool urgent_live = !live_.empty() && live_.begin()->first.lane == Lane::urgent;
  const bool urgent_old = !backlog_.empty() && !backlog_.first().is_backlog();
  if (!live_.empty() && (urgent_live || !urgent_old))
    return fits(live_.begin()->second) ? first_of(live_) : Queue::node_type();
  if (backlog_.empty() || !fits(backlog_.first())) return {};
  if (backlog_.first().is_backlog() && !is_probe && !backlog_rate_.is_ready(now)) {
    throttled_until_ = backlog_rate_.ready_at();
    return {};
  }
  return backlog_.take_first();
}

void Delivery::busy(BatchKey key, Clock::time_point now,
                    std::optional<std::chrono::seconds> retry_after, const std::string& what,
                    const std::string& hint) {
  auto node = in_flight_.take(key);
  if (node.empty()) return;
  pause_.busy(key, now, retry_after, what, hint);
  queue(std::move(node));
}

void Delivery::locked(BatchKey key, Clock::time_point now, const std::string& what,
                      const std::string& hint) {
  auto node = in_flight_.take(key);
  if (node.empty()) return;
  pause_.alarm(Pause::Why::unauthorised, key, now, what, hint);
  queue(std::move(node));
}

bool Delivery::can_split(BatchKey key) const {
  const auto found = in_flight_.items().find(key);
  if (found == in_flight_.items().end()) return false;
  const BatchInfo& batch = found->second.batch;
  return !batch.tombstone && batch.range.count() > 1;
}

void Delivery::split(BatchKey key, BatchNumber first_number) {
  auto node = in_flight_.take(key);
  if (node.empty()) return;
  pause_.refused(key);
  bisections_.split(node.mapped(), first_number);
}

std::optional<BatchInfo> Delivery::refused_alone(BatchKey key, Clock::time_point now,
                                                 const std::string& what) {
  auto node = in_flight_.take(key);
  if (node.empty()) return std::nullopt;
  Item& item = node.mapped();
  refusal_ = what;
  if (accepted_ > bisections_.began(item)) {
    pause_.refused(key);
    if (item.is_piece()) bisections_.done(item.whole);
    return item.batch;
  }
  bisections_.hold(std::move(item));
  const bool asked_enough = bisections_.held() >= limits::kRefusedReadingsHeldMax ||
                            pause_.why() == Pause::Why::refuses_everything;
  if (asked_enough)
    doubt_the_hub(key, now);
  else
    pause_.refused(key);
  return std::nullopt;
}

void Delivery::doubt_the_hub(BatchKey key, Clock::time_point now) {
  std::string what = "the hub refuses every reading: ";
  pause_.alarm(Pause::Why::refuses_everything, key, now, what.append(refusal_),
               "check that this is the right hub and path; nothing is given up meanwhile");
}

}  // namespace vitalgate::sync
