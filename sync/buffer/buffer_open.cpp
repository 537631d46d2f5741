// From the disk to memory: keys, store, streams; and the checks that make "open" mean "whole".
#include <algorithm>
#include <charconv>

#include "agent/core/limits.h"
#include "sync/buffer/batch_head.h"
#include "sync/buffer/buffer_impl.h"
#include "sync/buffer/schema.h"
#include "sync/buffer/store_copy.h"

namespace vitalgate::sync {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kDamagedPrefix = "damaged-";

Error damage(std::string what) {
  return {Errc::corrupt, std::move(what), std::string(kDamagedHint)};
}

// The number behind `damaged-`, or 0.
unsigned damaged_number(std::string_view name) {
  if (!name.starts_with(kDamagedPrefix)) return 0;
  name.remove_prefix(kDamagedPrefix.size());
  unsigned number = 0;
  const auto [end, code] = std::from_chars(name.data(), name.data() + name.size(), number);
  return code == std::errc() && end == name.data() + name.size() ? number : 0;
}

Result<unsigned> newest_damaged(Disk& disk, const fs::path& directory) {
  unsigned newest = 0;
  for (const std::string& name : VG_TRY(disk.list(directory)))
    newest = std::max(newest, damaged_number(name));
  return newest;
}

fs::path damaged_path(const fs::path& directory, unsigned number) {
  return directory / std::string(kDamagedPrefix).append(std::to_string(number));
}

std::string where(StreamRef ref, std::string_view epoch) { return stream_id(ref.lane, epoch); }

}  // namespace

Result<> Buffer::Impl::start(Clock::time_point now) {
  VG_TRY(disk->make_directory(options.directory));
  VG_TRY(disk->sync_directory(options.directory.parent_path()));
  VG_TRY(open_keys());
  device_bytes_at_open = device_bytes_written();
  std::uint64_t own_bytes = 0;
  for (const std::string_view name : {kDatabaseName, kLogName})
    if (const auto size = disk->size(options.directory / kStoreName / name)) own_bytes += *size;
  space.prepare(now, own_bytes);
  for (bool again = false;; again = true) {
    VG_TRY(ensure_store());
    auto loaded = load(now);
    if (loaded && suspicious) loaded = verify_everything();
    // What a crash left in the log was read back, but perhaps never synced: it is now, before
    // anybody is told of it. A full disk may refuse; then it waits for a later start.
    if (loaded && unclean)
      if (auto moved = store->checkpoint(); !moved && store->is_broken()) loaded = moved;
    if (loaded) break;
    store.reset();
    if (again || loaded.error().code != Errc::corrupt) return loaded;
    VG_TRY(set_aside());
  }
  suspicious = needs_mending = false;
  std::vector<std::string> epochs;
  for (const auto& [ref, stream] : streams) epochs.push_back(stream.epoch);
  VG_TRY(remove_migrated(*disk, options.directory / kVersion1Name, epochs));
  write_mark(now, /*now_or_never=*/true);
  return {};
}

Result<> Buffer::Impl::open_keys() {
  const bool has_store = VG_TRY(disk->exists(options.directory / kStoreName));
  const bool has_damaged = VG_TRY(newest_damaged(*disk, options.directory)) != 0;
  keyring.emplace(VG_TRY(Keyring::open(*disk, options.directory, options.gateway, options.keys,
                                       /*create=*/!has_store && !has_damaged)));
  tables.emplace(*keyring, options.gateway);
  return {};
}

Result<> Buffer::Impl::ensure_store() {
  auto mark = VG_TRY(mark_file.read());
  if (remembered && (!mark || mark->generation <= remembered->generation)) mark = remembered;
  if (VG_TRY(disk->exists(options.directory / kStoreName))) return {};
  const SalvageContext context{*disk, *keyring, options, mark};
  const fs::path version_1 = options.directory / kVersion1Name;
  const unsigned damaged = VG_TRY(newest_damaged(*disk, options.directory));
  if (damaged != 0) return salvage(context, damaged_path(options.directory, damaged));
  if (VG_TRY(disk->exists(version_1))) return migrate_version_1(context, version_1);
  return salvage(context, std::nullopt);
}

// One rename takes the database and its log away together.
Result<> Buffer::Impl::set_aside() {
  const unsigned number = VG_TRY(newest_damaged(*disk, options.directory)) + 1;
  VG_TRY(disk->rename(options.directory / kStoreName, damaged_path(options.directory, number)));
  return disk->sync_directory(options.directory);
}

