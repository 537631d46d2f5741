// SQLite behind RAII and Result; the only file that knows its codes is sqlite.cpp.
//
// Every step is checked. Errors: `unavailable` when the disk is full or the file is locked (the
// transaction is gone, the same work may be tried again), `corrupt` for everything else, I/O
// errors included: after a failed fsync nothing in memory can be trusted (stop and reopen).
// Not thread-safe: one thread owns a Database and its Statements.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "agent/core/result.h"

struct sqlite3;
struct sqlite3_stmt;

namespace vitalgate::sync {

class Statement {
 public:
  // Parameters in order; text and blobs must live until run() or the last row.
  Statement& bind(std::int64_t number);
  Statement& bind(std::string_view text);
  Statement& bind_blob(std::string_view bytes);
  Statement& bind_null();

  // Runs to the end and resets; for statements without rows.
  Result<> run();

  // The next row, false after the last one; then the statement is reset.
  Result<bool> row();
  [[nodiscard]] std::int64_t number(int column) const;
  [[nodiscard]] std::string text(int column) const;  // text or blob
  // Ends a row() loop early.
  void reset();

 private:
  friend class Database;
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const;
  };
  explicit Statement(sqlite3_stmt* statement) : statement_(statement) {}

  std::unique_ptr<sqlite3_stmt, Finalize> statement_;
  int parameter_ = 0;
};

// What a person can do about a store that cannot be used.
inline constexpr std::string_view kDamagedHint =
    "stop vitalgated, move buffer.directory aside and keep it for support (it may hold readings "
    "that were not delivered), start again: a new buffer is made";

class Database {
 public:
  // Opens an existing file, or creates it when `create`. Extended codes, no extensions, defensive.
  static Result<Database> open(const std::filesystem::path& file, bool create);

  Result<> execute(const char* sql);
  Result<Statement> prepare(std::string_view sql);
  Result<std::string> pragma(std::string_view name);

  // Moves the write-ahead log into the file and empties it.
  Result<> checkpoint();

 private:
  struct Close {
    void operator()(sqlite3* database) const;
  };
  explicit Database(sqlite3* database) : database_(database) {}

  std::unique_ptr<sqlite3, Close> database_;
};

}  // namespace vitalgate::sync
