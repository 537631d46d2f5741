// The hot path, part by part: decode, admit, write a contract row, append and commit.
//
// Every figure stands beside a limit measured by the same program in the same minute: appending
// and committing beside SQLite alone writing blobs of the same size.

#include <benchmark/benchmark.h>
#include <sqlite3.h>
#include <unistd.h>

#include <filesystem>

#include "agent/admission.h"
#include "firmware-bridge/serial/ansar_b.h"
#include "firmware-bridge/serial/driver.h"
#include "sync/buffer/buffer.h"

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

Arrival arrival_of(std::size_t readings) {
  Arrival arrival;
  arrival.device = "ivy-1";
  arrival.received = Stamp::now();
  for (std::size_t i = 0; i < readings; ++i)
    arrival.readings.push_back({.metric = config::metric::kHeartRateEcg,
                                .unit = config::unit::kPerMinute,
                                .value = Decimal::of(static_cast<std::int64_t>(60 + i % 100)),
                                .flags = {},
                                .raw = {},
                                .device_time = {}});
  return arrival;
}

void per_reading(State& state, std::size_t readings) {
  state.SetItemsProcessed(static_cast<std::int64_t>(readings) * state.iterations());
}

void BM_DecodeAnsarB(State& state) {
  const std::string text = "HR=1;80;ECG-II-DIAG;\rSPO2=1;100;PR=80 ;\rNIBP=4;121;75;92;80;;\r";
  const std::string frame =
      "\xff"
      "ANSAR-B " +
      std::string(400, 'w') + text + "\xfe";
  config::DeviceSettings device;
  device.driver = "ansar-b";
  const auto driver = bridge::make_driver(device);
  std::vector<Arrival> out;
  std::size_t readings = 0;
  for (auto _ : state) {
    out.clear();
    driver->feed(std::as_bytes(std::span(frame)), Stamp{}, out);
    readings += out.empty() ? 0 : out.front().readings.size();
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(readings));
  state.SetBytesProcessed(static_cast<std::int64_t>(frame.size()) * state.iterations());
}
BENCHMARK(BM_DecodeAnsarB);

void BM_Admit(State& state) {
  config::Settings settings;
  settings.devices.emplace_back().id = "ivy-1";
  const Admission admission(settings);
  const Arrival arrival = arrival_of(1000);
  for (auto _ : state) {
    const auto* origin = admission.origin(arrival.device);
    for (const Reading& reading : arrival.readings)
      benchmark::DoNotOptimize(admission.judge(origin, arrival, reading));
  }
  per_reading(state, arrival.readings.size());
}
BENCHMARK(BM_Admit);

sync::Row row_of(const Arrival& arrival, const Reading& reading) {
  return {.metric = config::find(reading.metric),
          .device = arrival.device,
          .observed = arrival.received.wall,
          .received = arrival.received.wall,
          .value = &reading.value,
          .unit = reading.unit,
          .flags = {},
          .raw = {}};
}

void BM_WriteRow(State& state) {
  const Arrival arrival = arrival_of(1);
  const sync::RowWriter writer("clinic-042", Lane::vitals, "k7p3q9x2ab");
  std::string out;
  for (auto _ : state) {
    out.clear();
    writer.append(out, row_of(arrival, arrival.readings[0]), 93471, 0);
    benchmark::DoNotOptimize(out.data());
  }
  per_reading(state, 1);
}
BENCHMARK(BM_WriteRow);

// Encode, hash, seal and commit `range(0)` readings at once.
void BM_AppendAndCommit(State& state) {
  const Folder folder;
  auto buffer = sync::Buffer::open({.directory = folder.path(),
                                    .gateway = "clinic-042",
                                    .site = "site-17",
                                    .agent_version = "1",
                                    .config_version = 1,
                                    .destinations = {"hub"},
                                    .batch = {},
                                    .keep_sent = {},
                                    .max_disk_bytes = 8'000'000'000},
                                   Clock::now());
  const auto count = static_cast<std::size_t>(state.range(0));
  const Arrival arrival = arrival_of(count);
  for (auto _ : state) {
    const auto now = Clock::now();
    for (const Reading& reading : arrival.readings)
      buffer->append(Lane::vitals, row_of(arrival, reading), 0, now);
    const auto sealed = buffer->commit({.now = now, .wall = arrival.received.wall});
    if (!sealed) return state.SkipWithError(sealed.error().what.c_str());
    for (const sync::BatchInfo& batch : *sealed) buffer->confirm(0, Lane::vitals, batch.range);
  }
  per_reading(state, count);
}
BENCHMARK(BM_AppendAndCommit)->Arg(1)->Arg(100)->Arg(1000)->Arg(5000)->UseRealTime();

// SQLite alone with the buffer's settings: one blob of `bytes` a commit, nothing else.
void insert_blobs(State& state, std::size_t bytes) {
  const Folder folder;
  sqlite3* database = nullptr;
  sqlite3_open((folder.path() / "ceiling.db").c_str(), &database);
  sqlite3_exec(database,
               "PRAGMA locking_mode=EXCLUSIVE; PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
               "CREATE TABLE t(key INTEGER PRIMARY KEY, rows BLOB)",
               nullptr, nullptr, nullptr);
  sqlite3_stmt* insert = nullptr;
  sqlite3_prepare_v2(database, "INSERT INTO t(rows) VALUES(?)", -1, &insert, nullptr);
  const std::string blob(bytes, 'r');
  for (auto _ : state) {
    sqlite3_bind_blob64(insert, 1, blob.data(), blob.size(), SQLITE_STATIC);
    if (sqlite3_step(insert) != SQLITE_DONE) state.SkipWithError("insert failed");
    sqlite3_reset(insert);
  }
  sqlite3_finalize(insert);
  sqlite3_close(database);
}

constexpr std::size_t kRowBytes = 270;

// The limit for as many readings in one commit.
void BM_SqliteBlobCeiling(State& state) {
  const auto count = static_cast<std::size_t>(state.range(0));
  insert_blobs(state, count * kRowBytes);
  per_reading(state, count);
}
BENCHMARK(BM_SqliteBlobCeiling)->Arg(1)->Arg(100)->Arg(1000)->Arg(5000)->UseRealTime();

// The usual home-made gateway: one row and one commit a reading.
void BM_SqliteRowPerReading(State& state) {
  insert_blobs(state, kRowBytes);
  per_reading(state, 1);
}
BENCHMARK(BM_SqliteRowPerReading)->UseRealTime();

}  // namespace
}  // namespace vitalgate
