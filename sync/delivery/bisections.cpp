#include "sync/delivery/bisections.h"

#include <algorithm>

#include "agent/core/check.h"

namespace vitalgate::sync {
namespace {

Item half_of(const Item& item, BatchKey whole, Range range, BatchNumber number) {
  Item half{.batch = item.batch, .whole = whole, .live = item.live};
  half.batch.key.number = number;
  half.batch.range = range;
  const std::uint64_t bytes = item.batch.bytes * range.count() / item.batch.range.count();
  half.batch.bytes = static_cast<std::uint32_t>(bytes);  // about
  return half;
}

}  // namespace

// Begins it when `item` is a whole batch.
Bisections::Bisection& Bisections::of(const Item& item) {
  const BatchKey whole = item.is_piece() ? item.whole : item.batch.key;
  const auto [at, fresh] = batches_.try_emplace(whole);
  if (fresh) at->second = {.whole = item.batch, .began = item.order, .waiting = {}, .held = {}};
  return at->second;
}

void Bisections::split(const Item& refused, BatchNumber first) {
  const Range range = refused.batch.range;
  VG_CHECK(range.count() > 1);
  Bisection& bisection = of(refused);
  const BatchKey whole = bisection.whole.key;
  const Sequence middle = range.first + range.count() / 2 - 1;
  bisection.out -= refused.is_piece() ? 1 : 0;
  bisection.waiting.push_back(half_of(refused, whole, {middle + 1, range.last}, first + 1));
  bisection.waiting.push_back(half_of(refused, whole, {range.first, middle}, first));
}

void Bisections::hold(Item refused) {
  Bisection& bisection = of(refused);
  bisection.out -= refused.is_piece() ? 1 : 0;
  refused.whole = bisection.whole.key;
  bisection.held.push_back(std::move(refused));
}

std::uint64_t Bisections::began(const Item& item) const {
  const auto found = batches_.find(item.is_piece() ? item.whole : item.batch.key);
  return found == batches_.end() ? item.order : found->second.began;
}

const Item* Bisections::next() const {
  for (const auto& [key, bisection] : batches_)
    if (!bisection.waiting.empty()) return &bisection.waiting.back();
  return nullptr;
}

std::optional<Item> Bisections::take_next() {
  for (auto& [key, bisection] : batches_) {
    if (bisection.waiting.empty()) continue;
    Item item = std::move(bisection.waiting.back());
    bisection.waiting.pop_back();
    ++bisection.out;
    return item;
  }
  return std::nullopt;
}

std::optional<Item> Bisections::take_held() {
  Bisection* oldest = nullptr;
  for (auto& [key, bisection] : batches_)
    if (!bisection.held.empty() &&
        (oldest == nullptr || bisection.held.front().order < oldest->held.front().order))
      oldest = &bisection;
  if (oldest == nullptr) return std::nullopt;
  Item item = std::move(oldest->held.front());
  oldest->held.erase(oldest->held.begin());
  ++oldest->out;
  return item;
}

void Bisections::put_back(Item piece) {
  const auto found = batches_.find(piece.whole);
  if (found == batches_.end()) return;
  --found->second.out;
  found->second.waiting.push_back(std::move(piece));
}

void Bisections::done(BatchKey whole) {
  if (const auto found = batches_.find(whole); found != batches_.end()) --found->second.out;
}

void Bisections::drop(BatchKey piece) {
  const auto is_it = [piece](const Item& item) { return item.batch.key == piece; };
  for (auto& [key, bisection] : batches_) {
    std::erase_if(bisection.waiting, is_it);
    std::erase_if(bisection.held, is_it);
  }
}

bool Bisections::release_held(std::uint64_t order) {
  bool any = false;
  for (auto& [key, bisection] : batches_) {
    if (bisection.began >= order || bisection.held.empty()) continue;
    any = true;
    for (Item& item : bisection.held) bisection.waiting.push_back(std::move(item));
    bisection.held.clear();
  }
  return any;
}

const BatchInfo* Bisections::whole(BatchKey whole) const {
  const auto found = batches_.find(whole);
  return found == batches_.end() ? nullptr : &found->second.whole;
}

void Bisections::refresh(const BatchInfo& batch) {
  if (const auto found = batches_.find(batch.key); found != batches_.end())
    found->second.whole = batch;
}

void Bisections::collect(StreamRef stream, Range range, std::vector<BatchInfo>& into) const {
  for (const auto& [key, bisection] : batches_) {
    if (key.stream() != stream) continue;
    for (const auto* items : {&bisection.waiting, &bisection.held})
      for (const Item& item : *items)
        if (item.batch.range.first <= range.last && item.batch.range.last >= range.first)
          into.push_back(item.batch);
  }
}

std::size_t Bisections::held() const {
  std::size_t count = 0;
  for (const auto& [key, bisection] : batches_) count += bisection.held.size();
  return count;
}

std::size_t Bisections::active() const {
  return static_cast<std::size_t>(std::count_if(
      batches_.begin(), batches_.end(),
      [](const auto& entry) { return entry.second.out > 0 || !entry.second.waiting.empty(); }));
}

}  // namespace vitalgate::sync
