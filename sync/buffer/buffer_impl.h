// Buffer's inside, shared by the files that implement it: buffer_open.cpp (from disk to memory),
// buffer_write.cpp (one transaction), buffer_room.cpp (what gives way), buffer_delivery.cpp
// (confirmations, reading back), buffer_pieces.cpp (single readings and parts of batches),
// buffer_expiry.cpp (what best-effort destinations are told), buffer_jobs.cpp (what a person asks
// for).
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "sync/buffer/buffer.h"
#include "sync/buffer/mark_file.h"
#include "sync/buffer/salvage.h"
#include "sync/buffer/sealed_tables.h"
#include "sync/buffer/space.h"
#include "sync/buffer/store.h"
#include "sync/buffer/stream_state.h"

namespace vitalgate::sync {

struct Buffer::Impl {
  Impl(BufferOptions with, Clock::time_point now);

  // buffer_open.cpp
  Result<> start(Clock::time_point now);
  // What `before` still had in memory alone: it could not go on.
  Result<> adopt(Impl& before, Clock::time_point now);
  [[nodiscard]] Mark current_mark() const;

  // buffer_write.cpp
  Result<std::vector<BatchInfo>> commit(const CommitContext& context);
  Result<> write_checkpoints();
  Result<> write_held();
  [[nodiscard]] bool holds_refused() const;
  void held_is_done();
  Result<> write_streams(bool with_staged);
  Result<> write_floors(const StreamState& stream, bool with_staged);
  Result<> close();

  // buffer_delivery.cpp
  Result<std::vector<BatchInfo>> confirm(std::size_t destination, StreamState& stream, Range range);
  Result<std::vector<BatchInfo>> batches_over(StreamState& stream, Range range);
  Error not_there(StreamState& stream, Range range);
  Result<BatchBody> read(const BatchInfo& batch);
  Result<std::string> rows_of(const StreamState& stream, const SegmentRecord& segment);
  Result<std::vector<BatchInfo>> unconfirmed(std::size_t destination, StreamState& stream,
                                             Range range, bool newest_first, std::size_t limit);
  static Result<> all_seen(const StreamState& stream, const RangeSet& seen, Range range);
  [[nodiscard]] std::vector<Range> wanted_in(std::size_t destination, const StreamState& stream,
                                             Range range) const;
  [[nodiscard]] BatchInfo info_of(const StreamState& stream, const BatchRecord& batch) const;
  void forget_waiting(StreamState& stream, const BatchInfo& batch);
  Result<> refresh_oldest(StreamState& stream);

  // buffer_pieces.cpp
  Result<BatchNumber> reserve_batches(StreamState& stream, BatchNumber count);
  Result<BatchBody> piece(const BatchInfo& whole, BatchInfo part);
  Result<bool> reject(std::size_t destination, StreamState& stream, Sequence sequence,
                      std::string_view detail, WallTime now);

  // buffer_jobs.cpp
  Result<> verify_some(Verification& progress, std::size_t segments);
  void verify_tail(Verification& progress, StreamState& stream);
  Result<Replay> replay(std::int64_t from_ms, std::int64_t to_ms);
  void unsettle(StreamState& stream, const BatchInfo& batch);
  Result<> rotate_key(WallTime now);

  // Takes `used_bytes` from the database.
  Result<> measure();

  StreamState& of(StreamRef ref);
  [[nodiscard]] const StreamState* find(StreamRef ref) const;
  [[nodiscard]] StreamState& current(Lane lane) { return of({lane, generation}); }
  [[nodiscard]] std::int64_t store_ms(Clock::time_point now) const;
  [[nodiscard]] Store::BoundOf bound_of(const StreamState& stream) const {
    return tables->bound_of(stream.epoch);
  }
  // Notes that nothing of the store can be trusted, if `error` says so, and gives it back.
  Error noted(Error error);
  template <class T>
  Result<T> noted(Result<T> result) {
    return result ? std::move(result) : Result<T>(noted(result.error()));
  }
  [[nodiscard]] BufferTotals totals() const;

  BufferOptions options;
  Disk* disk;
  Space space;
  MarkFile mark_file;
  std::optional<Keyring> keyring;
  std::optional<SealedTables> tables;
  std::unique_ptr<Store> store;
  std::string epoch;
  Generation generation = 0;
  std::map<StreamRef, StreamState> streams;
  std::vector<Loss> losses;

  // Not durable yet.
  std::vector<Held> held;
  std::map<std::pair<std::string, std::uint8_t>, SourceMark, std::less<>> marks;
  std::set<std::pair<std::size_t, StreamRef>> dirty_checkpoints;
  std::vector<DeliveredRecord> delivered;

  std::uint32_t required = 0;         // a bit per destination
  std::vector<std::uint64_t> missed;  // readings, per destination
  std::vector<BatchInfo> tombstones;  // made since the last commit() that returned them
  std::vector<BatchKey> dropped;
  std::vector<BatchKey> expired;
  std::uint8_t stalled = 0;
  bool needs_mending = false;
  bool disk_full = false;
  bool suspicious = false;         // verify everything at start
  bool unclean = false;            // the run before did not close the store
  std::optional<Mark> remembered;  // of the run before, where it is the same process
  std::int64_t quarantined = 0;
  std::int64_t quarantine_overflow = 0;

