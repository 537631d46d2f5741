#include "sync/buffer/sealed_tables.h"

#include "sync/buffer/bound_text.h"
#include "sync/buffer/head_text.h"
#include "sync/buffer/row_text.h"

namespace vitalgate::sync {
namespace {

// The texts of a quarantined reading, each with its length in front.
std::string to_content(const Held& held) {
  return std::string(BoundText(held.reason).text(held.content).text(held.raw));
}

std::optional<std::string> take_text(std::string_view& bytes) {
  if (bytes.size() < 8) return std::nullopt;
  std::uint64_t length = 0;
  for (const char byte : bytes.substr(0, 8))
    length = length << 8 | static_cast<unsigned char>(byte);
  bytes.remove_prefix(8);
  if (length > bytes.size()) return std::nullopt;
  std::string text(bytes.substr(0, length));
  bytes.remove_prefix(length);
  return text;
}

}  // namespace

std::string SealedTables::id_prefix(StreamRef stream, std::string_view epoch) const {
  return std::string(gateway_).append(".").append(stream_id(stream.lane, epoch)).append(".");
}

Result<SealedTables::Written> SealedTables::put_segment(Store& store, StreamRef stream,
                                                        std::string_view epoch, const Rows& rows,
                                                        const Chain& before) {
  SegmentRecord segment{.stream = stream,
                        .range = rows.range,
                        .oldest_ms = rows.oldest_ms,
                        .newest_ms = rows.newest_ms,
                        .key = keyring_->current(),
                        .before = before,
                        .sealed = {}};
  const std::string bound = segment.bound(gateway_, epoch);
  shorten_rows(rows.text, id_prefix(stream, epoch), rows.range, book_, shortened_);
  packer_.pack(shortened_, bound, *VG_TRY(keyring_->sealer(segment.key)), packed_);
  segment.sealed = packed_;
  VG_TRY(store.insert_segment(segment));
  return Written{static_cast<std::uint32_t>(packed_.size()), segment.after(bound)};
}

Result<> SealedTables::put_batch(Store& store, BatchRecord& batch, std::string_view epoch,
                                 std::string_view head) {
  batch.head_key = keyring_->current();
  const std::string bound = batch.bound(gateway_, epoch);
  shorten_head(head, shortened_);
  packer_.pack(shortened_, bound, *VG_TRY(keyring_->sealer(batch.head_key)), packed_);
  batch.head = packed_;
  return store.insert_batch(batch, bound);
}

Result<> SealedTables::copy_batch(Store& store, const BatchRecord& batch, std::string_view epoch) {
  return store.insert_batch(batch, batch.bound(gateway_, epoch));
}

Result<> SealedTables::put_held(Store& store, const Held& held, std::string_view agent_version) {
  QuarantineRecord record{.received_ms = held.received.time_since_epoch().count(),
                          .device = held.device,
                          .rule = held.rule,
                          .agent_version = std::string(agent_version),
                          .key = keyring_->current(),
                          .sealed = {}};
  packer_.pack(to_content(held), record.bound(gateway_), *VG_TRY(keyring_->sealer(record.key)),
               record.sealed);
  return store.insert_quarantine(record);
}

Result<std::string> SealedTables::rows_of(const SegmentRecord& segment, std::string_view epoch) {
  shortened_.clear();
  Sealer& sealer = *VG_TRY(keyring_->sealer(segment.key));
  VG_TRY(packer_.unpack(segment.sealed, segment.bound(gateway_, epoch), sealer, shortened_));
  return restore_rows(shortened_, id_prefix(segment.stream, epoch), segment.range);
}

Result<std::string> SealedTables::head_of(const BatchRecord& batch, std::string_view epoch) {
  shortened_.clear();
  Sealer& sealer = *VG_TRY(keyring_->sealer(batch.head_key));
  VG_TRY(packer_.unpack(batch.head, batch.bound(gateway_, epoch), sealer, shortened_));
  return restore_head(shortened_);
}

Result<Held> SealedTables::held_of(const QuarantineRecord& record) {
  std::string content;
  Sealer& sealer = *VG_TRY(keyring_->sealer(record.key));
  VG_TRY(packer_.unpack(record.sealed, record.bound(gateway_), sealer, content));
  std::string_view rest = content;
  auto reason = take_text(rest);
  auto reading = take_text(rest);
  auto raw = take_text(rest);
  if (!reason || !reading || !raw)
    return Error{Errc::corrupt, "a quarantined reading is cut short", ""};
  return Held{WallTime(std::chrono::milliseconds(record.received_ms)),
              record.device,
              record.rule,
              *std::move(reason),
              *std::move(reading),
              *std::move(raw)};
}

}  // namespace vitalgate::sync
