// The durable queue between the devices and the cloud.
//
// append() gives a reading its sequence number and its contract row; commit() makes everything
// appended durable in one transaction and seals the batches that are full or old enough. Only
// what commit() returned for may be told to a source, and only sealed batches may be sent
// (promises P1 and P2). A batch leaves the disk when every required destination confirmed it and
// `keep_sent` has passed (P3). What is lost or given up is declared to the receiver as a dropped
// range of its stream, and listed in losses() (P4); what a best-effort destination did not get in
// time is declared to it alone, and counted in missed().
//
// On the disk everything of a patient is sealed (sealing.h); ARCHITECTURE.md has the files and
// tables, reliability.md the reasons. Not thread-safe: the core thread is the only user.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sync/buffer/buffer_types.h"
#include "sync/buffer/lane_writer.h"

namespace vitalgate::sync {

class Buffer {
 public:
  // Opens the store, or makes one. A damaged one is set aside and what verifies is carried into
  // a new epoch: see losses(). Errors: `rejected` when a person must act (key, gateway name),
  // `unavailable` when the disk or another process is in the way.
  static Result<Buffer> open(BufferOptions options, Clock::time_point now);
  Buffer(Buffer&&) noexcept;
  Buffer& operator=(Buffer&&) noexcept;
  ~Buffer();

  // Memory only until commit().
  LaneWriter::Appended append(Lane lane, const Row& row, Sequence group_first,
                              Clock::time_point now);
  void hold(Held held);
  // How far a source got; durable with the readings appended before it. The last of a slot counts.
  void mark(std::string_view source, const SourceMark& mark);

  struct CommitContext {
    Clock::time_point now;
    WallTime wall;
    bool backfill = false;  // the link is down: batches sealed now say so
    bool seal_all = false;  // also batches that are neither full nor old: at a clean stop
  };
  // All or nothing, lanes that are over their quota apart: see stalled(). The batches it sealed
  // are returned once, in stream and number order, behind them the tombstones that were made since
  // the last call. After an `unavailable` error everything
  // appended is still here and the same call may be made again, after mend() when needs_mending()
  // says so. `corrupt` likewise needs mend().
  Result<std::vector<BatchInfo>> commit(const CommitContext& context);

  // The lanes (a bit each) whose readings the last commit left waiting for room.
  [[nodiscard]] std::uint8_t stalled() const;

  // The disk itself is full: all lanes wait until there is room, what was stored still leaves.
  [[nodiscard]] std::optional<Error> disk_full() const;

  // Something about the store cannot be trusted any more: a failed write or sync, a damaged page.
  [[nodiscard]] bool needs_mending() const;
  // Closes the store and opens it as after a crash; a damaged one is salvaged. What was appended
  // and is not committed is still here. Every destination must be loaded anew afterwards.
  Result<> mend(Clock::time_point now);

  [[nodiscard]] std::size_t staged_bytes() const;
  // Whether a commit has anything to write that is not readings: confirmations, deletions.
  [[nodiscard]] bool has_bookkeeping() const;
  // When the next batch will be old enough to seal; nothing when none is open.
  [[nodiscard]] std::optional<Clock::time_point> seal_due_at() const;

  // The destination said *stored* for `range` of a stream. Numbers that were never sealed are cut
  // off: nobody can hold what was never sent. Durable within limits::kCheckpointDelayMax of
  // commits. Gives the batches that are now complete at this destination.
  Result<std::vector<BatchInfo>> confirm(std::size_t destination, StreamRef stream, Range range);

  // The destination refuses one sealed reading for good: it is held (rule `hub`) and counts as
  // dealt with. `detail` is the hub's text. False when no such reading waits.
  Result<bool> reject(std::size_t destination, StreamRef stream, Sequence sequence,
                      std::string_view detail, WallTime now);

  // Streams that hold or may get readings, urgent first, older epochs first in a lane.
  [[nodiscard]] std::vector<StreamRef> streams() const;
  [[nodiscard]] std::optional<StreamRef> find_stream(std::string_view stream_id) const;
  // Sealed batches that `destination` has not confirmed, oldest first, after sequence `after`.
  Result<std::vector<BatchInfo>> unconfirmed(std::size_t destination, StreamRef stream,
                                             Sequence after, std::size_t limit);
  // The same, newest first, before sequence `before`.
  Result<std::vector<BatchInfo>> unconfirmed_before(std::size_t destination, StreamRef stream,
                                                    Sequence before, std::size_t limit);
  // The same of all streams.
  [[nodiscard]] std::vector<BatchInfo> unconfirmed(std::size_t destination);

