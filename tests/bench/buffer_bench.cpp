// The buffer: append, commit, read back; each beside its limit, measured in the same minute.
//
// The limit of a commit is SQLite with the buffer's settings writing one blob of the same rows,
// compressed and sealed the same way but written in advance: what is left is what the buffer does
// on top (encode rows, number them, link them, seal batches, delete what is delivered).

#include <benchmark/benchmark.h>
#include <sqlite3.h>
#include <unistd.h>

#include <filesystem>

#include "sync/buffer/buffer.h"
#include "sync/buffer/packing.h"
#include "sync/buffer/sealing.h"
#include "sync/buffer/space.h"
#include "tests/bench/ward.h"

namespace vitalgate {
namespace {

namespace fs = std::filesystem;
using benchmark::State;

// A folder on the disk that the benchmark is about: below the current one, not in memory.
class Folder {
 public:
  Folder() : path_(fs::current_path() / ("bench." + std::to_string(::getpid()))) {
    fs::create_directories(path_);
  }
  ~Folder() { fs::remove_all(path_); }
  [[nodiscard]] const fs::path& path() const { return path_; }

 private:
  fs::path path_;
};

using bench::options_in;
using bench::Ward;

void per_reading(State& state, std::size_t readings) {
  state.SetItemsProcessed(static_cast<std::int64_t>(readings) * state.iterations());
}

// Encode, compress, encrypt, seal and commit `range(0)` readings at once; everything is delivered
// at once and deleted in time.
void BM_BufferAppend(State& state) {
  const Folder folder;
  auto buffer = sync::Buffer::open(options_in(folder.path()), Clock::now());
  if (!buffer) return state.SkipWithError(buffer.error().what.c_str());
  const auto count = static_cast<std::size_t>(state.range(0));
  Ward ward;
  const std::uint64_t before = sync::device_bytes_written();
  for (auto _ : state) {
    const auto now = Clock::now();
    for (std::size_t i = 0; i < count; ++i) buffer->append(Lane::vitals, ward.next(), 0, now);
    const auto sealed = buffer->commit({.now = now, .wall = wall_now()});
    if (!sealed) return state.SkipWithError(sealed.error().what.c_str());
    for (const sync::BatchInfo& batch : *sealed)
      if (!buffer->confirm(0, Lane::vitals, batch.range)) return state.SkipWithError("confirm");
  }
  per_reading(state, count);
  state.counters["device_bytes_per_reading"] =
      static_cast<double>(sync::device_bytes_written() - before) /
      static_cast<double>(count * static_cast<std::size_t>(state.iterations()));
}
BENCHMARK(BM_BufferAppend)->Arg(1)->Arg(250)->Arg(1000)->Arg(5000)->UseRealTime();

class Sqlite {
 public:
  explicit Sqlite(const fs::path& file) {
    sqlite3_open(file.c_str(), &database_);
    sqlite3_exec(database_,
                 "PRAGMA locking_mode=EXCLUSIVE; PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
                 "CREATE TABLE t(key INTEGER PRIMARY KEY, rows BLOB)",
                 nullptr, nullptr, nullptr);
    sqlite3_prepare_v2(database_, "INSERT INTO t(rows) VALUES(?)", -1, &insert_, nullptr);
  }
  ~Sqlite() {
    sqlite3_finalize(insert_);
    sqlite3_close(database_);
  }
  bool insert(std::string_view blob) {
    sqlite3_bind_blob64(insert_, 1, blob.data(), blob.size(), SQLITE_STATIC);
    const bool done = sqlite3_step(insert_) == SQLITE_DONE;
    sqlite3_reset(insert_);
    return done;
  }

