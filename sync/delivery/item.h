// One batch that a destination is to get, as its delivery sees it.
#pragma once

#include <map>

#include "agent/core/clock.h"
#include "sync/buffer/buffer_types.h"

namespace vitalgate::sync {

struct Item {
  BatchInfo batch;
  BatchKey whole{};         // of a piece: the refused batch that it is cut from
  unsigned attempts = 0;    // sent so often
  std::uint64_t order = 0;  // of its last attempt, among all attempts
  bool live = false;        // sealed since the link came up
  bool taken = false;       // by the transport, while in flight
  bool doubtful = false;    // in flight since before a reload(): the buffer may have it confirmed
  Clock::time_point sent{}, due{};  // while in flight

  [[nodiscard]] bool is_piece() const { return whole.number != 0; }
  // Whether it has to leave room for what is new.
  [[nodiscard]] bool is_backlog() const {
    return !live && !is_piece() && batch.key.lane != Lane::urgent;
  }
};

// Urgent first, then by age. Streams and batches of them have the same order.
struct SendOrder {
  bool newest_first = false;
  template <class Place>
  bool operator()(const Place& a, const Place& b) const {
    return newest_first && a.lane == b.lane ? b < a : a < b;
  }
};

// An item keeps its node, whichever queue it is in.
using Queue = std::map<BatchKey, Item, SendOrder>;

inline Queue::node_type node_of(Item item) {
  Queue one;
  const BatchKey key = item.batch.key;
  one.emplace(key, std::move(item));
  return one.extract(one.begin());
}

}  // namespace vitalgate::sync
