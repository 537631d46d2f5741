#include "sync/buffer/schema.h"

#include <array>
#include <string>

#include "sync/buffer/store_copy.h"

namespace vitalgate::sync {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kApplicationId = "1447511379";  // "VGBS"
constexpr std::string_view kSchemaVersion = "2";

// Row keys: store_keys.h. Large texts live in rowid tables. `tag` covers the row's other columns;
// a segment's and a quarantined reading's seal covers theirs (records.h).
constexpr const char* kTables = R"sql(
CREATE TABLE meta(k TEXT PRIMARY KEY, v INTEGER NOT NULL, tag BLOB NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE stream(
  no INTEGER PRIMARY KEY,             -- generation x 8 + lane
  epoch TEXT NOT NULL,
  next_seq INTEGER NOT NULL,          -- floors: no number below is given out again
  next_batch INTEGER NOT NULL,
  tag BLOB NOT NULL) STRICT;
CREATE TABLE segment(
  key INTEGER PRIMARY KEY,            -- stream and first sequence
  last_seq INTEGER NOT NULL,
  t_min INTEGER NOT NULL,             -- received, UTC milliseconds
  t_max INTEGER NOT NULL,
  kid INTEGER NOT NULL,               -- data key
  before BLOB NOT NULL,               -- link to the segment in front
  sealed BLOB NOT NULL) STRICT;       -- contract rows joined by commas: zstd, AES-256-GCM
CREATE TABLE batch(
  key INTEGER PRIMARY KEY,            -- stream and first sequence
  number INTEGER NOT NULL,
  last_seq INTEGER NOT NULL,
  bytes INTEGER NOT NULL,             -- of its rows
  stored_bytes INTEGER NOT NULL,      -- of its segments
  t_min INTEGER NOT NULL,
  t_max INTEGER NOT NULL,
  backfill INTEGER NOT NULL,
  tombstone INTEGER NOT NULL,         -- declares its range as dropped, has no segments
  kid INTEGER NOT NULL,
  tag BLOB NOT NULL,
  head BLOB NOT NULL) STRICT;         -- the envelope up to its rows: zstd, AES-256-GCM
CREATE TABLE checkpoint(
  destination TEXT NOT NULL,          -- '' for what is deleted
  stream INTEGER NOT NULL,
  first_seq INTEGER NOT NULL,
  last_seq INTEGER NOT NULL,
  tag BLOB NOT NULL,
  PRIMARY KEY(destination, stream, first_seq)) STRICT, WITHOUT ROWID;
CREATE TABLE delivered(
  id INTEGER PRIMARY KEY,
  stream INTEGER NOT NULL,
  first_seq INTEGER NOT NULL,
  last_seq INTEGER NOT NULL,
  store_ms INTEGER NOT NULL,          -- store clock: when the last destination had it
  tag BLOB NOT NULL) STRICT;
CREATE TABLE loss(
  id INTEGER PRIMARY KEY,
  stream_id TEXT NOT NULL,
  first_seq INTEGER NOT NULL,
  last_seq INTEGER NOT NULL,
  reason TEXT NOT NULL,
  tag BLOB NOT NULL) STRICT;
CREATE TABLE quarantine(
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  received_ms INTEGER NOT NULL,
  device TEXT NOT NULL,
  rule TEXT NOT NULL,
  agent_version TEXT NOT NULL,
  kid INTEGER NOT NULL,
  sealed BLOB NOT NULL) STRICT;       -- reason, content, raw bytes: zstd, AES-256-GCM
)sql";

Result<> expect(Database& database, std::string_view name, std::string_view value) {
  const std::string found = VG_TRY(database.pragma(name));
  if (found == value) return {};
  std::string what = "database setting ";
  what.append(name).append(" is ").append(found).append(", needs to be ").append(value);
  return Error{Errc::corrupt, std::move(what), std::string(kDamagedHint)};
}

// A store that a later agent wrote is not damage: nothing of it may be touched.
Result<> check_version(Database& database) {
  VG_TRY(expect(database, "application_id", kApplicationId));
  const std::string version = VG_TRY(database.pragma("user_version"));
  if (version.size() == kSchemaVersion.size() && version > kSchemaVersion)
    return Error{Errc::rejected,
                 "the buffer was written by a later version of vitalgated (schema " + version + ")",
                 "install that version again, or give buffer.directory a new, empty directory"};
  return expect(database, "user_version", kSchemaVersion);
}

Result<> apply_settings(Database& database, const StoreSettings& settings) {
  // Exclusive before WAL: no shared memory file, and nobody else can open a live buffer.
  const std::uint64_t log = settings.log_bytes;
  const std::string pragmas =
      std::string("PRAGMA locking_mode=EXCLUSIVE; PRAGMA journal_mode=WAL; PRAGMA synchronous=")
          .append(settings.synchronous_normal ? "NORMAL" : "FULL")
          .append("; PRAGMA wal_autocheckpoint=")
          .append(std::to_string(log / 4 / kPageBytes))
          .append(
              "; PRAGMA secure_delete=ON; PRAGMA cell_size_check=ON;"
              "PRAGMA trusted_schema=OFF; PRAGMA foreign_keys=ON; PRAGMA temp_store=MEMORY;"
              "PRAGMA mmap_size=0; PRAGMA cache_size=-4096; PRAGMA journal_size_limit=")
          .append(std::to_string(log))
          .append("; PRAGMA max_page_count=")
          .append(std::to_string(settings.quota_bytes / kPageBytes));
  VG_TRY(database.execute(pragmas.c_str()));
  // The first write takes the lock: a second opener is found now, not at the first reading.
  VG_TRY(database.execute("BEGIN IMMEDIATE; COMMIT;"));
  const std::array<std::pair<std::string_view, std::string_view>, 7> expected{
      {{"locking_mode", "exclusive"},
       {"journal_mode", "wal"},
       {"synchronous", settings.synchronous_normal ? "1" : "2"},
       {"page_size", "1024"},
       {"secure_delete", "1"},
       {"cell_size_check", "1"},
       {"trusted_schema", "0"}}};
  for (const auto& [name, value] : expected) VG_TRY(expect(database, name, value));
  return {};
}

// Without a journal and without a sync: it counts for nothing until it is renamed.
Result<Database> open_unfinished(Disk& disk, const fs::path& file, bool create) {
  Database database = VG_TRY(Database::open(file, create, disk.vfs()));
  VG_TRY(
      database.execute("PRAGMA locking_mode=EXCLUSIVE; PRAGMA page_size=1024;"
                       "PRAGMA auto_vacuum=INCREMENTAL; PRAGMA journal_mode=OFF;"
                       "PRAGMA synchronous=OFF"));
  return database;
}

}  // namespace

