#include "sync/buffer/batch_head.h"

#include <algorithm>

#include "sync/batch/envelope.h"

namespace vitalgate::sync {
namespace {

Envelope envelope_of(const BufferOptions& options, std::string_view epoch, const BatchRecord& batch,
                     std::int64_t watermark_ms, WallTime sealed) {
  return {.gateway = options.gateway,
          .site = options.site,
          .epoch = epoch,
          .key = batch.key,
          .first = batch.range.first,
          .last = batch.range.last,
          .sealed = sealed,
          .low_watermark = WallTime(std::chrono::milliseconds(watermark_ms)),
          .backfill = batch.backfill,
          .agent_version = options.agent_version,
          .config_version = options.config_version};
}

// The text behind `key` in a head; empty when it is not there. Nothing in a head is escaped.
std::string_view text_behind(std::string_view key, std::string_view head) {
  const std::size_t at = head.find(key);
  if (at == std::string_view::npos) return {};
  head.remove_prefix(at + key.size());
  return head.substr(0, head.find('"'));
}

std::int64_t time_behind(std::string_view key, std::string_view head, std::int64_t otherwise_ms) {
  const auto time = parse_rfc3339(text_behind(key, head));
  return time ? time->time_since_epoch().count() : otherwise_ms;
}

}  // namespace

std::string batch_head(const BufferOptions& options, std::string_view epoch,
                       const BatchRecord& batch, std::string_view rows,
                       std::int64_t oldest_waiting_ms, WallTime sealed) {
  // Everything received before the oldest reading that still waits has been sent.
  const std::int64_t watermark = std::min(batch.oldest_ms, oldest_waiting_ms);
  return envelope_head(envelope_of(options, epoch, batch, watermark, sealed), rows);
}

std::string tombstone_head(const BufferOptions& options, std::string_view epoch,
                           const BatchRecord& batch, std::string_view reason, WallTime sealed) {
  Envelope envelope = envelope_of(options, epoch, batch, batch.oldest_ms, sealed);
  envelope.dropped_because = reason;
  return envelope_head(envelope, {});
}

std::string_view tombstone_reason(std::string_view head) {
  const std::string_view reason = text_behind("\"reason\":\"", head);
  return reason.empty() ? "damaged" : reason;
}

std::string piece_head(const BufferOptions& options, std::string_view epoch, const BatchInfo& part,
                       std::string_view whole, std::string_view rows) {
  const std::int64_t sealed = time_behind("\"sealed_at\":\"", whole, part.oldest_ms);
  BatchRecord record{.key = part.key, .range = part.range, .backfill = part.backfill, .head = {}};
  return envelope_head(envelope_of(options, epoch, record,
                                   time_behind("\"low_watermark\":\"", whole, part.oldest_ms),
                                   WallTime(std::chrono::milliseconds(sealed))),
                       rows);
}

}  // namespace vitalgate::sync
