// Bisections: refused batches on their way in smaller and smaller pieces, until the readings that
// the peer does not take are alone. Pure.
//
// Depth first: the half of a refused piece goes before its other half, and that before the rest.
#pragma once

#include <map>
#include <optional>
#include <vector>

#include "sync/delivery/item.h"

namespace vitalgate::sync {

class Bisections {
 public:
  // `refused`, a batch or a piece of one, is replaced by its halves; they get the numbers `first`
  // and `first` + 1. It has more than one reading.
  void split(const Item& refused, BatchNumber first);
  // `refused` cannot be divided, and it is not certain yet that the fault is its own.
  void hold(Item refused);
  // When the batch that `item` belongs to was refused first, in the order of sending.
  [[nodiscard]] std::uint64_t began(const Item& item) const;

  // The piece to send next; it is out until it is put back or done.
  [[nodiscard]] const Item* next() const;
  std::optional<Item> take_next();
  // What is held longest.
  std::optional<Item> take_held();
  void put_back(Item piece);
  // A piece of `whole` that was out has arrived.
  void done(BatchKey whole);
  // A piece that was not out has.
  void drop(BatchKey piece);
  // Something sent as number `order` was accepted: what was held before that is tried again. False
  // when nothing was.
  bool release_held(std::uint64_t order);

  // The batch is delivered, or nobody needs it any more. False when it is not here.
  bool end(BatchKey whole) { return batches_.erase(whole) > 0; }
  void clear() { batches_.clear(); }
  [[nodiscard]] const BatchInfo* whole(BatchKey whole) const;
  void refresh(const BatchInfo& batch);
  // Pieces of `stream` that are not out and touch `range`.
  void collect(StreamRef stream, Range range, std::vector<BatchInfo>& into) const;

  [[nodiscard]] bool empty() const { return batches_.empty(); }
  [[nodiscard]] std::size_t size() const { return batches_.size(); }
  [[nodiscard]] std::size_t held() const;    // pieces
  [[nodiscard]] std::size_t active() const;  // batches of which a piece is out or waits

 private:
  struct Bisection {
    BatchInfo whole;
    std::uint64_t began = 0;
    std::vector<Item> waiting;  // the next one last
    std::vector<Item> held;     // the oldest first
    std::size_t out = 0;
  };
  Bisection& of(const Item& item);

  std::map<BatchKey, Bisection> batches_;
};

}  // namespace vitalgate::sync