Result<> Buffer::Impl::load(Clock::time_point now) {
  const fs::path directory = options.directory / kStoreName;
  unclean =
      VG_TRY(disk->exists(directory / kLogName)) && VG_TRY(disk->size(directory / kLogName)) > 0;
  store = std::make_unique<Store>(
      VG_TRY(open_database(*disk, directory,
                           {.quota_bytes = space.quota_bytes(),
                            .log_bytes = space.log_bytes(),
                            .synchronous_normal = options.weakness.synchronous_normal})),
      keyring->tagger());
  VG_TRY(disk->sync_directory(directory));  // the name of the log, before anything in it counts
  if (unclean || suspicious)
    if (const auto flaws = VG_TRY(store->structure_flaws()); !flaws.empty())
      return damage("the database is damaged: " + flaws.front());
  opened = now;
  store_ms_at_open = VG_TRY(store->meta(meta_key::kStoreClock));
  rate =
      DayRate(static_cast<double>(VG_TRY(store->meta(meta_key::kSealedBytes))), store_ms_at_open);
  segments_of_key = VG_TRY(store->meta(meta_key::kSegmentsOfKey));
  quarantined = VG_TRY(store->quarantine_rows());
  quarantine_overflow = VG_TRY(store->meta(meta_key::kOverflow));
  losses = VG_TRY(store->losses());
  for (std::size_t i = 0; i < missed.size(); ++i)
    missed[i] =
        static_cast<std::uint64_t>(VG_TRY(store->meta(meta_key::missed(options.destinations[i]))));
  VG_TRY(measure());
  return load_streams();
}

Result<> Buffer::Impl::load_streams() {
  streams.clear();
  delivered.clear();
  dirty_checkpoints.clear();
  std::vector<StreamRecord> records = VG_TRY(store->streams());
  if (records.size() < kLanes.size()) return damage("the buffer has no streams");
  for (const StreamRecord& record : records) {
    generation = std::max(generation, record.ref.generation);
    LaneWriter writer(RowWriter(options.gateway, record.ref.lane, record.epoch), options.batch);
    streams.emplace(record.ref, StreamState(record.ref, record.epoch, std::move(writer),
                                            options.destinations.size()));
  }
  for (const Lane lane : kLanes)
    if (find({lane, generation}) == nullptr) return damage("the buffer lacks a stream");
  VG_TRY(compare_with_kept(records));
  epoch = current(Lane::vitals).epoch;
  VG_TRY(load_checkpoints());
  for (const StreamRecord& record : records) VG_TRY(load_stream(of(record.ref), record));
  VG_TRY(load_delivered());
  auto mark = VG_TRY(mark_file.read());
  if (remembered && (!mark || mark->generation <= remembered->generation)) mark = remembered;
  if (mark && !options.weakness.skip_chain) VG_TRY(check_mark(*mark));
  return {};
}

// What the store began with: a row that is older than that, or not there, is damage that SQLite
// does not see.
Result<> Buffer::Impl::compare_with_kept(std::vector<StreamRecord>& records) {
  for (const StreamRecord& kept :
       kept_streams(*disk, options.directory / kStoreName, keyring->tagger())) {
    const auto record = std::find_if(records.begin(), records.end(), [&](const auto& one) {
      return one.ref == kept.ref && one.epoch == kept.epoch;
    });
    if (record == records.end()) return damage("the buffer lacks a stream that it began with");
    record->next_sequence = std::max(record->next_sequence, kept.next_sequence);
    record->next_batch = std::max(record->next_batch, kept.next_batch);
  }
  return {};
}

Result<> Buffer::Impl::load_checkpoints() {
  const auto add = [this](std::string_view name, auto&& set_of) {
    return store->each_checkpoint(name, [&](StreamRef ref, Range range) {
      if (const auto at = streams.find(ref);
          at != streams.end() && range.first >= 1 && range.first <= range.last)
        set_of(at->second).add(range);
    });
  };
  VG_TRY(add(kGone, [](StreamState& stream) -> RangeSet& { return stream.gone; }));
  for (std::size_t i = 0; i < options.destinations.size(); ++i)
    VG_TRY(add(options.destinations[i],
               [i](StreamState& stream) -> RangeSet& { return stream.confirmed[i]; }));
  for (auto& [ref, stream] : streams) stream.settle(required);
  return {};
}

