// The rows of the store's tables, and what is authenticated of each.
//
// A row's seal or tag covers every column that SQLite shows in clear, so a row that was changed,
// moved or taken from another gateway does not pass.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "sync/buffer/keyring.h"
#include "sync/buffer/ranges.h"

namespace vitalgate::sync {

// Links the segments of a stream: the first 16 bytes of SHA-256(link before, header, sealed text).
using Chain = std::array<char, 16>;

struct StreamRecord {
  StreamRef ref;
  std::string epoch;
  // No number below these is ever given out again, whatever rows are deleted.
  Sequence next_sequence = 1;
  BatchNumber next_batch = 1;

  [[nodiscard]] std::string bound() const;
};

// The readings of one stream that one commit made durable.
struct SegmentRecord {
  StreamRef stream;
  Range range;
  std::int64_t oldest_ms = 0;  // received, UTC
  std::int64_t newest_ms = 0;
  KeyNumber key = 0;
  Chain before{};
  std::string_view sealed;  // contract rows joined by commas, packed

  [[nodiscard]] std::string bound(std::string_view gateway, std::string_view epoch) const;
  // The link after this segment.
  [[nodiscard]] Chain after(std::string_view bound) const;
};

// What the row of a batch takes in the store, roughly: its head, packed, and its columns.
inline constexpr std::uint32_t kBatchRowBytes = 400;

struct BatchRecord {
  BatchKey key;
  Range range;
  std::uint32_t bytes = 0;         // of its rows, as they are sent
  std::uint32_t stored_bytes = 0;  // of its segments and of its own row, kBatchRowBytes
  std::int64_t oldest_ms = 0;
  std::int64_t newest_ms = 0;
  bool backfill = false;
  bool tombstone = false;
  KeyNumber head_key = 0;
  std::string_view head;  // the envelope up to its rows, fixed when sealed; packed

  [[nodiscard]] std::string bound(std::string_view gateway, std::string_view epoch) const;
};

struct QuarantineRecord {
  std::int64_t received_ms = 0;
  std::string device;
  std::string rule;
  std::string agent_version;
  KeyNumber key = 0;
  std::string sealed;  // reason, content, raw: each with its length in front; packed

  [[nodiscard]] std::string bound(std::string_view gateway) const;
};

// A range that every destination has confirmed, and when (store clock).
struct DeliveredRecord {
  std::int64_t id = 0;
  StreamRef stream;
  Range range;
  std::int64_t store_ms = 0;

  [[nodiscard]] std::string bound() const;
};

}  // namespace vitalgate::sync
