#include "sync/buffer/store.h"

#include "sync/buffer/bound_text.h"
#include "sync/buffer/store_keys.h"

namespace vitalgate::sync {
namespace {

constexpr const char* kBegin = "BEGIN IMMEDIATE";
constexpr const char* kCommit = "COMMIT";
constexpr const char* kRollback = "ROLLBACK";
constexpr const char* kPutStream =
    "INSERT INTO stream(no, epoch, next_seq, next_batch, tag) VALUES(?,?,?,?,?) "
    "ON CONFLICT(no) DO UPDATE SET next_seq=excluded.next_seq, next_batch=excluded.next_batch, "
    "tag=excluded.tag";
constexpr const char* kInsertSegment =
    "INSERT INTO segment(key, last_seq, t_min, t_max, kid, before, sealed) VALUES(?,?,?,?,?,?,?)";
constexpr const char* kInsertBatch =
    "INSERT INTO batch(key, number, last_seq, bytes, stored_bytes, t_min, t_max, backfill, "
    "tombstone, kid, tag, head) VALUES(?,?,?,?,?,?,?,?,?,?,?,?)";
constexpr const char* kInsertQuarantine =
    "INSERT INTO quarantine(received_ms, device, rule, agent_version, kid, sealed) "
    "VALUES(?,?,?,?,?,?)";
constexpr const char* kDropCheckpoint = "DELETE FROM checkpoint WHERE destination=? AND stream=?";
constexpr const char* kInsertCheckpoint =
    "INSERT INTO checkpoint(destination, stream, first_seq, last_seq, tag) VALUES(?,?,?,?,?)";
constexpr const char* kPutMeta =
    "INSERT INTO meta(k, v, tag) VALUES(?,?,?) "
    "ON CONFLICT(k) DO UPDATE SET v=excluded.v, tag=excluded.tag";
constexpr const char* kInsertLoss =
    "INSERT INTO loss(stream_id, first_seq, last_seq, reason, tag) VALUES(?,?,?,?,?)";
constexpr const char* kInsertDelivered =
    "INSERT INTO delivered(stream, first_seq, last_seq, store_ms, tag) VALUES(?,?,?,?,?)";
constexpr const char* kDropDelivered = "DELETE FROM delivered WHERE id=?";
constexpr const char* kDropSegments = "DELETE FROM segment WHERE key BETWEEN ? AND ?";
constexpr const char* kDropBatches = "DELETE FROM batch WHERE key BETWEEN ? AND ?";

std::string_view text_of(const Tagger::Tag& tag) { return {tag.data(), tag.size()}; }

std::string checkpoint_bound(std::string_view destination, std::int64_t stream, Range range) {
  BoundText out("checkpoint");
  out.text(destination).number(stream).number(range.first).number(range.last);
  return std::string(out);
}

std::string meta_bound(std::string_view key, std::int64_t value) {
  return std::string(BoundText("meta").text(key).number(value));
}

std::string loss_bound(const Loss& loss) {
  BoundText out("loss");
  out.text(loss.stream_id).number(loss.range.first).number(loss.range.last).text(loss.reason);
  return std::string(out);
}

}  // namespace

std::string meta_key::missed(std::string_view destination) {
  return std::string("missed:").append(destination);
}

std::string meta_key::mark(std::string_view what, std::string_view source, unsigned slot) {
  std::string key = "mark_";
  key.append(what).append(":").append(source).append(":").append(std::to_string(slot));
  return key;
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

Result<> Store::put_stream(const StreamRecord& stream) {
  Statement& put = *VG_TRY(statement(kPutStream));
  const Tagger::Tag tag = tagger_->tag(stream.bound());
  put.bind(stream_number(stream.ref)).bind(stream.epoch).bind(stored(stream.next_sequence));
  return put.bind(stored(stream.next_batch)).bind_blob(text_of(tag)).run();
}

Result<> Store::insert_segment(const SegmentRecord& segment) {
  Statement& insert = *VG_TRY(statement(kInsertSegment));
  return insert.bind(key_of(segment.stream, segment.range.first))
      .bind(stored(segment.range.last))
      .bind(segment.oldest_ms)
      .bind(segment.newest_ms)
      .bind(std::int64_t{segment.key})
      .bind_blob({segment.before.data(), segment.before.size()})
      .bind_blob(segment.sealed)
      .run();
}

Result<> Store::insert_batch(const BatchRecord& batch, std::string_view bound) {
  Statement& insert = *VG_TRY(statement(kInsertBatch));
  const Tagger::Tag tag = tagger_->tag(bound);
  return insert.bind(key_of(batch.key.stream(), batch.range.first))
      .bind(stored(batch.key.number))
      .bind(stored(batch.range.last))
      .bind(std::int64_t{batch.bytes})
      .bind(std::int64_t{batch.stored_bytes})
      .bind(batch.oldest_ms)
      .bind(batch.newest_ms)
      .bind(std::int64_t{batch.backfill})
      .bind(std::int64_t{batch.tombstone})
      .bind(std::int64_t{batch.head_key})
      .bind_blob(text_of(tag))
      .bind_blob(batch.head)
      .run();
}

Result<> Store::insert_quarantine(const QuarantineRecord& record) {
  Statement& insert = *VG_TRY(statement(kInsertQuarantine));
  insert.bind(record.received_ms).bind(record.device).bind(record.rule);
  insert.bind(record.agent_version).bind(std::int64_t{record.key});
  return insert.bind_blob(record.sealed).run();
}

Result<> Store::put_checkpoint(std::string_view destination, StreamRef stream,
                               const RangeSet& ranges) {
  const std::int64_t number = stream_number(stream);
  Statement& drop = *VG_TRY(statement(kDropCheckpoint));
  VG_TRY(drop.bind(destination).bind(number).run());
  for (const Range& range : ranges.ranges()) {
    const Tagger::Tag tag = tagger_->tag(checkpoint_bound(destination, number, range));
    Statement& insert = *VG_TRY(statement(kInsertCheckpoint));
    insert.bind(destination).bind(number).bind(stored(range.first)).bind(stored(range.last));
    VG_TRY(insert.bind_blob(text_of(tag)).run());
  }
  return {};
}

Result<> Store::put_meta(std::string_view key, std::int64_t value) {
  const Tagger::Tag tag = tagger_->tag(meta_bound(key, value));
  return VG_TRY(statement(kPutMeta))->bind(key).bind(value).bind_blob(text_of(tag)).run();
}

Result<> Store::insert_loss(const Loss& loss) {
  const Tagger::Tag tag = tagger_->tag(loss_bound(loss));
  Statement& insert = *VG_TRY(statement(kInsertLoss));
  insert.bind(loss.stream_id).bind(stored(loss.range.first)).bind(stored(loss.range.last));
  return insert.bind(loss.reason).bind_blob(text_of(tag)).run();
}

Result<> Store::insert_delivered(const DeliveredRecord& record) {
  const Tagger::Tag tag = tagger_->tag(record.bound());
  Statement& insert = *VG_TRY(statement(kInsertDelivered));
  insert.bind(stream_number(record.stream)).bind(stored(record.range.first));
  insert.bind(stored(record.range.last)).bind(record.store_ms);
  return insert.bind_blob(text_of(tag)).run();
}

Result<> Store::remove_delivered(std::int64_t id) {
  return VG_TRY(statement(kDropDelivered))->bind(id).run();
}

Result<> Store::remove(StreamRef stream, Range range) {
  for (const char* sql : {kDropSegments, kDropBatches}) {
    Statement& drop = *VG_TRY(statement(sql));
    VG_TRY(drop.bind(key_of(stream, range.first)).bind(key_of(stream, range.last)).run());
  }
  return {};
}

Result<bool> Store::passes(std::string_view bound, std::string_view tag) {
  if (tagger_->matches(bound, tag)) return true;
  if (bad_row_ == BadRow::skip) return false;
  return Error{Errc::corrupt, "a row of the buffer was changed from outside",
               std::string(kDamagedHint)};
}

Result<std::int64_t> Store::meta(std::string_view key) {
  Statement& select = *VG_TRY(statement("SELECT v, tag FROM meta WHERE k=?"));
  const bool found = VG_TRY(select.bind(key).row());
  const std::int64_t value = found ? select.number(0) : 0;
  const std::string tag = found ? select.text(1) : std::string();
  select.reset();
  if (!found || !VG_TRY(passes(meta_bound(key, value), tag))) return std::int64_t{0};
  return value;
}

Result<> Store::each_meta(const std::function<void(std::string_view, std::int64_t)>& take) {
  Statement& select = *VG_TRY(statement("SELECT k, v, tag FROM meta ORDER BY k"));
  const Ending ending(select);
  while (VG_TRY(select.row())) {
    const std::string key = select.text(0);
    if (!tagger_->matches(meta_bound(key, select.number(1)), select.view(2))) continue;
    take(key, select.number(1));
  }
  return {};
}

Result<> Store::each_checkpoint(std::string_view destination,
                                const std::function<void(StreamRef, Range)>& take) {
  Statement& select = *VG_TRY(
      statement("SELECT stream, first_seq, last_seq, tag FROM checkpoint WHERE destination=? "
                "ORDER BY stream, first_seq"));
  const Ending ending(select);
  select.bind(destination);
  while (VG_TRY(select.row())) {
    const Range range{loaded(select.number(1)), loaded(select.number(2))};
    if (!VG_TRY(passes(checkpoint_bound(destination, select.number(0), range), select.view(3))))
      continue;
    take(stream_of_number(select.number(0)), range);
  }
  return {};
}

Result<std::vector<Loss>> Store::losses() {
  std::vector<Loss> losses;
  Statement& select = *VG_TRY(
      statement("SELECT stream_id, first_seq, last_seq, reason, tag FROM loss ORDER BY id"));
  const Ending ending(select);
  while (VG_TRY(select.row())) {
    Loss loss{select.text(0), {loaded(select.number(1)), loaded(select.number(2))}, select.text(3)};
    if (VG_TRY(passes(loss_bound(loss), select.view(4)))) losses.push_back(std::move(loss));
  }
  return losses;
}

}  // namespace vitalgate::sync