 private:
  sqlite3* database_ = nullptr;
  sqlite3_stmt* insert_ = nullptr;
};

std::string rows_of(std::size_t count) {
  Ward ward;
  const sync::RowWriter writer("clinic-042", Lane::vitals, "k7p3q9x2ab");
  std::string rows;
  for (std::size_t i = 0; i < count; ++i) {
    if (i > 0) rows.push_back(',');
    writer.append(rows, ward.next(), 93471 + i, 0);
  }
  return rows;
}

// The limit: the same rows, already written, compressed and sealed as one blob a commit.
void BM_SealedBlobCeiling(State& state) {
  const Folder folder;
  Sqlite database(folder.path() / "ceiling.db");
  const auto count = static_cast<std::size_t>(state.range(0));
  const std::string rows = rows_of(count);
  sync::Packer packer;
  sync::Sealer sealer(sync::Secret::random());
  std::string packed;
  for (auto _ : state) {
    packer.pack(rows, "bound", sealer, packed);
    if (!database.insert(packed)) return state.SkipWithError("insert");
  }
  per_reading(state, count);
  state.counters["bytes_per_row"] = static_cast<double>(rows.size()) / static_cast<double>(count);
  state.counters["packed_per_row"] =
      static_cast<double>(packed.size()) / static_cast<double>(count);
}
BENCHMARK(BM_SealedBlobCeiling)->Arg(1)->Arg(250)->Arg(1000)->Arg(5000)->UseRealTime();

// The same with the rows written in the loop, as they come: what encoding leaves of the limit.
void BM_EncodedBlobCeiling(State& state) {
  const Folder folder;
  Sqlite database(folder.path() / "ceiling.db");
  const auto count = static_cast<std::size_t>(state.range(0));
  sync::Packer packer;
  sync::Sealer sealer(sync::Secret::random());
  std::string packed;
  for (auto _ : state) {
    packer.pack(rows_of(count), "bound", sealer, packed);
    if (!database.insert(packed)) return state.SkipWithError("insert");
  }
  per_reading(state, count);
}
BENCHMARK(BM_EncodedBlobCeiling)->Arg(1000)->Arg(5000)->UseRealTime();

// The usual home-made gateway: one row and one commit a reading.
void BM_SqliteRowPerReading(State& state) {
  const Folder folder;
  Sqlite database(folder.path() / "rows.db");
  const std::string row = rows_of(1);
  const std::uint64_t before = sync::device_bytes_written();
  for (auto _ : state)
    if (!database.insert(row)) return state.SkipWithError("insert");
  per_reading(state, 1);
  state.counters["device_bytes_per_reading"] =
      static_cast<double>(sync::device_bytes_written() - before) /
      static_cast<double>(state.iterations());
}
BENCHMARK(BM_SqliteRowPerReading)->UseRealTime();

// Rows alone, packed alone: what the parts of an append cost.
void BM_EncodeRows(State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(rows_of(1000));
  per_reading(state, 1000);
}
BENCHMARK(BM_EncodeRows);

void BM_PackRows(State& state) {
  const std::string rows = rows_of(200);
  sync::Packer packer;
  sync::Sealer sealer(sync::Secret::random());
  std::string packed;
  for (auto _ : state) packer.pack(rows, "bound", sealer, packed);
  per_reading(state, 200);
}
BENCHMARK(BM_PackRows);

// Sealed batches read back for sending.
void BM_ReadBack(State& state) {
  const Folder folder;
  auto buffer = sync::Buffer::open(options_in(folder.path()), Clock::now());
  if (!buffer) return state.SkipWithError(buffer.error().what.c_str());
  Ward ward;
  const auto now = Clock::now();
  for (int i = 0; i < 100'000; ++i) buffer->append(Lane::vitals, ward.next(), 0, now);
  if (!buffer->commit({.now = now, .wall = wall_now()})) return state.SkipWithError("commit");
  const auto batches = buffer->unconfirmed(0);
  std::size_t at = 0, readings = 0;
  for (auto _ : state) {
    const auto body = buffer->read(batches[at++ % batches.size()]);
    if (!body) return state.SkipWithError(body.error().what.c_str());
    readings += body->info.range.count();
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(readings));
}
BENCHMARK(BM_ReadBack);

}  // namespace
}  // namespace vitalgate
