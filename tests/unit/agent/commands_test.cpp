// What people ask of the buffer, carried out by the running core.
#include <sys/stat.h>

#include <nlohmann/json.hpp>

#include "sync/batch/envelope.h"
#include "tests/unit/agent/gateway_fixture.h"

namespace vitalgate {
namespace {

using namespace std::chrono_literals;
using Json = nlohmann::json;
using Verb = BufferCommand::Verb;

class CommandsTest : public GatewayTest {
 protected:
  std::shared_ptr<Mailbox> ask(BufferCommand command) {
    auto reply = std::make_shared<Mailbox>();
    EXPECT_TRUE(events_.push(CommandRequest{std::move(command), reply}, {}));
    return reply;
  }

  // All lines until the last one.
  static std::vector<std::string> lines_of(Mailbox& reply) {
    std::string text;
    EXPECT_TRUE(eventually([&] {
      text += reply.take();
      return reply.has_ended();
    }));
    std::vector<std::string> lines;
    std::istringstream stream(text);
    for (std::string line; std::getline(stream, line);) lines.push_back(line);
    return lines;
  }

  // The last line's content; null when it was not `word`.
  Json outcome(BufferCommand command, const char* word = "done") {
    const auto reply = ask(std::move(command));
    const auto lines = lines_of(*reply);
    const Json last = lines.empty() ? Json() : Json::parse(lines.back());
    EXPECT_TRUE(last.contains(word)) << last;
    return last.value(word, Json());
  }
  Json refusal(BufferCommand command) {
    const auto reply = ask(std::move(command));
    const auto lines = lines_of(*reply);
    EXPECT_EQ(lines.size(), 1u);
    return lines.empty() ? Json() : Json::parse(lines.front());
  }