Result<Database> open_database(Disk& disk, const fs::path& directory,
                               const StoreSettings& settings) {
  Database database = VG_TRY(Database::open(directory / kDatabaseName, false, disk.vfs()));
  VG_TRY(database.execute("PRAGMA locking_mode=EXCLUSIVE"));
  VG_TRY(check_version(database));
  VG_TRY(apply_settings(database, settings));
  return database;
}

Result<Database> open_damaged(Disk& disk, const fs::path& directory) {
  VG_TRY(restore_schema(disk, directory));
  Database database = VG_TRY(Database::open(directory / kDatabaseName, false, disk.vfs()));
  VG_TRY(
      database.execute("PRAGMA locking_mode=EXCLUSIVE; PRAGMA trusted_schema=OFF;"
                       "PRAGMA cell_size_check=ON; PRAGMA mmap_size=0"));
  return database;
}

Result<> make_store(Disk& disk, const fs::path& parent,
                    const std::function<Result<>(Database)>& fill) {
  const fs::path unfinished = parent / kUnfinishedName;
  VG_TRY(disk.remove(unfinished));
  VG_TRY(disk.make_directory(unfinished));
  const fs::path file = unfinished / kDatabaseName;
  {
    Database database = VG_TRY(open_unfinished(disk, file, /*create=*/true));
    VG_TRY(database.execute(kTables));
    const std::string header = std::string("PRAGMA application_id=").append(kApplicationId) +
                               "; PRAGMA user_version=" + std::string(kSchemaVersion);
    VG_TRY(database.execute(header.c_str()));
  }
  VG_TRY(keep_schema(disk, unfinished));
  VG_TRY(fill(VG_TRY(open_unfinished(disk, file, /*create=*/false))));
  VG_TRY(disk.sync_file(file));
  VG_TRY(disk.sync_directory(unfinished));
  VG_TRY(disk.rename(unfinished, parent / kStoreName));
  return disk.sync_directory(parent);
}

}  // namespace vitalgate::sync
