// SQLite behind RAII and Result; the only file that knows its codes is sqlite.cpp.
//
// Every step is checked. Errors: `unavailable` when the disk is full or the file is locked (the
// transaction is gone, the same work may be tried again) and after a failed read, write or sync
// (nothing in memory can be trusted: close and open again, see is_broken()); `corrupt` when the
// file is not what was written.
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
  // The same, until the next row() or reset().
  [[nodiscard]] std::string_view view(int column) const;
  // Ends a row() loop early.
  void reset();

 private:
  friend class Database;
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const;
  };
  Statement(sqlite3_stmt* statement, bool* broken) : statement_(statement), broken_(broken) {}

  std::unique_ptr<sqlite3_stmt, Finalize> statement_;
  bool* broken_;  // the Database's
  int parameter_ = 0;
};

// Ends the loop over a statement's rows when it goes out of scope: an open cursor would keep the
// write-ahead log from being emptied.
class Ending {
 public:
  explicit Ending(Statement& select) : select_(select) {}
  Ending(const Ending&) = delete;
  Ending& operator=(const Ending&) = delete;
  ~Ending() { select_.reset(); }

 private:
  Statement& select_;
};

// What a person can do about a store that cannot be used.
inline constexpr std::string_view kDamagedHint =
    "vitalgate buffer verify says what is damaged; restarting vitalgated sets the damaged store "
    "aside and keeps what can be read";

class Database {
 public:
  // Opens an existing file, or creates it when `create`. Extended codes, no extensions, defensive.
  // `vfs`: the name of SQLite's file layer; null for its own.
  static Result<Database> open(const std::filesystem::path& file, bool create, const char* vfs);

  Result<> execute(const char* sql);
  Result<Statement> prepare(std::string_view sql);
  Result<std::string> pragma(std::string_view name);

  // Moves the write-ahead log into the file and empties it.
  Result<> checkpoint();

  // Whether this connection met an error after which only a new one can be trusted: a failed
  // read, write or sync, or damage.
  [[nodiscard]] bool is_broken() const { return *broken_; }

 private:
  struct Close {
    void operator()(sqlite3* database) const;
  };
  explicit Database(sqlite3* database)
      : broken_(std::make_unique<bool>(false)), database_(database) {}
  Error failed(std::string_view doing);

  std::unique_ptr<bool> broken_;  // where every Statement finds it
  std::unique_ptr<sqlite3, Close> database_;
};

}  // namespace vitalgate::sync