  // The store clock: time that this store was open, added up over all runs. Retention is counted
  // in it, so a wrong wall clock can never expire a reading early.
  std::int64_t store_ms_at_open = 0;
  Clock::time_point opened;
  std::optional<Clock::time_point> bookkept;  // when bookkeeping was last written
  std::optional<Clock::time_point> purged;
  std::optional<Clock::time_point> full_doubted;  // when a full disk was last looked into
  std::optional<Clock::time_point> marked;
  std::optional<Mark> written_mark;
  DayRate rate;
  std::uint64_t sealed_bytes = 0;  // since the rate was last told
  std::int64_t segments_of_key = 0;
  std::uint64_t device_bytes_at_open = 0;
  std::uint64_t readings_since_open = 0;
  std::uint64_t used_bytes = 0;

 private:
  Result<> open_keys();
  Result<> ensure_store();
  Result<> load(Clock::time_point now);
  Result<> load_streams();
  Result<> compare_with_kept(std::vector<StreamRecord>& records);
  Result<> load_checkpoints();
  Result<> load_stream(StreamState& stream, const StreamRecord& record);
  Result<> load_batches(StreamState& stream, RangeSet& covered);
  Result<> list_tombstones(StreamState& stream, const std::vector<BatchInfo>& found);
  Result<> load_tail(StreamState& stream, const StreamRecord& record, RangeSet& covered);
  Result<> check_mark(const Mark& mark);
  Result<> check_mark(StreamState& stream, const Mark::Lane& mark);
  Result<Chain> chain_at(StreamState& stream, Sequence sequence, Sequence& last);
  Result<> load_delivered();
  Result<> set_aside();
  Result<> verify_everything();

  Result<> doubt_full(Clock::time_point now);
  Result<> write(const CommitContext& context, std::vector<BatchInfo>& sealed);
  Result<> write_stream(StreamState& stream, const CommitContext& context,
                        std::vector<BatchInfo>& sealed);
  Result<> write_batch(StreamState& stream, const OpenBatch& batch, BatchNumber number,
                       const CommitContext& context, std::vector<BatchInfo>& sealed);
  Result<> write_marks();
  Result<> write_bookkeeping(const CommitContext& context);
  void committed(const CommitContext& context, const std::vector<BatchInfo>& sealed);
  void bookkeeping_is_done(Clock::time_point now);
  void write_mark(Clock::time_point now, bool now_or_never);
  void keep_keys_young(WallTime wall);

  // buffer_room.cpp
  Result<> purge(const CommitContext& context);
  Result<std::size_t> purge_older(const CommitContext& context, std::int64_t store_ms,
                                  std::optional<Lane> lane);
  Result<std::size_t> purge_row(const DeliveredRecord& row, std::size_t limit);
  Result<> write_gone();
  void removal_is_done();
  Result<> only_bookkeeping(const CommitContext& context);
  Result<> make_room(const CommitContext& context);
  Result<std::size_t> delete_delivered(const CommitContext& context);
  Result<> give_up_kept(const CommitContext& context);
  Result<> give_way(const CommitContext& context);
  Result<> drop_oldest(const CommitContext& context);
  Result<> drop_oldest_of(StreamState& stream, const CommitContext& context);
  Result<> in_transaction(const std::function<Result<>()>& work);
  [[nodiscard]] bool over_quota(const StreamState& stream) const;
  [[nodiscard]] bool over_quota(Lane lane) const;
  [[nodiscard]] bool only_reserve_left() const;

  // buffer_expiry.cpp
  void note_removed(const StreamState& stream, const BatchRecord& batch);
  Result<> declare_expired(const CommitContext& context);
  struct Expired;
  Result<> put_expired(Expired run, const CommitContext& context);
  Result<bool> absorb(const StreamState& stream, Expired& run, Sequence neighbour);
  [[nodiscard]] std::vector<Expired> parts_of(const StreamState& stream,
                                              const BatchRecord& batch) const;

  // A range that was deleted and that the same destinations (a bit each) had not confirmed.
  struct Expired {
    StreamRef stream;
    Range range;
    std::uint32_t missing_at = 0;
    std::int64_t oldest_ms = 0;
    std::int64_t newest_ms = 0;
  };
  // What the running transaction has deleted, and declared because of it.
  struct Removed {
    StreamRef stream;
    Range range;
    std::uint32_t stored_bytes = 0;
    bool declared = false;  // a tombstone stands there now
  };
  struct Removal {
    std::vector<Removed> rows;
    std::vector<Expired> undeclared;
    std::vector<BatchInfo> tombstones;
    std::vector<BatchKey> expired;
    std::vector<std::uint64_t> missed;  // per destination
  };
  Removal removal;
  bool bookkeeping_in_transaction = false;
};

// Between a failure and the mend() that ends it.
Error buffer_is_closed();

}  // namespace vitalgate::sync
