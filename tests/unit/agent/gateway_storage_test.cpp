// The core when the store fails, fills up or is damaged: every promise is kept, and it comes back
// by itself.
#include <sqlite3.h>

#include "tests/proof/ram_disk.h"
#include "tests/unit/agent/gateway_fixture.h"

namespace vitalgate {
namespace {

using namespace std::chrono_literals;
using proof::Effect;

// On a disk in memory that fails when it is told to.
class GatewayOnBadDiskTest : public GatewayTest {
 protected:
  GatewayOnBadDiskTest() {
    options_.disk = &disk_;
    options_.directory = "/state";
    settings_.buffer.directory = options_.directory;
  }

  // From its next call on, until heal().
  void fail_with(Effect effect) {
    on_core([this, effect] { disk_.fail({disk_.calls().size(), effect, /*persistent=*/true}); });
  }
  void heal() {
    on_core([this] { disk_.heal(); });
  }
  [[nodiscard]] bool is_troubled() const { return board_.latest()->buffer.storage != "ok"; }

  void keeps_everything_through(Effect effect) {
    start();
    uplink_says(sync::LinkUp{1, 20, 1'000'000, "test"});
    measure({80, 81, 82});
    ASSERT_TRUE(eventually([&] { return source_.told == 1; }));
    fail_with(effect);
    measure({83, 84, 85});
    ASSERT_TRUE(eventually([&] { return is_troubled(); }));
    EXPECT_EQ(board_.latest()->health, Health::failing);
    measure({86, 87, 88});
    EXPECT_EQ(source_.told, 1u) << "nothing of this is durable";
    heal();
    EXPECT_TRUE(eventually([&] { return source_.told == 3 && !is_troubled(); }));
    confirm_all();
    EXPECT_EQ(board_.latest()->buffer.stored, 9u);
    EXPECT_EQ(board_.latest()->buffer.dropped, 0u);
    stop();
  }

