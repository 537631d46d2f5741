#include "tests/proof/first_version.h"

#include <sqlite3.h>

#include "agent/core/check.h"
#include "config/catalogue.h"
#include "sync/batch/envelope.h"
#include "sync/batch/row_writer.h"

namespace vitalgate::proof {
namespace {

using namespace std::chrono_literals;

constexpr std::string_view kEpoch = "k7p3q9x2ab";
constexpr std::int64_t kReceivedMs = 1'772'460'307'120;
constexpr int kNumberBits = 48;

// Of the released version, word for word but for its comments: never to be changed.
constexpr const char* kTables = R"sql(
PRAGMA page_size=4096; PRAGMA auto_vacuum=INCREMENTAL;
PRAGMA locking_mode=EXCLUSIVE; PRAGMA journal_mode=WAL;
CREATE TABLE meta(k TEXT PRIMARY KEY, v ANY NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE segment(
  key INTEGER PRIMARY KEY,
  last_seq INTEGER NOT NULL,
  n INTEGER NOT NULL,
  t_min INTEGER NOT NULL,
  t_max INTEGER NOT NULL,
  rows BLOB NOT NULL,
  CHECK(last_seq - (key & 281474976710655) + 1 = n)) STRICT;
CREATE TABLE batch(
  key INTEGER PRIMARY KEY,
  first_seq INTEGER NOT NULL,
  last_seq INTEGER NOT NULL,
  bytes INTEGER NOT NULL,
  t_min INTEGER NOT NULL,
  backfill INTEGER NOT NULL,
  head BLOB NOT NULL,
  delivered_ms INTEGER,
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
  content TEXT NOT NULL,
  raw BLOB,
  agent_version TEXT NOT NULL) STRICT;
PRAGMA application_id=1447511379; PRAGMA user_version=1;
)sql";

class Writer {
 public:
  Writer(RamDisk& disk, const sync::BufferOptions& options, Dice& dice, Model& model)
      : options_(options), dice_(dice), model_(model) {
    const std::string file = (options.directory / "buffer.db").string();
    VG_CHECK(disk.make_directory(options.directory));
    VG_CHECK(sqlite3_open_v2(file.c_str(), &database_, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE,
                             disk.vfs()) == SQLITE_OK);
    execute(kTables);
    meta("epoch", kEpoch);
    meta("gateway_id", options.gateway);
  }
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;
  ~Writer() { sqlite3_close(database_); }

  std::uint64_t write();

 private:
  void execute(const std::string& sql) {
    VG_CHECK(sqlite3_exec(database_, sql.c_str(), nullptr, nullptr, nullptr) == SQLITE_OK);
  }
  // The parameters are numbers or, as the last, a text or a blob.
  void insert(const char* sql, const std::vector<std::int64_t>& numbers, std::string_view blob);
  void meta(std::string_view key, std::string_view value) {
    execute("INSERT INTO meta(k, v) VALUES('" + std::string(key) + "','" + std::string(value) +
            "')");
  }
  void lane(Lane lane);
  std::string segment(Lane lane, Sequence first, int count);
  void batch(Lane lane, BatchNumber number, Range range, const std::string& rows);

