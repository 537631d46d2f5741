// What the store holds, row by row. A row() loop that ends early resets its statement: an open
// cursor would keep the write-ahead log from being emptied.
#include "agent/core/limits.h"
#include "sync/buffer/store.h"
#include "sync/buffer/store_keys.h"

namespace vitalgate::sync {
namespace {

constexpr const char* kBatches =
    "SELECT key, number, last_seq, bytes, stored_bytes, t_min, t_max, backfill, tombstone, kid, "
    "tag FROM batch WHERE key BETWEEN ? AND ? ORDER BY key";
constexpr const char* kBatchesWithHead =
    "SELECT key, number, last_seq, bytes, stored_bytes, t_min, t_max, backfill, tombstone, kid, "
    "tag, head FROM batch WHERE key BETWEEN ? AND ? ORDER BY key";
constexpr const char* kBatchesBack =
    "SELECT key, number, last_seq, bytes, stored_bytes, t_min, t_max, backfill, tombstone, kid, "
    "tag FROM batch WHERE key BETWEEN ? AND ? ORDER BY key DESC";
constexpr const char* kBatchAt =
    "SELECT key FROM batch WHERE key BETWEEN ? AND ? ORDER BY key DESC LIMIT 1";
constexpr const char* kBatchFrom =
    "SELECT key FROM batch WHERE key BETWEEN ? AND ? ORDER BY key LIMIT 1";
constexpr const char* kSegmentFrom =
    "SELECT key FROM segment WHERE key BETWEEN ? AND ? ORDER BY key LIMIT 1";
constexpr const char* kSegmentAt =
    "SELECT key FROM segment WHERE key BETWEEN ? AND ? ORDER BY key DESC LIMIT 1";
constexpr const char* kSegments =
    "SELECT key, last_seq, t_min, t_max, kid, before, sealed FROM segment "
    "WHERE key BETWEEN ? AND ? ORDER BY key";
constexpr const char* kDelivered =
    "SELECT id, stream, first_seq, last_seq, store_ms, tag FROM delivered ORDER BY store_ms, id";
constexpr const char* kQuarantine =
    "SELECT received_ms, device, rule, agent_version, kid, sealed FROM quarantine ORDER BY id";

Error out_of_order() {
  return {Errc::corrupt, "rows of the buffer are out of order", std::string(kDamagedHint)};
}

// A damaged tree shows rows twice, out of their order, or where another stream's are looked for.
Result<> follows(StreamRef wanted, StreamRef stream, Range range, Sequence& after) {
  if (stream != wanted || range.first <= after || range.last < range.first) return out_of_order();
  after = range.last;
  return {};
}

BatchRecord batch_of(const Statement& row, bool with_head) {
  const StreamRef stream = stream_of(row.number(0));
  return {.key = {stream.lane, loaded(row.number(1)), stream.generation},
          .range = {sequence_of(row.number(0)), loaded(row.number(2))},
          .bytes = static_cast<std::uint32_t>(row.number(3)),
          .stored_bytes = static_cast<std::uint32_t>(row.number(4)),
          .oldest_ms = row.number(5),
          .newest_ms = row.number(6),
          .backfill = row.number(7) != 0,
          .tombstone = row.number(8) != 0,
          .head_key = static_cast<KeyNumber>(row.number(9)),
          .head = with_head ? row.view(11) : std::string_view()};
}

}  // namespace

Result<std::int64_t> Store::quarantine_rows() {
  Statement& select = *VG_TRY(statement("SELECT count(*) FROM quarantine"));
  const Ending ending(select);
  VG_TRY(select.row());
  return select.number(0);
}

Result<std::vector<StreamRecord>> Store::streams() {
  std::vector<StreamRecord> streams;
  Statement& select =
      *VG_TRY(statement("SELECT no, epoch, next_seq, next_batch, tag FROM stream ORDER BY no"));
  const Ending ending(select);
  while (VG_TRY(select.row())) {
    StreamRecord stream{stream_of_number(select.number(0)), select.text(1),
                        loaded(select.number(2)), loaded(select.number(3))};
    if (VG_TRY(passes(stream.bound(), select.view(4)))) streams.push_back(std::move(stream));
  }
  return streams;
}

Result<> Store::each_delivered(const std::function<bool(const DeliveredRecord&)>& take) {
  Statement& select = *VG_TRY(statement(kDelivered));
  const Ending ending(select);
  while (VG_TRY(select.row())) {
    const DeliveredRecord record{select.number(0),
                                 stream_of_number(select.number(1)),
                                 {loaded(select.number(2)), loaded(select.number(3))},
                                 select.number(4)};
    if (!VG_TRY(passes(record.bound(), select.view(5)))) continue;
    if (!take(record)) return {};
  }
  return {};
}

Result<> Store::each_quarantined(const std::function<Result<>(const QuarantineRecord&)>& take) {
  Statement& select = *VG_TRY(statement(kQuarantine));
  const Ending ending(select);
  while (VG_TRY(select.row()))
    VG_TRY(take({select.number(0), select.text(1), select.text(2), select.text(3),
                 static_cast<KeyNumber>(select.number(4)), select.text(5)}));
  return {};
}

Result<> Store::each_batch(StreamRef stream, Range range, bool with_head, const BoundOf& bound,
                           const TakeBatch& take) {
  if (range.first > range.last) return {};
  Statement& select = *VG_TRY(statement(with_head ? kBatchesWithHead : kBatches));
  const Ending ending(select);
  select.bind(key_of(stream, range.first)).bind(key_of(stream, range.last));
  Sequence after = 0;
  while (VG_TRY(select.row())) {
    const BatchRecord batch = batch_of(select, with_head);
    VG_TRY(follows(stream, batch.key.stream(), batch.range, after));
    if (!VG_TRY(passes(bound(batch), select.view(10)))) continue;
    if (!VG_TRY(take(batch))) return {};
  }
  return {};
}

Result<> Store::each_batch_back(StreamRef stream, Range range, const BoundOf& bound,
                                const TakeBatch& take) {
  if (range.first > range.last) return {};
  Statement& select = *VG_TRY(statement(kBatchesBack));
  const Ending ending(select);
  select.bind(key_of(stream, range.first)).bind(key_of(stream, range.last));
  Sequence before = limits::kSequenceMax + 1;
  while (VG_TRY(select.row())) {
    const BatchRecord batch = batch_of(select, /*with_head=*/false);
    Sequence after = 0;
    VG_TRY(follows(stream, batch.key.stream(), batch.range, after));
    if (batch.range.last >= before) return out_of_order();
    before = batch.range.first;
    if (!VG_TRY(passes(bound(batch), select.view(10)))) continue;
    if (!VG_TRY(take(batch))) return {};
  }
  return {};
}

Result<Sequence> Store::key_in(const char* sql, StreamRef stream, Sequence from, Sequence to) {
  Statement& select = *VG_TRY(statement(sql));
  const Ending ending(select);
  select.bind(key_of(stream, from)).bind(key_of(stream, to));
  const bool found = VG_TRY(select.row());
  if (!found) return 0;
  const Sequence first = sequence_of(select.number(0));
  if (stream_of(select.number(0)) != stream || first < from || first > to) return out_of_order();
  return first;
}

Result<Sequence> Store::batch_at(StreamRef stream, Sequence sequence) {
  return key_in(kBatchAt, stream, 0, sequence);
}

Result<Sequence> Store::segment_at(StreamRef stream, Sequence sequence) {
  return key_in(kSegmentAt, stream, 0, sequence);
}

Result<Sequence> Store::batch_from(StreamRef stream, Sequence sequence) {
  return key_in(kBatchFrom, stream, sequence, limits::kSequenceMax);
}

Result<Sequence> Store::segment_from(StreamRef stream, Sequence sequence) {
  return key_in(kSegmentFrom, stream, sequence, limits::kSequenceMax);
}

Result<std::vector<std::string>> Store::destinations() {
  std::vector<std::string> names;
  Statement& select = *VG_TRY(statement("SELECT DISTINCT destination FROM checkpoint"));
  const Ending ending(select);
  while (VG_TRY(select.row())) names.push_back(select.text(0));
  return names;
}

Result<> Store::each_segment(StreamRef stream, Range range, const TakeSegment& take) {
  if (range.first > range.last) return {};
  Statement& select = *VG_TRY(statement(kSegments));
  const Ending ending(select);
  select.bind(key_of(stream, range.first)).bind(key_of(stream, range.last));
  Sequence after = 0;
  while (VG_TRY(select.row())) {
    SegmentRecord segment{.stream = stream_of(select.number(0)),
                          .range = {sequence_of(select.number(0)), loaded(select.number(1))},
                          .oldest_ms = select.number(2),
                          .newest_ms = select.number(3),
                          .key = static_cast<KeyNumber>(select.number(4)),
                          .before = {},
                          .sealed = select.view(6)};
    VG_TRY(follows(stream, segment.stream, segment.range, after));
    const std::string_view before = select.view(5);
    if (before.size() == segment.before.size())
      std::copy(before.begin(), before.end(), segment.before.begin());
    if (!VG_TRY(take(segment))) return {};
  }
  return {};
}

Result<std::vector<KeyNumber>> Store::used_keys() {
  std::vector<KeyNumber> keys;
  Statement& select =
      *VG_TRY(statement("SELECT kid FROM segment UNION SELECT kid FROM batch UNION SELECT kid FROM "
                        "quarantine"));
  const Ending ending(select);
  while (VG_TRY(select.row())) keys.push_back(static_cast<KeyNumber>(select.number(0)));
  return keys;
}

Result<std::int64_t> Store::pages_used() {
  std::int64_t pages = 0;
  for (const char* sql : {"PRAGMA page_count", "PRAGMA freelist_count"}) {
    Statement& select = *VG_TRY(statement(sql));
    const Ending ending(select);
    VG_TRY(select.row());
    pages = select.number(0) - pages;
  }
  return -pages;
}

Result<std::int64_t> Store::release_pages(int pages) {
  Statement& count = *VG_TRY(statement("PRAGMA freelist_count"));
  const auto free_pages = [&]() -> Result<std::int64_t> {
    const Ending ending(count);
    VG_TRY(count.row());
    return count.number(0);
  };
  const std::int64_t before = VG_TRY(free_pages());
  // One page a step: driven to its end by execute().
  VG_TRY(database_.execute(
      std::string("PRAGMA incremental_vacuum(").append(std::to_string(pages)).append(")").c_str()));
  return before - VG_TRY(free_pages());
}

Result<std::vector<std::string>> Store::structure_flaws() {
  std::vector<std::string> flaws;
  Statement& select = *VG_TRY(statement("PRAGMA quick_check(20)"));
  const Ending ending(select);
  while (VG_TRY(select.row()))
    if (select.view(0) != "ok") flaws.push_back(select.text(0));
  return flaws;
}

}  // namespace vitalgate::sync
