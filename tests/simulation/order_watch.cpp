#include "tests/simulation/order_watch.h"

namespace vitalgate::simulation {
namespace {

constexpr std::size_t kSealedAtOnceMax = 64;

sync::StreamRef current(const sync::Buffer& buffer, Lane lane) {
  sync::StreamRef newest(lane);
  for (const sync::StreamRef stream : buffer.streams())
    if (stream.lane == lane) newest = std::max(newest, stream);
  return newest;
}

}  // namespace

void OrderWatch::start(sync::Buffer& buffer) {
  forget_all();
  for (const Lane lane : kLanes) {
    Seen& seen = seen_.at(static_cast<std::size_t>(lane));
    seen = {buffer.next_batch(lane), 0};
    const auto waiting = buffer.unconfirmed(0, current(buffer, lane), 0, SIZE_MAX);
    if (waiting && !waiting->empty()) seen.last = waiting->back().range.last;
  }
}

void OrderWatch::look(sync::Buffer& buffer, const std::vector<bool>& is_up) {
  if (buffer.needs_mending()) return forget_all();
  for (const Lane lane : kLanes) {
    Seen& seen = seen_.at(static_cast<std::size_t>(lane));
    if (buffer.next_batch(lane) == seen.next) continue;
    const auto fresh = buffer.unconfirmed(0, current(buffer, lane), seen.last, kSealedAtOnceMax);
    if (!fresh) continue;
    for (const sync::BatchInfo& batch : *fresh) {
      seen.last = std::max(seen.last, batch.range.last);
      if (batch.key.number < seen.next || batch.backfill || batch.tombstone) continue;
      for (std::size_t i = 0; i < live_.size(); ++i)
        if (is_up.at(i)) live_[i].emplace(batch.key, 0);
      ++watched_;
    }
    seen.next = buffer.next_batch(lane);
  }
}

void OrderWatch::sent(std::size_t destination, const sync::BatchKey& batch) {
  auto& live = live_.at(destination);
  if (live.erase(batch) != 0) return;
  for (auto& [waiting, overtaken] : live) {
    const bool may = batch.lane == Lane::urgent && waiting.lane != Lane::urgent;
    if (may || ++overtaken <= 1) continue;
    return stage_.broken("P6: live batch " + std::to_string(waiting.number) + " of lane " +
                         std::string(name(waiting.lane)) + " waits behind the backlog");
  }
}

void OrderWatch::forget_all() {
  for (auto& live : live_) live.clear();
}

}  // namespace vitalgate::simulation
