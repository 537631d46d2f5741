// The buffer's tables as functions: every SQL statement of the agent is in store.cpp.
//
// Knows rows, not meaning: what goes where is decided in Buffer. Same errors and thread as
// Database.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "sync/buffer/ranges.h"
#include "sync/buffer/sqlite.h"

namespace vitalgate::sync {

namespace meta_key {
inline constexpr std::string_view kStoreClock = "store_ms";
inline constexpr std::string_view kOverflow = "quarantine_overflow";
// Floors keep a sequence from starting again when its rows are gone: "sequence_floor_vitals".
std::string floor(std::string_view what, Lane lane);
// "mark_position:dongle-1:0"
std::string mark(std::string_view what, std::string_view source, unsigned slot);
}  // namespace meta_key

struct SegmentRecord {
  Lane lane{};
  Range range;
  std::int64_t oldest_ms = 0;  // received, UTC
  std::int64_t newest_ms = 0;
  std::string_view rows;
};

struct BatchRecord {
  BatchKey key;
  Range range;
  std::uint32_t bytes = 0;
  std::int64_t oldest_ms = 0;
  bool backfill = false;
  bool delivered = false;  // everywhere
};

struct QuarantineRecord {
  std::int64_t received_ms = 0;
  std::string device;
  std::string rule;
  std::string reason;
  std::string content;
  std::string raw;
  std::string agent_version;
};

class Store {
 public:
  static Result<Store> open(const std::filesystem::path& directory, std::string_view gateway,
                            std::uint64_t max_disk_bytes);

  Result<> begin();
  Result<> commit();
  void rollback();

  Result<> insert_segment(const SegmentRecord& segment);
  Result<> insert_batch(const BatchRecord& batch, std::string_view head);
  Result<> insert_quarantine(const QuarantineRecord& record);
  Result<> mark_delivered(BatchKey key, std::int64_t store_ms);
  Result<> mark_undelivered(BatchKey key);
  Result<> put_checkpoint(std::string_view destination, Lane lane,
                          const std::vector<Range>& ranges);
  Result<> put_meta(std::string_view key, std::int64_t value);

  Result<> remove(BatchKey key);
  // Deletes up to `limit` batches that were delivered at or before `store_ms`; how many went.
  Result<std::size_t> purge(std::int64_t store_ms, std::size_t limit);

  Result<std::string> epoch();
  Result<std::int64_t> meta(std::string_view key);  // 0 when never written
  Result<std::int64_t> quarantine_rows();
  Result<> each_batch(const std::function<void(const BatchRecord&)>& take);
  // Segments of `lane` after `after`, ascending.
  Result<> each_segment(Lane lane, Sequence after,
                        const std::function<void(const SegmentRecord&)>& take);
  Result<> each_checkpoint(std::string_view destination,
                           const std::function<void(Lane, Range)>& take);

  Result<std::string> head(BatchKey key);
  Result<std::vector<std::string>> segments(Lane lane, Range range);

  // Empties the write-ahead log; at a clean stop.
  Result<> checkpoint() { return database_.checkpoint(); }

 private:
  explicit Store(Database database) : database_(std::move(database)) {}
  Result<Statement*> statement(const char* sql);

  Database database_;
  // Prepared once each, found by the address of their text: every caller passes a literal.
  std::vector<std::pair<const char*, std::unique_ptr<Statement>>> prepared_;
};

}  // namespace vitalgate::sync
