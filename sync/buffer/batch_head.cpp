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
  constexpr std::string_view kKey = "\"reason\":\"";
  const std::size_t at = head.find(kKey);
  if (at == std::string_view::npos) return "damaged";
  head.remove_prefix(at + kKey.size());
  return head.substr(0, head.find('"'));
}

}  // namespace vitalgate::sync
