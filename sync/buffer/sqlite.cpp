#include "sync/buffer/sqlite.h"

#include <sqlite3.h>

namespace vitalgate::sync {
namespace {

constexpr int kLengthMax = 4 * 1024 * 1024;
constexpr int kBusyTimeoutMs = 5000;  // an old instance may still be closing

bool is_lasting(int code) {
  switch (code & 0xff) {
    case SQLITE_IOERR:
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return true;
    default:
      return false;
  }
}

Error failure(sqlite3* database, std::string_view doing, bool& broken) {
  const int code = sqlite3_extended_errcode(database);
  broken = broken || is_lasting(code);
  std::string what = std::string(doing) + ": " + sqlite3_errmsg(database);
  switch (code & 0xff) {
    case SQLITE_FULL:
      return {Errc::unavailable, what, "free space on the disk, or raise buffer.max_disk"};
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return {Errc::unavailable, what,
              "another program has the buffer open: stop it (is a second vitalgated running?)"};
    case SQLITE_CANTOPEN:
    case SQLITE_PERM:
    case SQLITE_READONLY:
      return {Errc::unavailable, what, "check that the directory exists and is writable"};
    case SQLITE_IOERR:
      return {Errc::unavailable, what + " (code " + std::to_string(code) + ")",
              "the disk fails: look at `dmesg`, back up what you can, replace it"};
    default:
      return {Errc::corrupt, what + " (code " + std::to_string(code) + ")",
              std::string(kDamagedHint)};
  }
}

}  // namespace

void Statement::Finalize::operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
void Database::Close::operator()(sqlite3* database) const { sqlite3_close_v2(database); }

// A bind can only fail by misuse or memory: both are bugs here.
Statement& Statement::bind(std::int64_t number) {
  VG_CHECK(sqlite3_bind_int64(statement_.get(), ++parameter_, number) == SQLITE_OK);
  return *this;
}

Statement& Statement::bind(std::string_view text) {
  VG_CHECK(sqlite3_bind_text64(statement_.get(), ++parameter_, text.data(), text.size(),
                               SQLITE_STATIC, SQLITE_UTF8) == SQLITE_OK);
  return *this;
}

Statement& Statement::bind_blob(std::string_view bytes) {
  VG_CHECK(sqlite3_bind_blob64(statement_.get(), ++parameter_, bytes.data(), bytes.size(),
                               SQLITE_STATIC) == SQLITE_OK);
  return *this;
}

Statement& Statement::bind_null() {
  VG_CHECK(sqlite3_bind_null(statement_.get(), ++parameter_) == SQLITE_OK);
  return *this;
}

Result<> Statement::run() {
  const bool unexpected_row = VG_TRY(row());
  VG_CHECK(!unexpected_row);
  return {};
}

Result<bool> Statement::row() {
  const int code = sqlite3_step(statement_.get());
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) {
    reset();
    return false;
  }
  Error error = failure(sqlite3_db_handle(statement_.get()), "buffer", *broken_);
  reset();
  return error;
}

std::int64_t Statement::number(int column) const {
  return sqlite3_column_int64(statement_.get(), column);
}

std::string_view Statement::view(int column) const {
  const void* bytes = sqlite3_column_blob(statement_.get(), column);
  const auto length = static_cast<std::size_t>(sqlite3_column_bytes(statement_.get(), column));
  return bytes == nullptr ? std::string_view()
                          : std::string_view(static_cast<const char*>(bytes), length);
}

std::string Statement::text(int column) const { return std::string(view(column)); }

void Statement::reset() {
  parameter_ = 0;
  sqlite3_reset(statement_.get());
  sqlite3_clear_bindings(statement_.get());
}

Result<Database> Database::open(const std::filesystem::path& file, bool create, const char* vfs) {
  sqlite3* raw = nullptr;
  const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_NOFOLLOW |
                    (create ? SQLITE_OPEN_CREATE : 0);
  const int code = sqlite3_open_v2(file.c_str(), &raw, flags, vfs);
  Database database(raw);
  if (code != SQLITE_OK) return database.failed("open " + file.string());
  sqlite3_extended_result_codes(raw, 1);
  sqlite3_busy_timeout(raw, kBusyTimeoutMs);
  sqlite3_db_config(raw, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  sqlite3_db_config(raw, SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0, nullptr);
  sqlite3_limit(raw, SQLITE_LIMIT_LENGTH, kLengthMax);
  sqlite3_limit(raw, SQLITE_LIMIT_ATTACHED, 0);
  return database;
}

Error Database::failed(std::string_view doing) { return failure(database_.get(), doing, *broken_); }

Result<> Database::execute(const char* sql) {
  if (sqlite3_exec(database_.get(), sql, nullptr, nullptr, nullptr) != SQLITE_OK)
    return failed("buffer");
  return {};
}

Result<Statement> Database::prepare(std::string_view sql) {
  sqlite3_stmt* statement = nullptr;
  if (sqlite3_prepare_v3(database_.get(), sql.data(), static_cast<int>(sql.size()),
                         SQLITE_PREPARE_PERSISTENT, &statement, nullptr) != SQLITE_OK)
    return failed("buffer");
  return Statement(statement, broken_.get());
}

Result<std::string> Database::pragma(std::string_view name) {
  Statement statement = VG_TRY(prepare(std::string("PRAGMA ").append(name)));
  const bool found = VG_TRY(statement.row());
  return found ? statement.text(0) : std::string();
}

Result<> Database::checkpoint() {
  if (sqlite3_wal_checkpoint_v2(database_.get(), nullptr, SQLITE_CHECKPOINT_TRUNCATE, nullptr,
                                nullptr) != SQLITE_OK)
    return failed("buffer checkpoint");
  return {};
}

}  // namespace vitalgate::sync
