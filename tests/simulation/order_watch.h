// OrderWatch: the judge of P6 at the gateway's end of each link.
//
// A batch that is sealed while a link is up is live there. Until it is sent over that link, at most
// one batch that is not live may be. An urgent batch may always go before one that is not.
#pragma once

#include <map>
#include <vector>

#include "sync/buffer/buffer.h"
#include "tests/simulation/stage.h"

namespace vitalgate::simulation {

class OrderWatch {
 public:
  OrderWatch(Stage& stage, std::size_t destinations) : stage_(stage), live_(destinations) {}

  // A gateway process has opened `buffer`: what is sealed already is backlog.
  void start(sync::Buffer& buffer);
  // After each turn: what was sealed in it is live where `is_up`.
  void look(sync::Buffer& buffer, const std::vector<bool>& is_up);
  void sent(std::size_t destination, const sync::BatchKey& batch);
  // The link broke, or the gateway loaded its queues anew: nothing is live there.
  void forget(std::size_t destination) { live_.at(destination).clear(); }
  void forget_all();

  [[nodiscard]] bool is_live(std::size_t destination, const sync::BatchKey& batch) const {
    return live_.at(destination).count(batch) != 0;
  }
  [[nodiscard]] std::uint64_t watched() const { return watched_; }

 private:
  struct Seen {
    sync::BatchNumber next = 0;
    sync::Sequence last = 0;
  };

  Stage& stage_;
  std::array<Seen, kLanes.size()> seen_;
  std::vector<std::map<sync::BatchKey, int>> live_;  // how often each was overtaken
  std::uint64_t watched_ = 0;
};

}  // namespace vitalgate::simulation
