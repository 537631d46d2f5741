// From the first version's store, which had no encryption: one file, `buffer.db`, with the same
// streams and the rows in clear.
#include <algorithm>

#include "sync/buffer/salvage.h"
#include "sync/buffer/schema.h"
#include "sync/buffer/sealed_tables.h"
#include "sync/buffer/store_copy.h"
#include "sync/buffer/store_keys.h"

namespace vitalgate::sync {
namespace {

namespace fs = std::filesystem;

class Migration {
 public:
  Migration(const SalvageContext& context, Database& from, Store& to)
      : context_(context),
        from_(from),
        to_(to),
        tables_(context.keyring, context.options.gateway) {}

  Result<> run();

 private:
  struct Old {
    RangeSet present;
    Chain chain{};
    std::uint32_t stored_bytes = 0;
    BatchNumber next_batch = 1;
  };
  Result<std::string> meta_text(std::string_view key);
  Result<> segments();
  Result<> batches();
  Result<> checkpoints();
  Result<> meta();
  Result<> quarantine();
  Result<> streams();

  const SalvageContext& context_;
  Database& from_;
  Store& to_;
  SealedTables tables_;
  std::string epoch_;
  std::map<StreamRef, Old> old_;
};

Result<std::string> Migration::meta_text(std::string_view key) {
  Statement select = VG_TRY(from_.prepare("SELECT v FROM meta WHERE k=?"));
  const bool found = VG_TRY(select.bind(key).row());
  return found ? select.text(0) : std::string();
}

Result<> Migration::run() {
  const std::string owner = VG_TRY(meta_text("gateway_id"));
  if (owner != context_.options.gateway)
    return Error{
        Errc::rejected,
        "the buffer belongs to gateway '" + owner + "', not '" + context_.options.gateway + "'",
        "set gateway.id back to '" + owner +
            "' until it is drained, or give buffer.directory a new, empty directory"};
  epoch_ = VG_TRY(meta_text("epoch"));
  VG_TRY(segments());
  VG_TRY(batches());
  VG_TRY(checkpoints());
  VG_TRY(meta());
  VG_TRY(quarantine());
  return streams();
}

// Row keys of generation 0 are the first version's.
Result<> Migration::segments() {
  Statement select =
      VG_TRY(from_.prepare("SELECT key, last_seq, t_min, t_max, rows FROM segment ORDER BY key"));
  while (VG_TRY(select.row())) {
    const StreamRef stream = stream_of(select.number(0));
    const std::string rows = select.text(4);
    const Range range{sequence_of(select.number(0)), loaded(select.number(1))};
    Old& old = old_[stream];
    const auto written = VG_TRY(tables_.put_segment(
        to_, stream, epoch_, {range, rows, select.number(2), select.number(3)}, old.chain));
    old.chain = written.link;
    old.present.add(range);
  }
  return {};
}

Result<> Migration::batches() {
  Statement select = VG_TRY(from_.prepare(
      "SELECT b.key, b.first_seq, b.last_seq, b.bytes, b.t_min, b.backfill, b.head, "
      "(SELECT max(t_max) FROM segment s WHERE s.key BETWEEN (b.key>>48<<48)+b.first_seq AND "
      "(b.key>>48<<48)+b.last_seq) FROM batch b ORDER BY b.key"));
  while (VG_TRY(select.row())) {
    const StreamRef stream = stream_of(select.number(0));
    BatchRecord batch{.key = {stream.lane, sequence_of(select.number(0)), stream.generation},
                      .range = {loaded(select.number(1)), loaded(select.number(2))},
                      .bytes = static_cast<std::uint32_t>(select.number(3)),
                      .stored_bytes = static_cast<std::uint32_t>(select.number(3) / 8),
                      .oldest_ms = select.number(4),
                      .newest_ms = select.number(7),
                      .backfill = select.number(5) != 0,
                      .head = {}};
    VG_TRY(tables_.put_batch(to_, batch, epoch_, select.text(6)));
    BatchNumber& next = old_[stream].next_batch;
    next = std::max(next, batch.key.number + 1);
  }
  return {};
}

Result<> Migration::checkpoints() {
  std::map<std::pair<std::string, StreamRef>, RangeSet> all;
  Statement select =
      VG_TRY(from_.prepare("SELECT destination, lane, first_seq, last_seq FROM checkpoint"));
  while (VG_TRY(select.row()))
    all[{select.text(0), stream_of_number(select.number(1))}].add(
        {loaded(select.number(2)), loaded(select.number(3))});
  for (const auto& [key, ranges] : all) VG_TRY(to_.put_checkpoint(key.first, key.second, ranges));
  return {};
}

Result<> Migration::meta() {
  Statement select = VG_TRY(from_.prepare(
      "SELECT k, v FROM meta WHERE k='store_ms' OR k='quarantine_overflow' OR k LIKE 'mark~_%' "
      "ESCAPE '~'"));
  while (VG_TRY(select.row())) VG_TRY(to_.put_meta(select.text(0), select.number(1)));
  return {};
}

Result<> Migration::quarantine() {
  Statement select = VG_TRY(from_.prepare(
      "SELECT received_ms, device, rule, reason, content, raw, agent_version FROM quarantine "
      "ORDER BY id"));
  while (VG_TRY(select.row())) {
    const Held held{WallTime(std::chrono::milliseconds(select.number(0))),
                    select.text(1),
                    select.text(2),
                    select.text(3),
                    select.text(4),
                    select.text(5)};
    VG_TRY(tables_.put_held(to_, held, select.text(6)));
  }
  return {};
}

// The floors say how far each stream came; what is below and not here was delivered.
Result<> Migration::streams() {
  for (const Lane lane : kLanes) {
    StreamRecord record{{lane, 0}, epoch_};
    for (const auto& [prefix, value] : {std::pair("sequence_floor_", &record.next_sequence),
                                        std::pair("batch_floor_", &record.next_batch)}) {
      Statement select = VG_TRY(from_.prepare("SELECT v FROM meta WHERE k=?"));
      const std::string key = std::string(prefix).append(vitalgate::name(lane));
      if (VG_TRY(select.bind(key).row())) *value = std::max(*value, loaded(select.number(0)));
    }
    const RangeSet& present = old_[record.ref].present;
    record.next_sequence = std::max(record.next_sequence, present.highest() + 1);
    record.next_batch = std::max(record.next_batch, old_[record.ref].next_batch);
    RangeSet gone;
    if (record.next_sequence > 1)
      for (const Range& hole : present.missing_in({1, record.next_sequence - 1})) gone.add(hole);
    VG_TRY(to_.put_checkpoint(kGone, record.ref, gone));
    VG_TRY(to_.put_stream(record));
  }
  return {};
}

// Empty when it cannot be told.
std::string epoch_of(Disk& disk, const fs::path& file) {
  auto database = Database::open(file, false, disk.vfs());
  if (!database || !database->execute("PRAGMA locking_mode=EXCLUSIVE; PRAGMA trusted_schema=OFF"))
    return {};
  auto select = database->prepare("SELECT v FROM meta WHERE k='epoch'");
  if (!select) return {};
  const Ending ending(*select);
  const auto found = select->row();
  return found && *found ? select->text(0) : std::string();
}

}  // namespace

Result<> remove_migrated(Disk& disk, const fs::path& file, const std::vector<std::string>& epochs) {
  const bool there = VG_TRY(disk.exists(file));
  if (there) {
    const std::string epoch = epoch_of(disk, file);
    if (std::find(epochs.begin(), epochs.end(), epoch) == epochs.end()) return {};
  }
  // The file itself goes last: as long as it is there it says whose the others are.
  for (const char* suffix : {"-wal", "-journal", ""})
    VG_TRY(disk.remove(file.string().append(suffix)));
  return there ? disk.sync_directory(file.parent_path()) : Result<>();
}

Result<> migrate_version_1(const SalvageContext& context, const fs::path& file) {
  return make_store(context.disk, context.options.directory, [&](Database database) -> Result<> {
    Database from = VG_TRY(Database::open(file, false, context.disk.vfs()));
    VG_TRY(from.execute("PRAGMA locking_mode=EXCLUSIVE; PRAGMA trusted_schema=OFF"));
    const std::string version = VG_TRY(from.pragma("user_version"));
    if (version != "1")
      return Error{Errc::corrupt, "the old buffer.db is not a store of the first version",
                   std::string(kDamagedHint)};
    Store to(std::move(database), context.keyring.tagger());
    VG_TRY(to.begin());
    VG_TRY(Migration(context, from, to).run());
    VG_TRY(keep_streams(context.disk, context.options.directory / kUnfinishedName,
                        context.keyring.tagger(), VG_TRY(to.streams())));
    return to.commit();
  });
}

}  // namespace vitalgate::sync
