// Decides what one destination is sent next. Pure: no I/O, no threads, time is an argument.
//
// A batch is queued once, in flight until the destination confirmed it, and queued again when
// the link breaks or the answer does not come in time. Live batches (sealed since the link came
// up) go before the backlog, the backlog oldest first (promise P6).
#pragma once

#include <chrono>
#include <cstddef>
#include <deque>
#include <map>
#include <optional>

#include "agent/core/clock.h"
#include "config/settings.h"
#include "sync/buffer/buffer.h"

namespace vitalgate::sync {

struct DeliveryLimits {
  std::size_t window = 16;                           // batches in flight
  std::chrono::milliseconds answer_timeout{20'000};  // doubles with each repeat of a batch
  config::Acknowledge acknowledge = config::Acknowledge::hub;
};

struct DeliveryCounts {
  std::size_t queued = 0;
  std::size_t in_flight = 0;
  std::uint64_t sent = 0;        // attempts
  std::uint64_t repeated = 0;    // of these, second and later ones
  std::uint64_t unanswered = 0;  // answers that did not come in time
};

class Delivery {
 public:
  explicit Delivery(DeliveryLimits limits) : limits_(limits) {}

  // A sealed batch that this destination has not confirmed. Known ones are left as they are.
  void add(const BatchInfo& batch);

  // `peer_window`: what the other side allows in flight.
  void link_up(std::size_t peer_window);
  // Everything in flight is queued again.
  void link_down();
  [[nodiscard]] bool is_up() const { return up_; }

  // The batch to send now, which is in flight from then on; nothing when the window is full, the
  // link is down or nothing waits.
  struct Send {
    BatchInfo batch;
    unsigned attempt = 1;
  };
  std::optional<Send> next(Clock::time_point now);

  // The transport took the batch (PUBACK, 2xx). Its range, to be confirmed, when that is all this
  // destination ever says.
  [[nodiscard]] std::optional<Range> sent(BatchKey key) const;

  // The destination has the whole batch.
  void confirmed(BatchKey key);

  // Queues again what was not answered in time; how many.
  std::size_t expire(Clock::time_point now);
  [[nodiscard]] std::optional<Clock::time_point> deadline() const;

  [[nodiscard]] DeliveryCounts counts() const;

 private:
  struct Item {
    BatchInfo batch;
    unsigned attempts = 0;
    Clock::time_point due{};  // while in flight
  };
  void queue(Item item);

  DeliveryLimits limits_;
  bool up_ = false;
  std::size_t peer_window_ = 0;
  std::map<BatchKey, Item> live_;
  std::map<BatchKey, Item> backlog_;  // by lane, then number: urgent first, oldest first
  std::map<BatchKey, Item> in_flight_;
  DeliveryCounts counts_;
};

}  // namespace vitalgate::sync