// Every number below the next one must be somewhere: deleted, in a batch, or in a segment.
Result<> Buffer::Impl::load_stream(StreamState& stream, const StreamRecord& record) {
  RangeSet covered = stream.gone;
  VG_TRY(load_batches(stream, covered));
  VG_TRY(load_tail(stream, record, covered));
  VG_TRY(refresh_oldest(stream));
  const Sequence next = stream.writer.next_sequence();
  if (next == 1 || options.weakness.skip_chain) return {};
  const auto holes = covered.missing_in({1, next - 1});
  if (holes.empty()) return {};
  return damage("readings " + std::to_string(holes.front().first) + " to " +
                std::to_string(holes.front().last) + " of " + where(stream.ref, stream.epoch) +
                " are gone");
}

Result<> Buffer::Impl::load_batches(StreamState& stream, RangeSet& covered) {
  BatchNumber last_number = 0;
  Sequence last_sequence = 0;
  std::vector<BatchInfo> found_tombstones;
  VG_TRY(store->each_batch(stream.ref, {1, limits::kSequenceMax}, /*with_head=*/false,
                           bound_of(stream), [&](const BatchRecord& batch) -> Result<bool> {
                             const BatchInfo info = info_of(stream, batch);
                             covered.add(batch.range);
                             last_number = std::max(last_number, batch.key.number);
                             last_sequence = std::max(last_sequence, batch.range.last);
                             stream.stored_bytes += batch.stored_bytes;
                             stream.sealed(info, batch.newest_ms);
                             if (info.tombstone) found_tombstones.push_back(info);
                             if ((info.missing_at & required) == 0) return true;
                             stream.waiting += info.tombstone ? 0 : info.range.count();
                             stream.waiting_bytes += info.bytes;
                             return true;
                           }));
  stream.writer.resume(last_sequence + 1, last_number + 1);
  return list_tombstones(stream, found_tombstones);
}

// A loss whose row is gone is still declared by its tombstone.
Result<> Buffer::Impl::list_tombstones(StreamState& stream, const std::vector<BatchInfo>& found) {
  const std::string id = where(stream.ref, stream.epoch);
  for (const BatchInfo& tombstone : found) {
    stream.declared.add(tombstone.range);
    const bool listed = std::any_of(losses.begin(), losses.end(), [&](const Loss& loss) {
      return loss.stream_id == id && loss.range == tombstone.range;
    });
    if (listed) continue;
    const BatchBody body = VG_TRY(read(tombstone));
    const std::string reason(tombstone_reason(body.head));
    if (reason == kExpired) continue;
    losses.push_back({id, tombstone.range, reason});
    VG_TRY(store->insert_loss(losses.back()));
  }
  return {};
}

// Segments behind the last sealed batch: their rows become open batches again.
Result<> Buffer::Impl::load_tail(StreamState& stream, const StreamRecord& record,
                                 RangeSet& covered) {
  Sequence next = stream.writer.next_sequence();
  const BatchNumber next_batch = std::max(stream.writer.next_batch(), record.next_batch);
  Sequence last = 0;
  stream.chain = VG_TRY(chain_at(stream, next - 1, last));
  bool linked = last + 1 == next && last != 0;
  const auto take = [&](const SegmentRecord& segment) -> Result<bool> {
    if (linked && segment.before != stream.chain && !options.weakness.skip_chain)
      return damage("a segment of " + where(stream.ref, stream.epoch) +
                    " does not follow the one before it");
    const std::string rows = VG_TRY(rows_of(stream, segment));
    stream.writer.restore({segment.range, rows, segment.oldest_ms, segment.newest_ms},
                          static_cast<std::uint32_t>(segment.sealed.size()));
    stream.chain = tables->link_after(segment, stream.epoch);
    linked = true;
    covered.add(segment.range);
    next = segment.range.last + 1;
    return true;
  };
  VG_TRY(store->each_segment(stream.ref, {next, limits::kSequenceMax}, take));
  if (!options.weakness.forget_floors) next = std::max(next, record.next_sequence);
  stream.writer.resume(next, next_batch);
  return {};
}

