// Decides what one destination is sent next. Pure: no I/O, no threads, time is an argument.
//
// A batch is queued once, in flight until the destination confirmed it, and queued again when
// the link breaks or the answer does not come in time. The urgent lane goes first, then live
// batches (sealed since the link came up), then the backlog in its order (promise P6); the backlog
// leaves a part of the window to what is new, and keeps to its rate.
//
// A batch that is not taken is treated by what to do next: busy() and locked() leave the
// destination alone for a while (pause.h), a batch whose content is refused is sent in pieces
// (bisections.h) until the readings at fault are alone.
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "agent/core/clock.h"
#include "sync/buffer/buffer_types.h"
#include "sync/delivery/backlog.h"
#include "sync/delivery/bisections.h"
#include "sync/delivery/byte_rate.h"
#include "sync/delivery/delivery_limits.h"
#include "sync/delivery/in_flight.h"
#include "sync/delivery/pause.h"

namespace vitalgate::sync {

struct DeliveryCounts {
  std::size_t live = 0;          // batches that wait
  std::size_t backlog = 0;       // those that are known
  std::size_t bisected = 0;      // refused batches that are sent in pieces
  std::size_t in_flight = 0;     // batches and pieces
  bool more = false;             // the buffer may hold further ones
  std::uint64_t sent = 0;        // attempts
  std::uint64_t repeated = 0;    // of these, second and later ones
  std::uint64_t unanswered = 0;  // answers that did not come in time

  [[nodiscard]] std::size_t queued() const { return live + backlog + bisected; }
};

class Delivery {
 public:
  explicit Delivery(DeliveryLimits limits);

  // A batch that was sealed just now. One that is known already is only refreshed; one that there
  // is no room for comes back through a refill.
  void add(const BatchInfo& batch);

  // What to ask the buffer for. Nothing while enough is known, or when nothing more can be there.
  using Wanted = Backlog::Wanted;
  [[nodiscard]] std::optional<Wanted> wants(StreamRef stream) const {
    return backlog_.wants(stream);
  }
  // The buffer's answer, in the order that was asked for.
  void refill(StreamRef stream, const Wanted& asked, const std::vector<BatchInfo>& batches);
  // What waits has changed in the buffer: it is asked for anew. What is in flight stays so, unless
  // the buffer turns out not to wait for it any more. Batches in pieces begin again.
  void reload();

  // `peer_window`: what the other side allows in flight.
  void link_up(std::size_t peer_window);
  // Everything in flight is queued again.
  void link_down();
  [[nodiscard]] bool is_up() const { return up_; }

  // The batch to send now, which is in flight from then on; nothing when the window is full, the
  // link is down, the destination is left alone or nothing waits.
  struct Send {
    BatchInfo batch;
    unsigned attempt = 1;
    std::optional<BatchInfo> whole;  // of a piece: where its readings are stored
  };
  std::optional<Send> next(Clock::time_point now);
  // What next() gave could not be sent after all: it is queued as if it had not been taken.
  void not_sent(BatchKey key);

  // The transport took the batch (PUBACK, 2xx). Its range, to be confirmed, when that is all this
  // destination ever says.
  [[nodiscard]] std::optional<Range> sent(BatchKey key, Clock::time_point now);

  // The hub has spoken about `stream`. Ranges that this confirms although no answer names them: a
  // tombstone carries no reading that could be stored, so it has arrived when the transport took
  // it and the hub goes on answering.
  [[nodiscard]] std::vector<Range> answered(StreamRef stream) const;

  // The destination has the whole batch or piece.
  void confirmed(BatchKey key);
  // Nobody needs to have it any more.
  void forget(BatchKey key);
  // Pieces that touch a range: what is confirmed of them is for the buffer to say.
  [[nodiscard]] std::vector<BatchInfo> pieces_over(StreamRef stream, Range range) const;

  // The peer is overloaded; the batch is queued again. `retry_after` is what it asked for.
  void busy(BatchKey key, Clock::time_point now, std::optional<std::chrono::seconds> retry_after,
            const std::string& what, const std::string& hint);
  // The peer takes nothing from us until a person acted; the batch is queued again.
  void locked(BatchKey key, Clock::time_point now, const std::string& what,
              const std::string& hint);
  // The peer refuses the content of a batch. If it can be divided, split() it with two numbers
  // that nothing else will ever have; if not, refused_alone().
  [[nodiscard]] bool can_split(BatchKey key) const;
  void split(BatchKey key, BatchNumber first_number);
  // Gives the batch (one reading, or a tombstone) when its own content must be at fault, because
  // something else that was sent after it was accepted: it has to be dealt with. Otherwise the
  // hub may be refusing everything: it is kept, and tried again once something was accepted.
  [[nodiscard]] std::optional<BatchInfo> refused_alone(BatchKey key, Clock::time_point now,
                                                       const std::string& what);

  // Queues again what was not answered in time; how many.
  std::size_t expire(Clock::time_point now);
  // When next() or expire() may have something to do that no event brings.
  [[nodiscard]] std::optional<Clock::time_point> deadline() const;

  [[nodiscard]] DeliveryCounts counts() const;
  [[nodiscard]] const Pause& pause() const { return pause_; }

 private:
  bool refresh(const BatchInfo& batch);
  void settle_doubts(StreamRef stream);
  void queue(Queue::node_type node);
  void end(BatchKey whole);
  void accepted(const Item& item);
  void doubt_the_hub(BatchKey key, Clock::time_point now);
  Queue::node_type take_next(Clock::time_point now);
  Queue::node_type take_probe(Clock::time_point now);
  Queue::node_type take_whole(Clock::time_point now, bool is_probe);
  Queue::node_type take_piece(bool is_probe);

  DeliveryLimits limits_;
  bool up_ = false;
  Queue live_;
  Backlog backlog_;
  InFlight in_flight_;
  Bisections bisections_;
  Pause pause_;
  ByteRate backlog_rate_;
  std::optional<Clock::time_point> throttled_until_;  // the rate alone holds the backlog back
  std::uint64_t order_ = 0;                           // attempts so far
  std::uint64_t accepted_ = 0;                        // the latest of them that was
  std::string refusal_;                               // of the last reading that was refused alone
  DeliveryCounts counts_;
};

}  // namespace vitalgate::sync
