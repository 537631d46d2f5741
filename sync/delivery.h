// Decides what one destination is sent next. Pure: no I/O, no threads, time is an argument.
//
// A batch is queued once, in flight until the destination confirmed it, and queued again when
// the link breaks or the answer does not come in time. Live batches (sealed since the link came
// up) go before the backlog, the backlog oldest first (promise P6).
//
// Memory does not grow with the backlog: of each queue at most limits::kBacklogLookahead batches
// are known, the first ones to be sent. What is beyond is left to the buffer, and asked for again
// per stream: see wants() and refill().
#pragma once

#include <chrono>
#include <cstddef>
#include <map>
#include <optional>
#include <vector>

#include "agent/core/clock.h"
#include "config/settings.h"
#include "sync/buffer/buffer_types.h"

namespace vitalgate::sync {

struct DeliveryLimits {
  std::size_t window = 16;                           // batches in flight
  std::chrono::milliseconds answer_timeout{20'000};  // doubles with each repeat of a batch
  config::Acknowledge acknowledge = config::Acknowledge::hub;
};

struct DeliveryCounts {
  std::size_t queued = 0;
  std::size_t in_flight = 0;
  bool more = false;             // the buffer may hold further ones
  std::uint64_t sent = 0;        // attempts
  std::uint64_t repeated = 0;    // of these, second and later ones
  std::uint64_t unanswered = 0;  // answers that did not come in time
};

class Delivery {
 public:
  explicit Delivery(DeliveryLimits limits) : limits_(limits) {}

  // A batch that was sealed just now. One that is known already is only refreshed; one that there
  // is no room for comes back through a refill.
  void add(const BatchInfo& batch);

  // What to ask the buffer for: unconfirmed batches of `stream` after sequence `after`, at most
  // `limit`. Nothing while enough is known, or when nothing more can be there.
  struct Wanted {
    Sequence after = 0;
    std::size_t limit = 0;
  };
  [[nodiscard]] std::optional<Wanted> wants(StreamRef stream) const;
  // The buffer's answer, oldest first.
  void refill(StreamRef stream, Wanted asked, const std::vector<BatchInfo>& batches);
  // What waits has changed in the buffer: it is asked for anew. What is in flight stays so, unless
  // the buffer turns out not to wait for it any more.
  void reload();

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
  // What next() gave could not be sent after all: it is queued as if it had not been taken.
  void not_sent(BatchKey key);

  // The transport took the batch (PUBACK, 2xx). Its range, to be confirmed, when that is all this
  // destination ever says.
  [[nodiscard]] std::optional<Range> sent(BatchKey key);

  // The hub has spoken about `stream`. Ranges that this confirms although no answer names them: a
  // tombstone carries no reading that could be stored, so it has arrived when the transport took
  // it and the hub goes on answering.
  [[nodiscard]] std::vector<Range> answered(StreamRef stream) const;

  // The destination has the whole batch, or nobody needs to have it any more.
  void confirmed(BatchKey key);

  // Queues again what was not answered in time; how many.
  std::size_t expire(Clock::time_point now);
  [[nodiscard]] std::optional<Clock::time_point> deadline() const;

  [[nodiscard]] DeliveryCounts counts() const;

 private:
  struct Item {
    BatchInfo batch;
    unsigned attempts = 0;
    bool taken = false;       // by the transport, while in flight
    bool doubtful = false;    // in flight since before a reload(): the buffer may have it confirmed
    Clock::time_point due{};  // while in flight
  };
  using Queue = std::map<BatchKey, Item>;

  // What of a stream is not in memory: unconfirmed batches after `after`, if there are `more`. At
  // or before `after` every unconfirmed batch is known.
  struct Unread {
    Sequence after = 0;
    bool more = true;
  };

  bool refresh(const BatchInfo& batch);
  void settle_doubts(StreamRef stream, const Unread& unread);
  void queue(Item item);
  void bound(Queue& queue);

  DeliveryLimits limits_;
  bool up_ = false;
  std::size_t peer_window_ = 0;
  Queue live_;
  Queue backlog_;  // by lane, epoch, number: urgent first, oldest first
  Queue in_flight_;
  std::map<StreamRef, Unread> unread_;
  DeliveryCounts counts_;
};

}  // namespace vitalgate::sync
