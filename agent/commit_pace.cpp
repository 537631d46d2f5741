#include "agent/commit_pace.h"

#include <algorithm>

#include "agent/core/limits.h"

namespace vitalgate {
namespace {

constexpr int kRestsPerCommit = 4;

}  // namespace

void CommitPace::arrived(Clock::time_point now, bool urgent) {
  urgent_ = urgent_ || urgent;
  if (!first_) first_ = now;
}

void CommitPace::has_bookkeeping(Clock::time_point now) {
  if (!bookkeeping_) bookkeeping_ = now;
}

std::optional<Clock::time_point> CommitPace::due_at(const Waiting& waiting) const {
  std::optional<Clock::time_point> due = waiting.seal_due;
  const auto sooner = [&](Clock::time_point at) { due = due ? std::min(*due, at) : at; };
  if (first_) {
    sooner(urgent_ ? *first_ : *first_ + interval_);
    // What a full lane keeps waiting must not count: it would have every reading committed alone.
    if (waiting.staged_bytes >= left_bytes_ + limits::kCommitBytes)
      sooner(std::max(*first_, rested_));
  }
  if (bookkeeping_) sooner(*bookkeeping_ + limits::kCheckpointDelayMax);
  if (leftovers_) sooner(*leftovers_);
  if (due) due = std::max(*due, not_before_);
  return due;
}

bool CommitPace::is_due(Clock::time_point now, const Waiting& waiting) const {
  const auto due = due_at(waiting);
  return due && now >= *due;
}

void CommitPace::committed(Clock::time_point began, Clock::time_point ended,
                           std::size_t left_bytes) {
  first_.reset();
  bookkeeping_.reset();
  leftovers_.reset();
  urgent_ = false;
  left_bytes_ = left_bytes;
  if (left_bytes > 0) leftovers_ = ended + limits::kStorageRetryDelay;
  rested_ = ended + std::min<Clock::duration>(kRestsPerCommit * (ended - began), interval_);
  not_before_ = {};
}

void CommitPace::failed(Clock::time_point now) { not_before_ = now + limits::kStorageRetryDelay; }

}  // namespace vitalgate