  // Whether `destination` has all of `range`, or nobody needs to have it any more.
  [[nodiscard]] bool has_confirmed(std::size_t destination, StreamRef stream, Range range) const;
  // Sealed readings that wait for `destination`.
  [[nodiscard]] std::uint64_t waiting(std::size_t destination) const;
  // Readings that were deleted before `destination`, a best-effort one, had them; of all time.
  [[nodiscard]] std::uint64_t missed(std::size_t destination) const;

  // `rejected` when the batch is not there any more: it was given up for room, or expired.
  Result<BatchBody> read(const BatchInfo& batch);

  // The first of `count` batch numbers of `stream` that nothing else will ever have. Durable when
  // it returns.
  Result<BatchNumber> reserve_batches(StreamRef stream, BatchNumber count);
  // Readings `part.range` of the sealed batch `whole` as an event of their own with the reserved
  // number of `part.key`; nothing stored changes. The same bytes at every call until the next
  // open(). Errors as read().
  Result<BatchBody> piece(const BatchInfo& whole, const BatchInfo& part);

  // The marks of `source` that are durable, in slot order.
  Result<std::vector<SourceMark>> marks(std::string_view source);

  [[nodiscard]] const std::string& epoch() const;
  [[nodiscard]] const std::string& epoch_of(StreamRef stream) const;
  [[nodiscard]] Sequence next_sequence(Lane lane) const;
  [[nodiscard]] BatchNumber next_batch(Lane lane) const;
  [[nodiscard]] BufferTotals totals() const;
  // Every range of any epoch that will never be delivered, oldest first.
  [[nodiscard]] const std::vector<Loss>& losses() const;
  // Batches given up since the last call: nobody needs to send them any more.
  [[nodiscard]] std::vector<BatchKey> take_dropped();
  // Batches that were deleted since the last call before every best-effort destination had them,
  // and tombstones that a wider one stands for now: the same.
  [[nodiscard]] std::vector<BatchKey> take_expired();
  [[nodiscard]] Keyring::Info keys() const;

  // --- what a person asks for; each call does a bounded piece and may be repeated ---

  struct Verification {
    std::uint64_t segments = 0;  // checked so far
    std::uint64_t readings = 0;
    std::uint64_t batches = 0;
    std::vector<std::string> damages;  // one clause each, with stream and range; never content
    bool done = false;
    StreamRef stream;  // where to go on
    Sequence after = 0;
    bool started = false;
  };
  // Opens every stored segment, checks tag, chain and batch. Damage is reported, nothing changed;
  // mend() salvages.
  Result<> verify_some(Verification& progress, std::size_t segments);

  struct Export {
    std::uint64_t readings = 0;
    bool done = false;
    StreamRef stream;
    Sequence after = 0;
    bool started = false;
  };
  // Appends contract rows, one a line, of everything that is stored and not deleted. Patient data.
  Result<> export_some(Export& progress, std::size_t bytes, std::string& out);

  // Gives up to `pages` free pages back to the file system; how many bytes.
  Result<std::int64_t> compact_some(int pages);

  struct Replay {
    std::uint64_t batches = 0;
    std::uint64_t readings = 0;
  };
  // Kept batches with a reading received in [from, to] are delivered again, byte for byte, to all
  // destinations. Durable when it returns. Destinations must be loaded anew.
  Result<Replay> replay(WallTime from, WallTime to);

  // A new data key for what is sealed from now on.
  Result<> rotate_key(WallTime now);

  struct Erasure {
    std::string epoch;
    std::vector<std::string> keys;  // fingerprints
    std::uint64_t waiting = 0;      // readings that no hub has
    std::uint64_t stored = 0;
  };
  // Crypto-erase: the keys are destroyed, then the files removed. Nothing else may be called
  // afterwards.
  Result<Erasure> erase();

  // At a clean stop, after the last commit.
  Result<> close();

 private:
  struct Impl;
  explicit Buffer(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace vitalgate::sync
