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
  for (Destination& at : at_) at = {};
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
      for (std::size_t i = 0; i < at_.size(); ++i) {
        if (!is_up.at(i)) continue;
        at_[i].waiting.emplace(batch.key, Waiting{batch.range});
        at_[i].live[batch.key.stream()].add(batch.range);
      }
      ++watched_;
    }
    seen.next = buffer.next_batch(lane);
  }
}

OrderWatch::Origin OrderWatch::origin_of(Destination& at, const sync::BatchInfo& batch) {
  const Origin own{batch.key.stream(), batch.range.first};
  const auto after = at.whole.upper_bound(own);
  if (after != at.whole.begin()) {
    const auto& [origin, last] = *std::prev(after);
    if (origin.first == own.first && last >= batch.range.last) return origin;
  }
  at.whole.insert_or_assign(own, batch.range.last);
  return own;
}

void OrderWatch::sent(sync::Buffer& buffer, std::size_t destination, const sync::BatchInfo& batch) {
  Destination& at = at_.at(destination);
  const Origin origin = origin_of(at, batch);
  at.waiting.erase(batch.key);
  const auto live = at.live.find(batch.key.stream());
  if (live != at.live.end() && live->second.contains(batch.range)) return;
  for (auto next = at.waiting.begin(); next != at.waiting.end();) {
    const auto one = next++;
    const auto& key = one->first;
    const bool may = batch.key.lane == Lane::urgent && key.lane != Lane::urgent;
    if (may) continue;
    one->second.overtaken_by.insert(origin);
    if (one->second.overtaken_by.size() <= 1) continue;
    const auto there =
        buffer.unconfirmed(destination, key.stream(), one->second.range.first - 1, 1);
    if (there && !there->empty() && there->front().key == key)
      return stage_.broken("P6: live batch " + std::to_string(key.number) + " of lane " +
                           std::string(name(key.lane)) + " waits behind the backlog");
    at.waiting.erase(one);
  }
}

void OrderWatch::forget_all() {
  for (std::size_t i = 0; i < at_.size(); ++i) forget(i);
}

void OrderWatch::forget(std::size_t destination) {
  at_.at(destination).waiting.clear();
  at_.at(destination).live.clear();
}

}  // namespace vitalgate::simulation