  const sync::BufferOptions& options_;
  Dice& dice_;
  Model& model_;
  sqlite3* database_ = nullptr;
  std::uint64_t readings_ = 0;
};

std::int64_t key_of(Lane lane, std::uint64_t number) {
  return static_cast<std::int64_t>(std::uint64_t{static_cast<std::uint8_t>(lane)} << kNumberBits |
                                   number);
}

void Writer::insert(const char* sql, const std::vector<std::int64_t>& numbers,
                    std::string_view blob) {
  sqlite3_stmt* statement = nullptr;
  VG_CHECK(sqlite3_prepare_v2(database_, sql, -1, &statement, nullptr) == SQLITE_OK);
  int at = 0;
  for (const std::int64_t number : numbers) sqlite3_bind_int64(statement, ++at, number);
  sqlite3_bind_blob64(statement, ++at, blob.data(), blob.size(), SQLITE_STATIC);
  VG_CHECK(sqlite3_step(statement) == SQLITE_DONE);
  sqlite3_finalize(statement);
}

std::string Writer::segment(Lane lane, Sequence first, int count) {
  const sync::RowWriter writer(options_.gateway, lane, kEpoch);
  std::string rows;
  for (int i = 0; i < count; ++i) {
    const Value value = Decimal::of(dice_.between(30, 250));
    const WallTime received{std::chrono::milliseconds(kReceivedMs)};
    ++readings_;
    const sync::Row row{.metric = config::find(config::metric::kHeartRateEcg),
                        .device = "ivy-1",
                        .observed = WallTime(1s) + std::chrono::milliseconds(readings_),
                        .received = received,
                        .value = &value,
                        .unit = config::unit::kPerMinute,
                        .flags = {},
                        .raw = {}};
    std::string text;
    const Sequence sequence = first + static_cast<Sequence>(i);
    writer.append(text, row, sequence, 0);
    model_.append(sync::stream_id(lane, kEpoch), lane, std::string(kEpoch), sequence,
                  {.text = text, .source = 0, .position = readings_});
    if (i != 0) rows.push_back(',');
    rows += text;
  }
  insert("INSERT INTO segment(key, last_seq, n, t_min, t_max, rows) VALUES(?,?,?,?,?,?)",
         {key_of(lane, first), static_cast<std::int64_t>(first) + count - 1, count, kReceivedMs,
          kReceivedMs},
         rows);
  return rows;
}

void Writer::batch(Lane lane, BatchNumber number, Range range, const std::string& rows) {
  const WallTime received{std::chrono::milliseconds(kReceivedMs)};
  const std::string head = sync::envelope_head({.gateway = options_.gateway,
                                                .site = options_.site,
                                                .epoch = kEpoch,
                                                .key = {lane, number},
                                                .first = range.first,
                                                .last = range.last,
                                                .sealed = received,
                                                .low_watermark = received,
                                                .backfill = false,
                                                .agent_version = "0.9.0",
                                                .config_version = 1},
                                               rows);
  insert(
      "INSERT INTO batch(key, first_seq, last_seq, bytes, t_min, backfill, head) "
      "VALUES(?,?,?,?,?,?,?)",
      {key_of(lane, number), static_cast<std::int64_t>(range.first),
       static_cast<std::int64_t>(range.last), static_cast<std::int64_t>(rows.size()), kReceivedMs,
       0},
      head);
  const std::string stream = sync::stream_id(lane, kEpoch);
  VG_CHECK(model_.send(stream, number, {range, head + rows + std::string(sync::kEnvelopeTail), 0}));
}

void Writer::lane(Lane lane) {
  Sequence next = 1;
  const int batches = dice_.between(0, 3);
  for (int number = 1; number <= batches; ++number) {
    const Sequence first = next;
    std::string rows;
    for (int segments = dice_.between(1, 3); segments > 0; --segments) {
      const int count = dice_.between(1, 4);
      if (!rows.empty()) rows.push_back(',');
      rows += segment(lane, next, count);
      next += static_cast<Sequence>(count);
    }
    batch(lane, static_cast<BatchNumber>(number), {first, next - 1}, rows);
  }
  if (dice_.one_in(2)) {
    segment(lane, next, 2);
    next += 2;
  }
  // Confirmed by the first destination, up to the middle of what was sent.
  if (batches == 0 || !dice_.one_in(2)) return;
  const Sequence through = 1 + dice_.next() % (next / 2 + 1);
  if (through >= next) return;
  execute("INSERT INTO checkpoint VALUES('" + options_.destinations[0] + "'," +
          std::to_string(static_cast<int>(lane)) + ",1," + std::to_string(through) + ")");
  model_.confirm(sync::stream_id(lane, kEpoch), 0, {1, through}, 0);
}

std::uint64_t Writer::write() {
  execute("BEGIN");
  for (const Lane each : kLanes) lane(each);
  if (readings_ != 0) {
    const std::string source = source_name(0);
    meta("mark_stream:" + source + ":0", "7");
    execute("UPDATE meta SET v=7 WHERE k='mark_stream:" + source + ":0'");
    execute("INSERT INTO meta(k, v) VALUES('mark_position:" + source + ":0'," +
            std::to_string(readings_) + ")");
    model_.mark(0, readings_);
  }
  execute(
      "INSERT INTO quarantine(received_ms, device, rule, reason, content, raw, agent_version) "
      "VALUES(1772460307120, 'ivy-1', 'range', 'above 300', '{\"value_num\":301}', x'00', '0.9')");
  model_.hold();
  execute("COMMIT");
  model_.acknowledge(0, 0);
  return readings_;
}

}  // namespace

std::uint64_t make_first_version(RamDisk& disk, const sync::BufferOptions& options, Dice& dice,
                                 Model& model) {
  std::uint64_t readings = 0;
  const bool closed = dice.one_in(2);
  Image image;
  {
    Writer writer(disk, options, dice, model);
    readings = writer.write();
    image = disk.contents();  // as after a kill: the write-ahead log is there
  }
  if (closed) image = disk.contents();
  disk.load(std::move(image), /*record=*/true);
  return readings;
}

}  // namespace vitalgate::proof
