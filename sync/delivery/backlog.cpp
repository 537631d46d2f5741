#include "sync/delivery/backlog.h"

#include <algorithm>

#include "agent/core/limits.h"

namespace vitalgate::sync {

Backlog::Backlog(config::BacklogOrder order)
    : newest_first_(order == config::BacklogOrder::newest_first),
      queue_(SendOrder{newest_first_}) {}

Backlog::Unread Backlog::unread_of(StreamRef stream) const {
  const auto found = unread_.find(stream);
  if (found != unread_.end()) return found->second;
  return {newest_first_ ? limits::kSequenceMax + 1 : 0, true};
}

bool Backlog::is_behind(Range range, Sequence edge) const {
  return newest_first_ ? range.first < edge : range.last > edge;
}

bool Backlog::is_read(StreamRef stream, Range range) const {
  const Unread unread = unread_of(stream);
  return !unread.more || !is_behind(range, unread.edge);
}

std::optional<Backlog::Wanted> Backlog::wants(StreamRef stream) const {
  const Unread unread = unread_of(stream);
  if (!unread.more) return std::nullopt;
  const std::size_t room = limits::kBacklogLookahead - queue_.size();
  if (room > limits::kBacklogLookahead / 2) return Wanted{unread.edge, room, newest_first_};
  // Much is known, but what is not might have to be sent before it.
  const BatchInfo& next = first().batch;
  if (SendOrder{newest_first_}(next.key.stream(), stream)) return std::nullopt;
  if (next.key.stream() == stream && !is_behind(next.range, unread.edge)) return std::nullopt;
  return Wanted{unread.edge, limits::kBacklogLookahead, newest_first_};
}

void Backlog::was_read(StreamRef stream, const Wanted& asked,
                       const std::vector<BatchInfo>& batches) {
  Unread unread{asked.edge, batches.size() >= asked.limit};
  if (!batches.empty())
    unread.edge = newest_first_ ? batches.back().range.first : batches.back().range.last;
  unread_[stream] = unread;
}

void Backlog::put(Item item) {
  const BatchKey key = item.batch.key;
  queue_.insert_or_assign(key, std::move(item));
}

void Backlog::bound() {
  while (queue_.size() > limits::kBacklogLookahead) {
    const auto last = std::prev(queue_.end());
    leave(last->second.batch);
    queue_.erase(last);
  }
}

void Backlog::leave(const BatchInfo& batch) {
  Unread unread = unread_of(batch.key.stream());
  const Sequence edge = newest_first_ ? batch.range.last + 1 : batch.range.first - 1;
  if (!unread.more)
    unread.edge = edge;
  else
    unread.edge = newest_first_ ? std::max(unread.edge, edge) : std::min(unread.edge, edge);
  unread.more = true;
  unread_[batch.key.stream()] = unread;
}

Item* Backlog::find(BatchKey key) {
  const auto found = queue_.find(key);
  return found == queue_.end() ? nullptr : &found->second;
}

bool Backlog::has_more() const {
  return std::any_of(unread_.begin(), unread_.end(),
                     [](const auto& stream) { return stream.second.more; });
}

void Backlog::clear() {
  queue_.clear();
  unread_.clear();
}

}  // namespace vitalgate::sync
