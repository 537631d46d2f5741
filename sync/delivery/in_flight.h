// InFlight: the batches that are on their way to a destination, against what may be. Pure.
#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "sync/delivery/backlog_pace.h"
#include "sync/delivery/delivery_limits.h"
#include "sync/delivery/item.h"

namespace vitalgate::sync {

class InFlight {
 public:
  explicit InFlight(const DeliveryLimits& limits);

  // A new connection, and what the other side allows.
  void set_peer(std::size_t window) {
    peer_ = window;
    pace_.restart();
  }
  // The transport took `item`.
  void took(const Item& item, Clock::time_point now) {
    if (item.is_backlog()) pace_.took(item.batch.bytes, item.sent, now);
  }

  // Whether `item` may go now. `bisected`: refused batches that are being sent in pieces; each
  // takes the place that it had.
  [[nodiscard]] bool has_room(const Item& item, std::size_t bisected) const;
  // For one batch whatever else is going on.
  [[nodiscard]] bool has_room_for_probe() const { return queue_.size() < peer_; }

  const Item& put(Queue::node_type node);
  // Empty when it is not in flight.
  Queue::node_type take(BatchKey key);
  std::vector<Queue::node_type> take_if(const std::function<bool(const Item&)>& chosen);
  // What was not answered in time.
  std::vector<Queue::node_type> take_due(Clock::time_point now);
  // Not before this is anything due; nothing while nothing is in flight.
  [[nodiscard]] std::optional<Clock::time_point> deadline() const;

  // To mark it, or to refresh() it.
  [[nodiscard]] Item* find(BatchKey key);
  void refresh(Item& item, const BatchInfo& batch);
  [[nodiscard]] const Queue& items() const { return queue_; }
  [[nodiscard]] std::size_t size() const { return queue_.size(); }
  [[nodiscard]] std::size_t tombstones() const { return tombstones_; }
  void doubt_all();

 private:
  void count(const Item& item, bool in);

  std::size_t window_, peer_ = 0;
  std::uint64_t window_bytes_;
  BacklogPace pace_;
  unsigned backlog_share_percent_;
  Queue queue_;
  std::size_t pieces_ = 0, backlog_ = 0, tombstones_ = 0;
  std::uint64_t bytes_ = 0, backlog_bytes_ = 0;
  Clock::time_point first_due_{};  // or earlier: what was due then may have been answered
};

}  // namespace vitalgate::sync