  proof::RamDisk disk_;
};

TEST_F(GatewayOnBadDiskTest, ADiskThatCannotBeWrittenIsTriedUntilItCan) {
  keeps_everything_through(Effect::io_error);
}

TEST_F(GatewayOnBadDiskTest, AFullDiskMakesTheDevicesWait) {
  keeps_everything_through(Effect::full);
}

TEST_F(GatewayOnBadDiskTest, AFailedSyncIsNotTrustedAgainBeforeTheStoreIsMended) {
  keeps_everything_through(Effect::sync_forgets);
}

TEST_F(GatewayOnBadDiskTest, AnAnswerThatComesWhileTheStoreIsBrokenIsNotForgotten) {
  start();
  uplink_says(sync::LinkUp{1, 20, 1'000'000, "test"});
  measure({80, 81, 82});
  ASSERT_TRUE(eventually([&] { return uplink_.sent().size() == 1; }));
  fail_with(Effect::io_error);
  measure({83});
  ASSERT_TRUE(eventually([&] { return is_troubled(); }));
  uplink_says(stored(1, 3));
  heal();
  ASSERT_TRUE(eventually([&] { return source_.told == 2; }));
  EXPECT_TRUE(eventually([&] { return board_.latest()->destinations[0].in_flight == 0; }));
  EXPECT_EQ(board_.latest()->buffer.waiting, 1u);
  EXPECT_EQ(uplink_.sent().size(), 1u) << "what the hub has is not sent again";
  stop();
}

TEST_F(GatewayTest, AFullLaneKeepsOnlyItsOwnDevicesWaiting) {
  options_.quota_percent = {100, 100, 0, 100};
  SilentSource& waves = add_source("wave-1", Lane::waves);
  start();
  measure({80}, 1);
  measure({81}, 0);
  ASSERT_TRUE(eventually([&] { return source_.told == 2; }));
  EXPECT_EQ(waves.told, 0u);
  ASSERT_TRUE(eventually([&] { return !board_.latest()->buffer.full_lanes.empty(); }));
  const auto status = board_.latest();
  EXPECT_EQ(status->buffer.full_lanes, (std::vector<std::string>{"waves"}));
  EXPECT_EQ(status->buffer.storage, "ok");
  EXPECT_EQ(status->health, Health::degraded);
  EXPECT_NE(status->buffer.hint.find("buffer.quota_waves"), std::string::npos);
  EXPECT_NE(status->reason.find("waves"), std::string::npos);
  measure({82}, 0);
  EXPECT_TRUE(eventually([&] { return source_.told == 3; })) << "the others go on";
  EXPECT_EQ(waves.told, 0u);
  stop();
}

TEST_F(GatewayTest, ALaneThatIsFullOfVitalsIsAFailure) {
  options_.quota_percent = {100, 0, 100, 100};
  start();
  measure({80});
  EXPECT_TRUE(eventually([&] { return board_.latest()->health == Health::failing; }));
  stop();
}

// Spoils the store of a stopped gateway.
void spoil(const std::filesystem::path& directory, const std::string& sql) {
  sqlite3* database = nullptr;
  const std::string file = directory / "store" / "buffer.db";
  ASSERT_EQ(sqlite3_open_v2(file.c_str(), &database, SQLITE_OPEN_READWRITE, nullptr), SQLITE_OK);
  char* words = nullptr;
  EXPECT_EQ(sqlite3_exec(database, sql.c_str(), nullptr, nullptr, &words), SQLITE_OK)
      << (words != nullptr ? words : "");
  sqlite3_free(words);
  sqlite3_close(database);
}

constexpr const char* kSpoilSecondSegment =
    "UPDATE segment SET sealed = zeroblob(length(sealed)) "
    "WHERE key = (SELECT key FROM segment ORDER BY key LIMIT 1 OFFSET 1)";

TEST_F(GatewayTest, ADamagedBatchIsMendedDeclaredAndStopsNothing) {
  start();
  for (int i = 0; i < 3; ++i) {
    measure({80, 81, 82});
    ASSERT_TRUE(eventually([&] { return board_.latest()->buffer.stored == 3U * (i + 1); }));
  }
  const std::string before = epoch();
  stop();
  spoil(options_.directory, kSpoilSecondSegment);

  start();
  uplink_says(sync::LinkUp{1, 20, 1'000'000, "test"});
  ASSERT_TRUE(eventually([&] { return board_.latest()->buffer.dropped == 3; }));
  EXPECT_NE(epoch(), before) << "what is whole is carried into a new epoch";
  const auto status = board_.latest();
  ASSERT_EQ(status->buffer.losses.size(), 1u);
  EXPECT_EQ(status->buffer.losses[0].stream_id, sync::stream_id(Lane::vitals, before));
  EXPECT_EQ(status->buffer.losses[0].first_seq, 4u);
  EXPECT_EQ(status->buffer.losses[0].last_seq, 6u);
  measure({90, 91, 92});
  confirm_all();
  EXPECT_TRUE(eventually([&] { return board_.latest()->destinations[0].in_flight == 0; }))
      << "the declaration of the loss has arrived too";
  std::size_t readings = 0, tombstones = 0;
  for (const auto& sent : uplink_.sent()) {
    if (sent.attempt > 1) continue;
    tombstones += sent.body.info.tombstone ? 1 : 0;
    readings += sent.body.info.tombstone ? 0 : sent.body.info.range.count();
  }
  EXPECT_EQ(tombstones, 1u);
  EXPECT_GE(readings, 9u);
  stop();
}

TEST_F(GatewayTest, VerifyTellsTheDamageAndMendEndsIt) {
  start();
  for (int i = 0; i < 3; ++i) {
    measure({80, 81, 82});
    ASSERT_TRUE(eventually([&] { return board_.latest()->buffer.stored == 3U * (i + 1); }));
  }
  stop();
  spoil(options_.directory, kSpoilSecondSegment);
  start();
  const auto ask = [&](BufferCommand::Verb verb) {
    auto reply = std::make_shared<Mailbox>();
    EXPECT_TRUE(events_.push(CommandRequest{{.verb = verb}, reply}, {}));
    std::string said;
    EXPECT_TRUE(eventually([&] {
      said += reply->take();
      return reply->has_ended();
    }));
    return said;
  };
  const std::string verified = ask(BufferCommand::Verb::verify);
  EXPECT_NE(verified.find("{\"damage\":"), std::string::npos) << verified;
  EXPECT_NE(verified.find("4 to 6"), std::string::npos) << verified;
  const std::string mended = ask(BufferCommand::Verb::mend);
  EXPECT_NE(mended.find("\"first_seq\":4"), std::string::npos) << mended;
  EXPECT_EQ(ask(BufferCommand::Verb::verify).find("{\"damage\":"), std::string::npos);
  EXPECT_TRUE(eventually([&] { return board_.latest()->buffer.dropped == 3; }));
  stop();
}

}  // namespace
}  // namespace vitalgate
