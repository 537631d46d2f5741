#include "sync/buffer/schema.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <string>

#include "agent/core/limits.h"
#include "sync/batch/stream.h"

namespace vitalgate::sync {
namespace {

namespace fs = std::filesystem;

constexpr std::int64_t kPageBytes = 4096;
constexpr std::string_view kApplicationId = "1447511379";  // "VGBS"
constexpr std::string_view kSchemaVersion = "1";

// A row key holds lane and number: lane x 2^48 + sequence or batch number. Large blobs live in
// rowid tables; small ones without.
constexpr const char* kTables = R"sql(
CREATE TABLE meta(k TEXT PRIMARY KEY, v ANY NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE segment(
  key INTEGER PRIMARY KEY,            -- lane and first sequence
  last_seq INTEGER NOT NULL,
  n INTEGER NOT NULL,
  t_min INTEGER NOT NULL,             -- received, UTC milliseconds
  t_max INTEGER NOT NULL,
  rows BLOB NOT NULL,                 -- contract rows, joined by commas
  CHECK(last_seq - (key & 281474976710655) + 1 = n)) STRICT;
CREATE TABLE batch(
  key INTEGER PRIMARY KEY,            -- lane and batch number
  first_seq INTEGER NOT NULL,
  last_seq INTEGER NOT NULL,
  bytes INTEGER NOT NULL,             -- of its rows
  t_min INTEGER NOT NULL,
  backfill INTEGER NOT NULL,
  head BLOB NOT NULL,                 -- the envelope up to its rows, fixed when sealed
  delivered_ms INTEGER,               -- store clock; null: not yet everywhere
  CHECK(last_seq >= first_seq)) STRICT;
CREATE INDEX batch_delivered ON batch(delivered_ms) WHERE delivered_ms IS NOT NULL;
CREATE TABLE checkpoint(
  destination TEXT NOT NULL,
  lane INTEGER NOT NULL,
  first_seq INTEGER NOT NULL,
  last_seq INTEGER NOT NULL,
  PRIMARY KEY(destination, lane, first_seq)) STRICT, WITHOUT ROWID;
CREATE TABLE quarantine(
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  received_ms INTEGER NOT NULL,
  device TEXT NOT NULL,
  rule TEXT NOT NULL,
  reason TEXT NOT NULL,
  content TEXT NOT NULL,              -- the reading as a contract row, as far as it has one
  raw BLOB,                           -- the bytes it was decoded from
  agent_version TEXT NOT NULL) STRICT;
)sql";

Error system_error(std::string_view doing, const fs::path& path) {
  const int code = errno;
  return {
      Errc::unavailable, std::string(doing) + " " + path.string() + ": " + std::strerror(code),
      code == EACCES || code == EPERM
          ? "the user of vitalgated must own this directory: sudo chown vitalgated " + path.string()
          : "check buffer.directory in the configuration"};
}

Result<> sync_path(const fs::path& path) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return system_error("open", path);
  const int synced = ::fsync(fd);
  ::close(fd);
  if (synced != 0) return system_error("sync", path);
  return {};
}

Result<> create_file(const fs::path& directory, std::string_view gateway) {
  const fs::path file = directory / kBufferFileName;
  const fs::path unfinished = directory / "buffer.db.new";
  std::error_code ignored;  // left over from a creation that was cut off; it held nothing
  for (const char* suffix : {"", "-journal", "-wal"})
    fs::remove(unfinished.string() + suffix, ignored);
  {
    Database database = VG_TRY(Database::open(unfinished, true));
    VG_TRY(database.execute("PRAGMA page_size=4096; PRAGMA auto_vacuum=INCREMENTAL;"));
    VG_TRY(database.execute(kTables));
    Statement insert = VG_TRY(database.prepare("INSERT INTO meta(k, v) VALUES(?, ?)"));
    VG_TRY(insert.bind("epoch").bind(new_epoch()).run());
    VG_TRY(insert.bind("gateway_id").bind(gateway).run());
    const std::string header = std::string("PRAGMA application_id=").append(kApplicationId) +
                               "; PRAGMA user_version=" + std::string(kSchemaVersion);
    VG_TRY(database.execute(header.c_str()));
  }
  VG_TRY(sync_path(unfinished));
  std::error_code failed;
  fs::rename(unfinished, file, failed);
  if (failed)
    return Error{Errc::unavailable, "rename " + file.string() + ": " + failed.message(), ""};
  return sync_path(directory);
}

Result<> expect(Database& database, std::string_view name, std::string_view value) {
  const std::string found = VG_TRY(database.pragma(name));
  if (found == value) return {};
  std::string what = "database setting ";
  what.append(name).append(" is ").append(found).append(", needs to be ").append(value);
  return Error{Errc::corrupt, std::move(what), std::string(kDamagedHint)};
}

Result<> apply_settings(Database& database, std::uint64_t max_disk_bytes) {
  // Exclusive before WAL: no shared memory file, and nobody else can open a live buffer.
  const auto pages = static_cast<std::int64_t>(max_disk_bytes) / kPageBytes;
  const std::string settings =
      "PRAGMA locking_mode=EXCLUSIVE; PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
      "PRAGMA wal_autocheckpoint=1000; PRAGMA secure_delete=ON; PRAGMA cell_size_check=ON;"
      "PRAGMA trusted_schema=OFF; PRAGMA foreign_keys=ON; PRAGMA temp_store=MEMORY;"
      "PRAGMA mmap_size=0; PRAGMA cache_size=-4096; PRAGMA journal_size_limit=" +
      std::to_string(limits::kWalBytesMax) + "; PRAGMA max_page_count=" + std::to_string(pages);
  VG_TRY(database.execute(settings.c_str()));
  // The first write takes the lock: a second opener is found now, not at the first reading.
  VG_TRY(database.execute("BEGIN IMMEDIATE; COMMIT;"));
  const std::array<std::pair<std::string_view, std::string_view>, 10> expected{
      {{"locking_mode", "exclusive"},
       {"journal_mode", "wal"},
       {"synchronous", "2"},
       {"page_size", "4096"},
       {"secure_delete", "1"},
       {"cell_size_check", "1"},
       {"trusted_schema", "0"},
       {"wal_autocheckpoint", "1000"},
       {"application_id", kApplicationId},
       {"user_version", kSchemaVersion}}};
  for (const auto& [name, value] : expected) VG_TRY(expect(database, name, value));
  return {};
}

Result<> check_gateway(Database& database, std::string_view gateway) {
  Statement select = VG_TRY(database.prepare("SELECT v FROM meta WHERE k='gateway_id'"));
  const bool found = VG_TRY(select.row());
  const std::string owner = found ? select.text(0) : std::string();
  select.reset();
  if (owner == gateway) return {};
  return Error{Errc::rejected,
               "the buffer belongs to gateway '" + owner + "', not '" + std::string(gateway) + "'",
               "set gateway.id back to '" + owner +
                   "' until it is drained, or give buffer.directory a new, empty directory"};
}

}  // namespace

Result<Database> open_database(const fs::path& directory, std::string_view gateway,
                               std::uint64_t max_disk_bytes) {
  std::error_code failed;
  fs::create_directories(directory, failed);
  if (failed)
    return Error{Errc::unavailable, "create " + directory.string() + ": " + failed.message(),
                 "check buffer.directory in the configuration"};
  const fs::path file = directory / kBufferFileName;
  if (!fs::exists(file, failed)) VG_TRY(create_file(directory, gateway));
  Database database = VG_TRY(Database::open(file, false));
  VG_TRY(apply_settings(database, max_disk_bytes));
  VG_TRY(check_gateway(database, gateway));
  return database;
}

}  // namespace vitalgate::sync
