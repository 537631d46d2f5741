#include "sync/buffer/lane_writer.h"

#include <algorithm>

#include "agent/core/limits.h"

namespace vitalgate::sync {

SegmentRecord OpenBatch::staged(Lane lane) const {
  // The comma that joins the new rows to the committed ones belongs to the batch, not to the
  // segment: segments are joined again when the batch is read.
  const std::size_t begin = committed == 0 ? 0 : committed + 1;
  return {.lane = lane,
          .range = {committed_through + 1, range.last},
          .oldest_ms = staged_oldest_ms,
          .newest_ms = staged_newest_ms,
          .rows = std::string_view(rows).substr(begin)};
}

void OpenBatch::staged_is_committed() {
  committed = rows.size();
  committed_through = range.last;
}

void LaneWriter::resume(Sequence next_sequence, BatchNumber next_batch) {
  next_sequence_ = next_sequence;
  next_batch_ = next_batch;
}

void LaneWriter::restore(const SegmentRecord& segment) {
  const bool fits = !open_.empty() &&
                    open_.back().count() + (segment.range.last + 1 - segment.range.first) <=
                        limits_.max_readings &&
                    open_.back().rows.size() + 1 + segment.rows.size() <= limits_.max_bytes;
  if (!fits) {
    if (!open_.empty()) open_.back().full = true;
    open_.push_back({.range = {segment.range.first, segment.range.first - 1},
                     .rows = {},
                     .oldest_ms = segment.oldest_ms,
                     .began = Clock::time_point::min()});  // it has waited long enough
  }
  OpenBatch& batch = open_.back();
  if (!batch.rows.empty()) batch.rows.push_back(',');
  batch.rows.append(segment.rows);
  batch.range.last = segment.range.last;
  batch.oldest_ms = std::min(batch.oldest_ms, segment.oldest_ms);
  batch.staged_is_committed();
}

OpenBatch& LaneWriter::room_for(std::size_t bytes, Clock::time_point now) {
  if (!open_.empty() && !open_.back().full) {
    OpenBatch& batch = open_.back();
    if (batch.rows.size() + 1 + bytes <= limits_.max_bytes) return batch;
    batch.full = true;
  }
  open_.push_back({.range = {next_sequence_, next_sequence_ - 1},
                   .rows = {},
                   .committed_through = next_sequence_ - 1,
                   .began = now});
  open_.back().rows.reserve(limits_.max_bytes);
  return open_.back();
}

LaneWriter::Appended LaneWriter::append(const Row& row, Sequence group_first,
                                        Clock::time_point now) {
  VG_CHECK(next_sequence_ <= limits::kSequenceMax);
  scratch_.clear();
  const Sequence group = group_first != 0 ? group_first : row.group != 0 ? next_sequence_ : 0;
  writer_.append(scratch_, row, next_sequence_, group);
  const std::int64_t received_ms = row.received.time_since_epoch().count();

  OpenBatch& batch = room_for(scratch_.size(), now);
  if (!batch.has_staged()) batch.staged_oldest_ms = batch.staged_newest_ms = received_ms;
  batch.staged_oldest_ms = std::min(batch.staged_oldest_ms, received_ms);
  batch.staged_newest_ms = std::max(batch.staged_newest_ms, received_ms);
  batch.oldest_ms = batch.rows.empty() ? received_ms : std::min(batch.oldest_ms, received_ms);
  if (!batch.rows.empty()) batch.rows.push_back(',');
  batch.rows.append(scratch_);
  batch.range.last = next_sequence_;
  batch.full = batch.count() >= limits_.max_readings;
  return {next_sequence_++, scratch_};
}

bool LaneWriter::due(const OpenBatch& batch, Clock::time_point now) const {
  return batch.full || (!batch.rows.empty() && (batch.began == Clock::time_point::min() ||
                                                now - batch.began >= limits_.max_age));
}

std::optional<Clock::time_point> LaneWriter::due_at() const {
  if (open_.empty()) return std::nullopt;
  const OpenBatch& batch = open_.front();
  if (batch.full || batch.began == Clock::time_point::min()) return Clock::time_point::min();
  return batch.began + limits_.max_age;
}

Sequence LaneWriter::first_staged() const {
  for (const OpenBatch& batch : open_)
    if (batch.has_staged()) return batch.committed_through + 1;
  return next_sequence_;
}

std::size_t LaneWriter::staged_bytes() const {
  std::size_t bytes = 0;
  for (const OpenBatch& batch : open_) bytes += batch.rows.size() - batch.committed;
  return bytes;
}

}  // namespace vitalgate::sync
