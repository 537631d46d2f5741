// The buffer's tables as functions: every SQL statement of the store is in store.cpp and
// store_read.cpp.
//
// Knows rows, not meaning: what goes where is decided in Buffer. Bookkeeping rows are tagged when
// they are written and checked when they are read: one that was changed is `corrupt`. Other
// errors and the thread as Database.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "sync/buffer/buffer_types.h"
#include "sync/buffer/records.h"
#include "sync/buffer/sqlite.h"

namespace vitalgate::sync {

namespace meta_key {
inline constexpr std::string_view kStoreClock = "store_ms";
inline constexpr std::string_view kOverflow = "quarantine_overflow";
inline constexpr std::string_view kSealedBytes = "sealed_bytes_day";  // decayed: see space.h
inline constexpr std::string_view kSegmentsOfKey = "segments_of_key";
// "mark_position:dongle-1:0"
std::string mark(std::string_view what, std::string_view source, unsigned slot);
// "missed:archive": readings that were deleted before this destination had them.
std::string missed(std::string_view destination);
}  // namespace meta_key

// The name under which deleted ranges are kept beside those of destinations.
inline constexpr std::string_view kGone = "";

class Store {
 public:
  // What to do with a row that was changed: say `corrupt`, or leave it out (of a damaged store).
  enum class BadRow : std::uint8_t { refuse, skip };
  // `database` is open with its settings applied (schema.h); `tagger` outlives this.
  Store(Database database, Tagger& tagger, BadRow bad_row = BadRow::refuse)
      : database_(std::move(database)), tagger_(&tagger), bad_row_(bad_row) {}

  Result<> begin();
  Result<> commit();
  void rollback();
  [[nodiscard]] bool is_broken() const { return database_.is_broken(); }

  Result<> put_stream(const StreamRecord& stream);
  Result<> insert_segment(const SegmentRecord& segment);
  Result<> insert_batch(const BatchRecord& batch, std::string_view bound);
  Result<> insert_quarantine(const QuarantineRecord& record);
  Result<> put_checkpoint(std::string_view destination, StreamRef stream, const RangeSet& ranges);
  Result<> put_meta(std::string_view key, std::int64_t value);
  Result<> insert_loss(const Loss& loss);
  Result<> insert_delivered(const DeliveredRecord& record);
  Result<> remove_delivered(std::int64_t id);

  // Segments and batches that lie inside `range`.
  Result<> remove(StreamRef stream, Range range);

  Result<std::int64_t> meta(std::string_view key);  // 0 when never written
  Result<std::int64_t> quarantine_rows();
  Result<std::vector<StreamRecord>> streams();
  Result<std::vector<Loss>> losses();
  // Destinations that have checkpoints, kGone among them.
  Result<std::vector<std::string>> destinations();
  // Oldest first; `take` returns false to end.
  Result<> each_delivered(const std::function<bool(const DeliveredRecord&)>& take);
  Result<> each_checkpoint(std::string_view destination,
                           const std::function<void(StreamRef, Range)>& take);
  Result<> each_quarantined(const std::function<Result<>(const QuarantineRecord&)>& take);
  Result<> each_meta(const std::function<void(std::string_view, std::int64_t)>& take);

  // Batches whose first reading is in `range`, ascending; `head` is empty unless `with_head`.
  // `check` gives the text that each row's tag covers.
  using BoundOf = std::function<std::string(const BatchRecord&)>;
  using TakeBatch = std::function<Result<bool>(const BatchRecord&)>;
  Result<> each_batch(StreamRef stream, Range range, bool with_head, const BoundOf& bound,
                      const TakeBatch& take);
  // The same, descending and without heads.
  Result<> each_batch_back(StreamRef stream, Range range, const BoundOf& bound,
                           const TakeBatch& take);
  // The first reading of the batch that holds `sequence` or comes before it; 0 when none does.
  Result<Sequence> batch_at(StreamRef stream, Sequence sequence);

  // Segments whose first reading is in `range`, ascending; `take` returns false to end.
  using TakeSegment = std::function<Result<bool>(const SegmentRecord&)>;
  Result<> each_segment(StreamRef stream, Range range, const TakeSegment& take);

  // As batch_at().
  Result<Sequence> segment_at(StreamRef stream, Sequence sequence);
  // The first reading of the first batch, or segment, that begins at `sequence` or after it; 0
  // when none does.
  Result<Sequence> batch_from(StreamRef stream, Sequence sequence);
  Result<Sequence> segment_from(StreamRef stream, Sequence sequence);

  // Data keys that anything is sealed under.
  Result<std::vector<KeyNumber>> used_keys();

  Result<std::int64_t> pages_used();
  // Gives up to `pages` free pages back to the file system; how many.
  Result<std::int64_t> release_pages(int pages);
  // One clause a flaw that SQLite finds in its own structure; none when all is well.
  Result<std::vector<std::string>> structure_flaws();

  // Empties the write-ahead log.
  Result<> checkpoint() { return database_.checkpoint(); }

 private:
  Result<Statement*> statement(const char* sql);
  Result<Sequence> key_in(const char* sql, StreamRef stream, Sequence from, Sequence to);
  // False: leave the row out.
  Result<bool> passes(std::string_view bound, std::string_view tag);

  Database database_;
  Tagger* tagger_;
  BadRow bad_row_;
  // Prepared once each, found by the address of their text: every caller passes a literal.
  std::vector<std::pair<const char*, std::unique_ptr<Statement>>> prepared_;
};

}  // namespace vitalgate::sync
