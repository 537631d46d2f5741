#include "sync/buffer/lane_writer.h"

#include <algorithm>

#include "agent/core/limits.h"

namespace vitalgate::sync {

Rows OpenBatch::staged() const {
  // The comma that joins the new rows to the committed ones belongs to the batch, not to the
  // segment: segments are joined again when the batch is read.
  const std::size_t begin = committed == 0 ? 0 : committed + 1;
  return {.range = {committed_through + 1, range.last},
          .text = std::string_view(rows).substr(begin),
          .oldest_ms = staged_oldest_ms,
          .newest_ms = staged_newest_ms};
}

void OpenBatch::staged_is_committed() {
  committed = rows.size();
  committed_through = range.last;
  staged_at.clear();
}

void LaneWriter::resume(Sequence next_sequence, BatchNumber next_batch) {
  next_sequence_ = next_sequence;
  next_batch_ = next_batch;
}

void LaneWriter::restore(const Rows& rows, std::uint32_t stored_bytes) {
  const bool fits = !open_.empty() && open_.back().range.last + 1 == rows.range.first &&
                    open_.back().count() + rows.range.count() <= limits_.max_readings &&
                    open_.back().rows.size() + 1 + rows.text.size() <= limits_.max_bytes;
  if (!fits) {
    if (!open_.empty()) open_.back().full = true;
    OpenBatch& fresh = open_.emplace_back();
    fresh.range = {rows.range.first, rows.range.first - 1};
    fresh.oldest_ms = rows.oldest_ms;
    fresh.newest_ms = rows.newest_ms;
    fresh.began = Clock::time_point::min();  // it has waited long enough
  }
  OpenBatch& batch = open_.back();
  if (!batch.rows.empty()) batch.rows.push_back(',');
  batch.rows.append(rows.text);
  batch.range.last = rows.range.last;
  batch.oldest_ms = std::min(batch.oldest_ms, rows.oldest_ms);
  batch.newest_ms = std::max(batch.newest_ms, rows.newest_ms);
  batch.stored_bytes += stored_bytes;
  batch.staged_is_committed();
}

OpenBatch& LaneWriter::room_for(std::size_t bytes, Clock::time_point now) {
  if (!open_.empty() && !open_.back().full) {
    OpenBatch& batch = open_.back();
    const bool follows = batch.range.last + 1 == next_sequence_;
    if (follows && batch.rows.size() + 1 + bytes <= limits_.max_bytes) return batch;
    batch.full = true;
  }
  OpenBatch& fresh = open_.emplace_back();
  fresh.range = {next_sequence_, next_sequence_ - 1};
  fresh.committed_through = next_sequence_ - 1;
  fresh.began = now;
  fresh.rows.reserve(limits_.max_bytes);
  return fresh;
}

LaneWriter::Appended LaneWriter::append(const Row& row, Sequence group_first,
                                        Clock::time_point now) {
  VG_CHECK(next_sequence_ <= limits::kSequenceMax);
  scratch_.clear();
  const Sequence group = group_first != 0 ? group_first : row.group != 0 ? next_sequence_ : 0;
  writer_.append(scratch_, row, next_sequence_, group);
  push(scratch_, row.received.time_since_epoch().count(), now);
  return {next_sequence_ - 1, scratch_};
}

void LaneWriter::push(std::string_view text, std::int64_t received_ms, Clock::time_point now) {
  OpenBatch& batch = room_for(text.size(), now);
  if (!batch.has_staged()) batch.staged_oldest_ms = batch.staged_newest_ms = received_ms;
  batch.staged_oldest_ms = std::min(batch.staged_oldest_ms, received_ms);
  batch.staged_newest_ms = std::max(batch.staged_newest_ms, received_ms);
  const bool first = batch.rows.empty();
  batch.oldest_ms = first ? received_ms : std::min(batch.oldest_ms, received_ms);
  batch.newest_ms = first ? received_ms : std::max(batch.newest_ms, received_ms);
  if (!first) batch.rows.push_back(',');
  batch.staged_at.push_back(static_cast<std::uint32_t>(batch.rows.size()));
  batch.rows.append(text);
  batch.range.last = next_sequence_++;
  batch.full = batch.count() >= limits_.max_readings;
}

void LaneWriter::part_staged() {
  const auto at = std::find_if(open_.begin(), open_.end(), [](const OpenBatch& batch) {
    return batch.committed > 0 && batch.has_staged();
  });
  if (at == open_.end()) return;
  const auto begin = static_cast<std::uint32_t>(at->committed + 1);  // behind the comma
  OpenBatch rest;
  rest.range = {at->committed_through + 1, at->range.last};
  rest.rows = at->rows.substr(begin);
  rest.committed_through = at->committed_through;
  rest.oldest_ms = rest.staged_oldest_ms = at->staged_oldest_ms;
  rest.newest_ms = rest.staged_newest_ms = at->staged_newest_ms;
  for (const std::uint32_t row : at->staged_at) rest.staged_at.push_back(row - begin);
  rest.began = at->began;
  rest.full = at->full;
  at->rows.resize(at->committed);
  at->range.last = at->committed_through;
  at->staged_at.clear();
  at->full = true;
  open_.insert(std::next(at), std::move(rest));
}

std::vector<LaneWriter::Staged> LaneWriter::staged() const {
  std::vector<Staged> all;
  for (const OpenBatch& batch : open_) {
    Sequence sequence = batch.committed_through + 1;
    for (std::size_t i = 0; i < batch.staged_at.size(); ++i) {
      const std::size_t begin = batch.staged_at[i];
      const std::size_t end =
          i + 1 < batch.staged_at.size() ? batch.staged_at[i + 1] - 1 : batch.rows.size();
      all.push_back({sequence++, batch.rows.substr(begin, end - begin), batch.staged_oldest_ms});
    }
  }
  return all;
}

void LaneWriter::restage(const Staged& row, Clock::time_point now) {
  VG_CHECK(row.sequence >= next_sequence_);
  next_sequence_ = row.sequence;
  push(row.text, row.received_ms, now);
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

Sequence LaneWriter::first_open() const {
  return open_.empty() ? next_sequence_ : open_.front().range.first;
}

std::size_t LaneWriter::staged_bytes() const {
  std::size_t bytes = 0;
  for (const OpenBatch& batch : open_) bytes += batch.rows.size() - batch.committed;
  return bytes;
}

}  // namespace vitalgate::sync
