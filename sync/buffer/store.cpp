#include "sync/buffer/store.h"

#include "agent/core/check.h"
#include "sync/buffer/schema.h"

namespace vitalgate::sync {
namespace {

constexpr int kNumberBits = 48;

std::int64_t key_of(Lane lane, std::uint64_t number) {
  return static_cast<std::int64_t>(std::uint64_t{static_cast<std::uint8_t>(lane)} << kNumberBits |
                                   number);
}
Lane lane_of(std::int64_t key) { return static_cast<Lane>(key >> kNumberBits & 0xff); }
std::uint64_t number_of(std::int64_t key) {
  return static_cast<std::uint64_t>(key) & ((std::uint64_t{1} << kNumberBits) - 1);
}
std::int64_t signed_of(std::uint64_t number) { return static_cast<std::int64_t>(number); }
std::uint64_t unsigned_of(std::int64_t number) { return static_cast<std::uint64_t>(number); }

constexpr const char* kBegin = "BEGIN IMMEDIATE";
constexpr const char* kCommit = "COMMIT";
constexpr const char* kRollback = "ROLLBACK";
constexpr const char* kInsertSegment =
    "INSERT INTO segment(key, last_seq, n, t_min, t_max, rows) VALUES(?,?,?,?,?,?)";
constexpr const char* kInsertBatch =
    "INSERT INTO batch(key, first_seq, last_seq, bytes, t_min, backfill, head) "
    "VALUES(?,?,?,?,?,?,?)";
constexpr const char* kInsertQuarantine =
    "INSERT INTO quarantine(received_ms, device, rule, reason, content, raw, agent_version) "
    "VALUES(?,?,?,?,?,?,?)";
constexpr const char* kMarkDelivered = "UPDATE batch SET delivered_ms=? WHERE key=?";
constexpr const char* kDropCheckpoint = "DELETE FROM checkpoint WHERE destination=? AND lane=?";
constexpr const char* kInsertCheckpoint =
    "INSERT INTO checkpoint(destination, lane, first_seq, last_seq) VALUES(?,?,?,?)";
constexpr const char* kPutMeta =
    "INSERT INTO meta(k, v) VALUES(?,?) ON CONFLICT(k) DO UPDATE SET v=excluded.v";
constexpr const char* kMeta = "SELECT v FROM meta WHERE k=?";
constexpr const char* kPurgeable =
    "SELECT key FROM batch WHERE delivered_ms <= ? ORDER BY delivered_ms LIMIT ?";
constexpr const char* kBatchRange = "SELECT first_seq, last_seq FROM batch WHERE key=?";
constexpr const char* kDeleteSegments = "DELETE FROM segment WHERE key BETWEEN ? AND ?";
constexpr const char* kDeleteBatch = "DELETE FROM batch WHERE key=?";
constexpr const char* kCountQuarantine = "SELECT count(*) FROM quarantine";
constexpr const char* kBatches =
    "SELECT key, first_seq, last_seq, bytes, t_min, backfill, delivered_ms IS NOT NULL "
    "FROM batch ORDER BY key";
constexpr const char* kSegmentsAfter =
    "SELECT key, last_seq, t_min, t_max, rows FROM segment WHERE key > ? AND key <= ? "
    "ORDER BY key";
constexpr const char* kCheckpoints =
    "SELECT lane, first_seq, last_seq FROM checkpoint WHERE destination=? ORDER BY lane, first_seq";
constexpr const char* kHead = "SELECT head FROM batch WHERE key=?";
constexpr const char* kRows = "SELECT rows FROM segment WHERE key BETWEEN ? AND ? ORDER BY key";

}  // namespace

std::string meta_key::floor(std::string_view what, Lane lane) {
  return std::string(what).append("_floor_").append(name(lane));
}

std::string meta_key::mark(std::string_view what, std::string_view source, unsigned slot) {
  std::string key = "mark_";
  key.append(what).append(":").append(source).append(":").append(std::to_string(slot));
  return key;
}

Result<Store> Store::open(const std::filesystem::path& directory, std::string_view gateway,
                          std::uint64_t max_disk_bytes) {
  return Store(VG_TRY(open_database(directory, gateway, max_disk_bytes)));
}

Result<Statement*> Store::statement(const char* sql) {
  for (const auto& [text, prepared] : prepared_)
    if (text == sql) return prepared.get();
  auto fresh = std::make_unique<Statement>(VG_TRY(database_.prepare(sql)));
  Statement* const pointer = fresh.get();
  prepared_.emplace_back(sql, std::move(fresh));
  return pointer;
}

Result<> Store::begin() { return VG_TRY(statement(kBegin))->run(); }
Result<> Store::commit() { return VG_TRY(statement(kCommit))->run(); }

void Store::rollback() {
  // SQLite may have rolled back by itself; then this fails and there is nothing left to do.
  if (auto found = statement(kRollback)) static_cast<void>((*found)->run());
}

Result<> Store::insert_segment(const SegmentRecord& segment) {
  Statement& insert = *VG_TRY(statement(kInsertSegment));
  return insert.bind(key_of(segment.lane, segment.range.first))
      .bind(signed_of(segment.range.last))
      .bind(signed_of(segment.range.last - segment.range.first + 1))
      .bind(segment.oldest_ms)
      .bind(segment.newest_ms)
      .bind_blob(segment.rows)
      .run();
}

Result<> Store::insert_batch(const BatchRecord& batch, std::string_view head) {
  Statement& insert = *VG_TRY(statement(kInsertBatch));
  return insert.bind(key_of(batch.key.lane, batch.key.number))
      .bind(signed_of(batch.range.first))
      .bind(signed_of(batch.range.last))
      .bind(std::int64_t{batch.bytes})
      .bind(batch.oldest_ms)
      .bind(std::int64_t{batch.backfill})
      .bind_blob(head)
      .run();
}

Result<> Store::insert_quarantine(const QuarantineRecord& record) {
  Statement& insert = *VG_TRY(statement(kInsertQuarantine));
  insert.bind(record.received_ms).bind(record.device).bind(record.rule).bind(record.reason);
  insert.bind(record.content);
  if (record.raw.empty())
    insert.bind_null();
  else
    insert.bind_blob(record.raw);
  return insert.bind(record.agent_version).run();
}

Result<> Store::mark_delivered(BatchKey key, std::int64_t store_ms) {
  return VG_TRY(statement(kMarkDelivered))->bind(store_ms).bind(key_of(key.lane, key.number)).run();
}

Result<> Store::mark_undelivered(BatchKey key) {
  return VG_TRY(statement(kMarkDelivered))->bind_null().bind(key_of(key.lane, key.number)).run();
}

Result<> Store::put_checkpoint(std::string_view destination, Lane lane,
                               const std::vector<Range>& ranges) {
  const auto lane_number = std::int64_t{static_cast<std::uint8_t>(lane)};
  Statement& drop = *VG_TRY(statement(kDropCheckpoint));
  VG_TRY(drop.bind(destination).bind(lane_number).run());
  for (const Range& range : ranges) {
    Statement& insert = *VG_TRY(statement(kInsertCheckpoint));
    insert.bind(destination).bind(lane_number).bind(signed_of(range.first));
    VG_TRY(insert.bind(signed_of(range.last)).run());
  }
  return {};
}

Result<> Store::put_meta(std::string_view key, std::int64_t value) {
  return VG_TRY(statement(kPutMeta))->bind(key).bind(value).run();
}

Result<> Store::remove(BatchKey key) {
  const std::int64_t row = key_of(key.lane, key.number);
  Statement& select = *VG_TRY(statement(kBatchRange));
  const bool found = VG_TRY(select.bind(row).row());
  const std::int64_t first = found ? select.number(0) : 0;
  const std::int64_t last = found ? select.number(1) : 0;
  select.reset();
  if (!found) return {};
  Statement& segments = *VG_TRY(statement(kDeleteSegments));
  segments.bind(key_of(key.lane, unsigned_of(first)));
  VG_TRY(segments.bind(key_of(key.lane, unsigned_of(last))).run());
  return VG_TRY(statement(kDeleteBatch))->bind(row).run();
}

Result<std::size_t> Store::purge(std::int64_t store_ms, std::size_t limit) {
  std::vector<std::int64_t> doomed;
  Statement& select = *VG_TRY(statement(kPurgeable));
  select.bind(store_ms).bind(static_cast<std::int64_t>(limit));
  while (VG_TRY(select.row())) doomed.push_back(select.number(0));
  for (const std::int64_t key : doomed) VG_TRY(remove({lane_of(key), number_of(key)}));
  return doomed.size();
}

Result<std::string> Store::epoch() {
  Statement& select = *VG_TRY(statement(kMeta));
  const bool found = VG_TRY(select.bind("epoch").row());
  std::string epoch = found ? select.text(0) : std::string();
  select.reset();
  if (epoch.empty()) return Error{Errc::corrupt, "the buffer has no epoch", ""};
  return epoch;
}

Result<std::int64_t> Store::meta(std::string_view key) {
  Statement& select = *VG_TRY(statement(kMeta));
  const bool found = VG_TRY(select.bind(key).row());
  const std::int64_t value = found ? select.number(0) : 0;
  select.reset();
  return value;
}

Result<std::int64_t> Store::quarantine_rows() {
  Statement& select = *VG_TRY(statement(kCountQuarantine));
  VG_TRY(select.row());
  const std::int64_t rows = select.number(0);
  select.reset();
  return rows;
}

Result<> Store::each_batch(const std::function<void(const BatchRecord&)>& take) {
  Statement& select = *VG_TRY(statement(kBatches));
  while (VG_TRY(select.row())) {
    take({.key = {lane_of(select.number(0)), number_of(select.number(0))},
          .range = {unsigned_of(select.number(1)), unsigned_of(select.number(2))},
          .bytes = static_cast<std::uint32_t>(select.number(3)),
          .oldest_ms = select.number(4),
          .backfill = select.number(5) != 0,
          .delivered = select.number(6) != 0});
  }
  return {};
}

Result<> Store::each_segment(Lane lane, Sequence after,
                             const std::function<void(const SegmentRecord&)>& take) {
  Statement& select = *VG_TRY(statement(kSegmentsAfter));
  select.bind(key_of(lane, after)).bind(key_of(lane, (std::uint64_t{1} << kNumberBits) - 1));
  while (VG_TRY(select.row())) {
    const std::string rows = select.text(4);
    take({.lane = lane,
          .range = {number_of(select.number(0)), unsigned_of(select.number(1))},
          .oldest_ms = select.number(2),
          .newest_ms = select.number(3),
          .rows = rows});
  }
  return {};
}

Result<> Store::each_checkpoint(std::string_view destination,
                                const std::function<void(Lane, Range)>& take) {
  Statement& select = *VG_TRY(statement(kCheckpoints));
  select.bind(destination);
  while (VG_TRY(select.row()))
    take(lane_of(select.number(0) << kNumberBits),
         {unsigned_of(select.number(1)), unsigned_of(select.number(2))});
  return {};
}

Result<std::string> Store::head(BatchKey key) {
  Statement& select = *VG_TRY(statement(kHead));
  const bool found = VG_TRY(select.bind(key_of(key.lane, key.number)).row());
  std::string head = found ? select.text(0) : std::string();
  select.reset();
  if (head.empty()) return Error{Errc::corrupt, "a sealed batch is gone from the buffer", ""};
  return head;
}

Result<std::vector<std::string>> Store::segments(Lane lane, Range range) {
  std::vector<std::string> rows;
  Statement& select = *VG_TRY(statement(kRows));
  select.bind(key_of(lane, range.first)).bind(key_of(lane, range.last));
  while (VG_TRY(select.row())) rows.push_back(select.text(0));
  return rows;
}

}  // namespace vitalgate::sync
