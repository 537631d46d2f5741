// OrderWatch: the judge of P6 at the gateway's end of each link.
//
// A batch that is sealed while a link is up is live there, also when it is sent again. Until it is
// sent over that link, at most one batch that is not live may be, or what one is cut into. An
// urgent batch may always go before one that is not.
#pragma once

#include <map>
#include <set>
#include <vector>

#include "sync/buffer/buffer.h"
#include "tests/simulation/stage.h"

namespace vitalgate::simulation {

class OrderWatch {
 public:
  OrderWatch(Stage& stage, std::size_t destinations) : stage_(stage), at_(destinations) {}

  // A gateway process has opened `buffer`: what is sealed already is backlog.
  void start(sync::Buffer& buffer);
  // After each turn: what was sealed in it is live where `is_up`.
  void look(sync::Buffer& buffer, const std::vector<bool>& is_up);
  // A batch, or a piece of one. One that was given up for room in the meantime waits no more.
  void sent(sync::Buffer& buffer, std::size_t destination, const sync::BatchInfo& batch);
  // The link broke, or the gateway loaded its queues anew: nothing is live there.
  void forget(std::size_t destination);
  void forget_all();

  // Live, and not sent yet.
  [[nodiscard]] bool is_live(std::size_t destination, const sync::BatchKey& batch) const {
    return at_.at(destination).waiting.count(batch) != 0;
  }
  [[nodiscard]] std::uint64_t watched() const { return watched_; }

 private:
  struct Seen {
    sync::BatchNumber next = 0;
    sync::Sequence last = 0;
  };

  // The batch that something sent is, or is a piece of: stream and first sequence.
  using Origin = std::pair<sync::StreamRef, sync::Sequence>;
  struct Waiting {
    sync::Range range;
    std::set<Origin> overtaken_by = {};
  };
  struct Destination {
    std::map<sync::BatchKey, Waiting> waiting;
    std::map<sync::StreamRef, sync::RangeSet> live;  // sent or not
    std::map<Origin, sync::Sequence> whole;          // what was sent, with its last sequence
  };
  static Origin origin_of(Destination& at, const sync::BatchInfo& batch);

  Stage& stage_;
  std::array<Seen, kLanes.size()> seen_;
  std::vector<Destination> at_;
  std::uint64_t watched_ = 0;
};

}  // namespace vitalgate::simulation