  void store_readings(std::size_t count) {
    const std::uint64_t before = board_.latest()->buffer.stored;
    for (std::size_t done = 0; done < count; done += 200)
      measure(std::vector<int>(std::min<std::size_t>(200, count - done), 80));
    ASSERT_TRUE(eventually([&] { return board_.latest()->buffer.stored == before + count; }));
  }
};

TEST_F(CommandsTest, VerifySaysThatAWholeStoreIsWhole) {
  start();
  store_readings(10);
  const Json done = outcome({.verb = Verb::verify});
  EXPECT_EQ(done["readings"], 10);
  EXPECT_EQ(done["damages"], 0);
  stop();
}

TEST_F(CommandsTest, ExportGivesEveryRowOnce) {
  start();
  store_readings(500);
  const auto reply = ask({.verb = Verb::export_rows});
  const auto lines = lines_of(*reply);
  ASSERT_EQ(lines.size(), 502u);
  EXPECT_EQ(Json::parse(lines.front())["ok"], true);
  std::uint64_t sequence = 0;
  for (std::size_t i = 1; i + 1 < lines.size(); ++i)
    ASSERT_EQ(Json::parse(lines[i])["seq"], ++sequence);
  EXPECT_EQ(Json::parse(lines.back())["done"]["readings"], 500);
  stop();
}

TEST_F(CommandsTest, AReaderThatDoesNotReadSlowsItsExportAndNobodyElse) {
  start();
  store_readings(4000);
  const auto slow = ask({.verb = Verb::export_rows});
  ASSERT_TRUE(eventually([&] { return !slow->has_room(); }));
  const std::uint64_t before = source_.told;
  measure({81, 82});
  EXPECT_TRUE(eventually([&] { return source_.told > before; }));
  const Json busy = refusal({.verb = Verb::verify});
  EXPECT_EQ(busy["ok"], false);
  EXPECT_EQ(busy["what"].get<std::string>().rfind("busy: buffer_export", 0), 0u) << busy;
  EXPECT_EQ(lines_of(*slow).size(), 4004u);
  stop();
}

TEST_F(CommandsTest, AnExportWhoseReaderIsGoneMakesRoomForTheNext) {
  start();
  store_readings(4000);
  const auto gone = ask({.verb = Verb::export_rows});
  ASSERT_TRUE(eventually([&] { return !gone->has_room(); }));
  gone->abandon();
  EXPECT_EQ(outcome({.verb = Verb::verify})["readings"], 4000);
  stop();
}

TEST_F(CommandsTest, AClientOfAStoppingDaemonIsToldSo) {
  start();
  store_readings(4000);
  const auto waiting = ask({.verb = Verb::export_rows});
  ASSERT_TRUE(eventually([&] { return !waiting->has_room(); }));
  stop();
  const auto lines = lines_of(*waiting);
  EXPECT_NE(lines.back().find("\"failed\""), std::string::npos);
  EXPECT_NE(lines.back().find("stopping"), std::string::npos);
}

TEST_F(CommandsTest, AReplaySendsTheSameBytesAgain) {
  start();
  uplink_says(sync::LinkUp{1, 20, 1'000'000, "test"});
  store_readings(9);
  confirm_all();
  const auto before = uplink_.sent();
  ASSERT_EQ(before.size(), 3u);
  const WallTime now = wall_now();
  const Json done =
      outcome({.verb = Verb::replay, .from = now - 1h, .to = now + 1h, .confirm = {}});
  EXPECT_EQ(done["batches"], 3);
  EXPECT_EQ(done["readings"], 9);
  ASSERT_TRUE(eventually([&] { return uplink_.sent().size() == 6; }));
  const auto sent = uplink_.sent();
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(sent[i].body.head, sent[i + 3].body.head);
    EXPECT_EQ(sent[i].body.segments, sent[i + 3].body.segments);
  }
  confirm_all();
  const Json nothing = outcome({.verb = Verb::replay, .from = now - 48h, .to = now - 24h});
  EXPECT_EQ(nothing["batches"], 0);
  stop();
}

TEST_F(CommandsTest, ARotatedKeyIsNewAndWhatIsStoredStaysReadable) {
  start();
  store_readings(3);
  const auto before = board_.latest()->buffer.key.current;
  EXPECT_EQ(outcome({.verb = Verb::rotate_key})["key"], before + 1);
  store_readings(3);
  EXPECT_EQ(outcome({.verb = Verb::verify})["damages"], 0);
  EXPECT_EQ(outcome({.verb = Verb::export_rows})["readings"], 6);
  stop();
}

TEST_F(CommandsTest, CompactingEnds) {
  start();
  store_readings(1000);
  EXPECT_TRUE(outcome({.verb = Verb::compact}).contains("bytes"));
  stop();
}

TEST_F(CommandsTest, AMendingLeavesAWholeStoreAlone) {
  start();
  store_readings(10);
  const std::string before = epoch();
  EXPECT_EQ(outcome({.verb = Verb::mend})["damages"], 0);
  EXPECT_EQ(epoch(), before);
  stop();
}

class EraseTest : public CommandsTest {
 protected:
  BufferCommand erase(const std::string& confirm, bool force = false) {
    return {.verb = Verb::erase, .confirm = confirm, .force = force, .asked_by = 4711};
  }
  // After the core has ended.
  void join() {
    ASSERT_TRUE(eventually([&] { return ended_.load(); }));
    thread_.join();
    EXPECT_TRUE(gateway_->has_erased());
    gateway_.reset();
    buffer_.reset();
  }
  [[nodiscard]] std::filesystem::path record() const {
    for (const auto& entry : std::filesystem::directory_iterator(settings_.buffer.directory))
      if (entry.path().filename().string().starts_with("erased-")) return entry.path();
    return {};
  }
};

TEST_F(EraseTest, WithoutTheRightNameNothingIsErased) {
  start();
  store_readings(3);
  for (const char* confirm : {"", "clinic-04", "clinic-0421", "yes"}) {
    const Json said = refusal(erase(confirm, /*force=*/true));
    EXPECT_EQ(said["ok"], false);
    EXPECT_NE(said["hint"].get<std::string>().find("--confirm clinic-042"), std::string::npos);
  }
  EXPECT_TRUE(record().empty());
  EXPECT_EQ(outcome({.verb = Verb::verify})["readings"], 3);
  stop();
}

TEST_F(EraseTest, WhatNoHubHasIsCountedAndKeptUnlessForced) {
  start();
  store_readings(7);
  const Json said = refusal(erase("clinic-042"));
  EXPECT_EQ(said["ok"], false);
  EXPECT_EQ(said["what"].get<std::string>().rfind("7 readings", 0), 0u) << said;
  EXPECT_NE(said["hint"].get<std::string>().find("--even-unsent"), std::string::npos);
  EXPECT_EQ(outcome({.verb = Verb::verify})["readings"], 7);
  stop();
}

TEST_F(EraseTest, LeavesARecordAndNothingElseAndTheDaemonEndsWell) {
  start();
  store_readings(7);
  const std::string erased_epoch = epoch();
  const Json done = outcome(erase("clinic-042", /*force=*/true));
  join();
  EXPECT_TRUE(outcome_) << outcome_.error().what;
  EXPECT_EQ(done["waiting"], 7);
  EXPECT_EQ(done["epoch"], erased_epoch);

  const auto file = record();
  EXPECT_EQ(done["record"], file.string());
  struct stat status {};
  ASSERT_EQ(::stat(file.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600u);
  const Json proof = Json::parse(test::read_file(file));
  EXPECT_EQ(proof["schema"], "vitalgate.erasure/1");
  EXPECT_EQ(proof["gateway_id"], "clinic-042");
  EXPECT_EQ(proof["asked_by_uid"], 4711);
  EXPECT_EQ(proof["readings_that_no_hub_had"], 7);
  EXPECT_FALSE(proof["key_fingerprints"].empty());
  EXPECT_NE(proof["remains_to_do"].get<std::string>().find("destroy it too"), std::string::npos);
  for (const auto& entry : std::filesystem::directory_iterator(settings_.buffer.directory))
    EXPECT_EQ(entry.path(), file) << "left behind";

  start();
  EXPECT_NE(epoch(), erased_epoch) << "a new store is made at the next start";
  stop();
}

TEST_F(EraseTest, AStoreThatIsDrainedNeedsNoForce) {
  start();
  uplink_says(sync::LinkUp{1, 20, 1'000'000, "test"});
  store_readings(6);
  confirm_all();
  EXPECT_EQ(outcome(erase("clinic-042"))["waiting"], 0);
  join();
}

}  // namespace
}  // namespace vitalgate
