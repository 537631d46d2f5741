// Backlog: the old batches that a destination is sent next, and what of the rest is left to the
// buffer. Pure.
//
// Memory does not grow with what waits: at most limits::kBacklogLookahead batches are known, the
// first ones to be sent. What is beyond is asked for again per stream: see wants().
#pragma once

#include <map>
#include <optional>

#include "config/settings.h"
#include "sync/delivery/item.h"

namespace vitalgate::sync {

class Backlog {
 public:
  explicit Backlog(config::BacklogOrder order);

  // What to ask the buffer for: at most `limit` unconfirmed batches, oldest first and after
  // sequence `edge`, or newest first and before it.
  struct Wanted {
    Sequence edge = 0;
    std::size_t limit = 0;
    bool newest_first = false;
  };
  [[nodiscard]] std::optional<Wanted> wants(StreamRef stream) const;
  // The buffer's answer came; its batches are put one by one, and bound() ends it.
  void was_read(StreamRef stream, const Wanted& asked, const std::vector<BatchInfo>& batches);
  // Whether everything unconfirmed at `range` of `stream` is known.
  [[nodiscard]] bool is_read(StreamRef stream, Range range) const;

  void put(Queue::node_type node) { queue_.insert(std::move(node)); }
  void put(Item item);
  // Leaves the last ones to the buffer again.
  void bound();
  // There is no room to know this one.
  void leave(const BatchInfo& batch);

  [[nodiscard]] bool empty() const { return queue_.empty(); }
  [[nodiscard]] std::size_t size() const { return queue_.size(); }
  [[nodiscard]] const Item& first() const { return queue_.begin()->second; }
  Queue::node_type take_first() { return queue_.extract(queue_.begin()); }
  Queue::node_type take(BatchKey key) { return queue_.extract(key); }
  [[nodiscard]] Item* find(BatchKey key);
  // The buffer may hold further ones.
  [[nodiscard]] bool has_more() const;
  // What waits in the buffer has changed: nothing is known.
  void clear();

 private:
  // What of a stream is not in memory: unconfirmed batches behind `edge`, if there are `more`.
  // Before it, in the order of sending, every unconfirmed batch is known.
  struct Unread {
    Sequence edge = 0;
    bool more = true;
  };
  [[nodiscard]] Unread unread_of(StreamRef stream) const;
  [[nodiscard]] bool is_behind(Range range, Sequence edge) const;

  bool newest_first_;
  Queue queue_;
  std::map<StreamRef, Unread> unread_;
};

}  // namespace vitalgate::sync