// The link after the segment that holds `sequence` or comes before it; `last` is its last number,
// 0 when there is none.
Result<Chain> Buffer::Impl::chain_at(StreamState& stream, Sequence sequence, Sequence& last) {
  Chain chain{};
  last = 0;
  const Sequence first = VG_TRY(store->segment_at(stream.ref, sequence));
  if (first == 0) return chain;
  VG_TRY(store->each_segment(stream.ref, {first, first},
                             [&](const SegmentRecord& segment) -> Result<bool> {
                               last = segment.range.last;
                               chain = tables->link_after(segment, stream.epoch);
                               return false;
                             }));
  return chain;
}

Result<> Buffer::Impl::check_mark(const Mark& mark) {
  if (mark.generation < generation) return {};  // of an epoch that was closed in order
  if (mark.generation > generation || mark.epoch != epoch)
    return damage("the store is older than what this gateway has written: was a copy put back?");
  for (const Lane lane : kLanes)
    VG_TRY(check_mark(current(lane), mark.lanes[static_cast<std::size_t>(lane)]));
  return {};
}

Result<> Buffer::Impl::check_mark(StreamState& stream, const Mark::Lane& mark) {
  const Sequence next = stream.writer.next_sequence();
  if (mark.last >= next)
    return damage("readings " + std::to_string(next) + " to " + std::to_string(mark.last) + " of " +
                  where(stream.ref, stream.epoch) + " were stored and are gone");
  // A number given out twice would name two different events.
  if (mark.next_batch > stream.writer.next_batch())
    return damage("sealed batches of " + where(stream.ref, stream.epoch) + " are gone");
  const Range last_one{mark.last, mark.last};
  if (mark.last == 0 || stream.gone.contains(last_one) || stream.declared.contains(last_one))
    return {};
  Sequence last = 0;
  const Chain chain = VG_TRY(chain_at(stream, mark.last, last));
  if (last == mark.last && chain == mark.chain) return {};
  return damage("the store of " + where(stream.ref, stream.epoch) +
                " does not hold what was written");
}

// What every destination has and is still here, since when: rows that say otherwise are dropped
// (a destination was added), ranges without a row get one (a destination was taken away).
Result<> Buffer::Impl::load_delivered() {
  std::map<StreamRef, RangeSet> known;
  std::vector<std::int64_t> stale;
  VG_TRY(store->each_delivered([&](const DeliveredRecord& record) {
    const StreamState* const stream = find(record.stream);
    if (stream != nullptr && stream->settled.contains(record.range) &&
        !stream->gone.touches(record.range))
      known[record.stream].add(record.range);
    else
      stale.push_back(record.id);
    return true;
  }));
  for (const std::int64_t id : stale) VG_TRY(store->remove_delivered(id));
  for (auto& [ref, stream] : streams) {
    const Sequence sealed_through = stream.writer.first_open() - 1;
    for (const Range& range : stream.settled.ranges())
      for (const Range& kept : stream.gone.missing_in(range))
        for (Range fresh : known[ref].missing_in(kept)) {
          fresh.last = std::min(fresh.last, sealed_through);
          if (fresh.first <= fresh.last) delivered.push_back({0, ref, fresh, 0});
        }
  }
  return {};
}

Result<> Buffer::Impl::adopt(Impl& before, Clock::time_point now) {
  // A commit that seemed to fail may have become durable after all: it did so as a whole.
  const bool held_are_in =
      quarantined == before.quarantined + static_cast<std::int64_t>(before.held.size());
  if (!held_are_in) held = std::move(before.held);
  marks = std::move(before.marks);
  dropped = std::move(before.dropped);
  expired = std::move(before.expired);
  for (auto& entry : before.streams) {
    StreamState& old = entry.second;
    const auto at = std::find_if(streams.begin(), streams.end(), [&](const auto& mine) {
      return mine.first == entry.first && mine.second.epoch == old.epoch;
    });
    if (at == streams.end())
      return Error{Errc::corrupt, "the mended store does not know its own streams", ""};
    StreamState& stream = at->second;
    for (const LaneWriter::Staged& row : old.writer.staged())
      if (row.sequence >= stream.writer.next_sequence()) stream.writer.restage(row, now);
    for (std::size_t i = 0; i < old.confirmed.size(); ++i)
      for (const Range& range : old.confirmed[i].ranges()) VG_TRY(confirm(i, stream, range));
  }
  return {};
}

}  // namespace vitalgate::sync
