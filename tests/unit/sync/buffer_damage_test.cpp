// A store that was hurt: what is still whole is delivered, what is not is named exactly.

#include <sqlite3.h>

#include <algorithm>
#include <fstream>
#include <functional>
#include <nlohmann/json.hpp>
#include <random>

#include "agent/core/limits.h"
#include "tests/unit/sync/buffer_fixture.h"

namespace vitalgate::sync {
namespace {

using namespace std::chrono_literals;

class BufferDamageTest : public BufferFixture {
 protected:
  // Runs `sql` on the store as somebody from outside; the buffer is closed and opened again.
  void meddle(const char* sql) {
    ASSERT_TRUE(buffer_->close());
    buffer_.reset();
    sqlite3* other = nullptr;
    ASSERT_EQ(sqlite3_open(database().c_str(), &other), SQLITE_OK);
    char* message = nullptr;
    EXPECT_EQ(sqlite3_exec(other, sql, nullptr, nullptr, &message), SQLITE_OK) << message;
    sqlite3_close(other);
    reopen();
  }

  // Spoils the pages that `is_meant` picks, one after the other, each in a store of its own.
  int spoil_pages(const std::function<bool(std::string_view page)>& is_meant) {
    int spoiled = 0;
    for (std::size_t number = 1;; ++number) {
      EXPECT_TRUE(buffer_->close());
      buffer_.reset();
      std::string page(1024, '\0');
      std::fstream file(database(), std::ios::in | std::ios::out | std::ios::binary);
      file.seekg(static_cast<std::streamoff>((number - 1) * page.size()));
      if (!file.read(page.data(), static_cast<std::streamsize>(page.size()))) break;
      if (is_meant(page)) {
        file.seekp(static_cast<std::streamoff>((number - 1) * page.size()));
        file << std::string(page.size(), '\x5a');
        ++spoiled;
      }
      file.close();
      reopen();
    }
    reopen();
    return spoiled;
  }

  std::size_t root_page(const std::string& table) {
    sqlite3* other = nullptr;
    EXPECT_EQ(sqlite3_open(database().c_str(), &other), SQLITE_OK);
    std::size_t page = 0;
    const auto read = [](void* to, int, char** values, char**) {
      *static_cast<std::size_t*>(to) = std::stoul(values[0]);
      return 0;
    };
    const std::string sql = "SELECT rootpage FROM sqlite_schema WHERE name='" + table + "'";
    EXPECT_EQ(sqlite3_exec(other, sql.c_str(), read, &page, nullptr), SQLITE_OK);
    sqlite3_close(other);
    return page;
  }

  std::vector<Sequence> delivered_sequences(const std::string& stream_id) {
    std::vector<Sequence> all;
    for (const BatchInfo& batch : buffer_->unconfirmed(0)) {
      const auto json = nlohmann::json::parse(event(batch));
      if (json["data"]["stream_id"] != stream_id) continue;
      for (const auto& row : json["data"]["readings"]) all.push_back(row["seq"]);
    }
    return all;
  }
};

TEST_F(BufferDamageTest, ABatchThatWasDeletedFromOutsideIsDeclaredAndTheRestIsKept) {
  std::vector<std::string> events;
  for (int i = 0; i < 3; ++i) events.push_back(event(sealed_batch(4)));
  const std::string stream = "vitals-" + buffer_->epoch();
  meddle("DELETE FROM batch WHERE number=2; DELETE FROM segment WHERE last_seq=8");
  ASSERT_EQ(buffer_->losses().size(), 1u);
  EXPECT_EQ(buffer_->losses()[0].range, (Range{5, 8}));
  EXPECT_EQ(buffer_->losses()[0].reason, "damaged");
  EXPECT_EQ(buffer_->totals().dropped, 4u);

  const auto waiting = buffer_->unconfirmed(0);
  ASSERT_EQ(waiting.size(), 3u);
  EXPECT_EQ(event(waiting[0]), events[0]) << "what was sealed stays byte for byte";
  EXPECT_TRUE(waiting[1].tombstone);
  const auto tombstone = nlohmann::json::parse(event(waiting[1]));
  EXPECT_EQ(tombstone["data"]["stream_id"], stream);
  EXPECT_EQ(tombstone["data"]["count"], 0);
  EXPECT_EQ(tombstone["data"]["dropped"][0]["first_seq"], 5);
  EXPECT_EQ(tombstone["data"]["dropped"][0]["last_seq"], 8);
  EXPECT_TRUE(tombstone["data"]["readings"].empty());
  EXPECT_EQ(event(waiting[2]), events[2]);
}

TEST_F(BufferDamageTest, ReadingsWhoseBatchIsGoneAreSealedAnewUnderTheirOwnNames) {
  sealed_batch(4);
  const std::string stream = "vitals-" + buffer_->epoch();
  meddle("DELETE FROM batch");
  EXPECT_TRUE(buffer_->losses().empty());
  commit();
  EXPECT_EQ(delivered_sequences(stream), (std::vector<Sequence>{1, 2, 3, 4}));
  const auto waiting = buffer_->unconfirmed(0);
  ASSERT_EQ(waiting.size(), 1u);
  EXPECT_GT(waiting[0].key.number, 1u) << "the number of the lost batch is not used again";
  EXPECT_EQ(confirm(0, waiting[0].key.stream(), {1, 4}).size(), 1u);
  EXPECT_EQ(append(60), 5u);
}

TEST_F(BufferDamageTest, ARowThatWasChangedFromOutsideIsNotBelieved) {
  sealed_batch(4);
  confirm(0, Lane::vitals, {1, 2});
  commit();
  const std::string stream = "vitals-" + buffer_->epoch();
  meddle("UPDATE checkpoint SET last_seq=4");
  EXPECT_NE("vitals-" + buffer_->epoch(), stream);
  EXPECT_EQ(delivered_sequences(stream), (std::vector<Sequence>{1, 2, 3, 4}));
}

TEST_F(BufferDamageTest, ASegmentInAnotherPlaceDoesNotOpen) {
  sealed_batch(2);
  sealed_batch(2);
  const std::string stream = "vitals-" + buffer_->epoch();
  meddle(
      "UPDATE segment SET sealed=(SELECT sealed FROM segment WHERE last_seq=4) "
      "WHERE last_seq=2");
  const auto waiting = buffer_->unconfirmed(0);
  ASSERT_EQ(waiting.size(), 2u);
  const auto body = buffer_->read(waiting[0]);
  ASSERT_FALSE(body);
  EXPECT_EQ(body.error().code, Errc::corrupt);
  ASSERT_TRUE(buffer_->needs_mending());
  append(60);
  ASSERT_TRUE(buffer_->mend(now_));
  ASSERT_EQ(buffer_->losses().size(), 1u);
  EXPECT_EQ(buffer_->losses()[0].range, (Range{1, 2}));
  commit(/*seal_all=*/true);
  EXPECT_EQ(delivered_sequences(stream), (std::vector<Sequence>{3, 4, 5}))
      << "what was staged goes on under its number";
}

TEST_F(BufferDamageTest, AStoreThatIsBehindItsMarkSaysExactlyWhatIsGone) {
  sealed_batch(3);
  ASSERT_TRUE(buffer_->close());
  std::filesystem::copy(database().parent_path(), directory_.path() / "copy");
  sealed_batch(5);
  const std::string epoch = buffer_->epoch();
  ASSERT_TRUE(buffer_->close());
  buffer_.reset();
  std::filesystem::remove_all(database().parent_path());
  std::filesystem::copy(directory_.path() / "copy", database().parent_path());
  reopen();
  EXPECT_NE(buffer_->epoch(), epoch);
  ASSERT_EQ(buffer_->losses().size(), 1u);
  EXPECT_EQ(buffer_->losses()[0].stream_id, "vitals-" + epoch);
  EXPECT_EQ(buffer_->losses()[0].range, (Range{4, 8}));
  EXPECT_EQ(buffer_->losses()[0].reason, "rolled_back");
  reopen();
  EXPECT_EQ(buffer_->losses().size(), 1u) << "said once, remembered for ever";
}

TEST_F(BufferDamageTest, DeliveredReadingsThatAreGoneAreNoLoss) {
  const BatchInfo batch = sealed_batch(4);
  sealed_batch(4);
  confirm(0, Lane::vitals, batch.range);
  commit();
  meddle("DELETE FROM segment WHERE last_seq=4; DELETE FROM batch WHERE number=1");
  EXPECT_TRUE(buffer_->losses().empty());
  EXPECT_EQ(buffer_->unconfirmed(0).size(), 1u);
}

TEST_F(BufferDamageTest, TheFirstPageOfTheDatabaseMayBeLost) {
  const std::string whole = event(sealed_batch(4));
  ASSERT_TRUE(buffer_->close());
  buffer_.reset();
  {
    std::fstream file(database(), std::ios::in | std::ios::out | std::ios::binary);
    file << std::string(4096, '\x5a');
  }
  reopen();
  EXPECT_TRUE(buffer_->losses().empty());
  ASSERT_EQ(buffer_->unconfirmed(0).size(), 1u);
  EXPECT_EQ(event(buffer_->unconfirmed(0)[0]), whole);
}

TEST_F(BufferDamageTest, EachPageOfTheSchemaMayBeLost) {
  const std::string whole = event(sealed_batch(4));
  const int spoiled = spoil_pages(
      [](std::string_view page) { return page.find("CREATE TABLE") != std::string_view::npos; });
  EXPECT_GE(spoiled, 2);
  EXPECT_TRUE(buffer_->losses().empty());
  ASSERT_EQ(buffer_->unconfirmed(0).size(), 1u);
  EXPECT_EQ(event(buffer_->unconfirmed(0)[0]), whole);
}

TEST_F(BufferDamageTest, TheStreamsOfEarlierEpochsMayBeLost) {
  const std::string whole = event(sealed_batch(4));
  const std::string first = buffer_->epoch();
  meddle("UPDATE stream SET next_seq=next_seq+1");
  ASSERT_NE(buffer_->epoch(), first);
  append(60);
  commit();
  const int spoiled = spoil_pages(
      [&](std::string_view page) { return page.find(first) != std::string_view::npos; });
  EXPECT_GE(spoiled, 1);
  EXPECT_TRUE(buffer_->losses().empty());
  EXPECT_EQ(delivered_sequences("vitals-" + first), (std::vector<Sequence>{1, 2, 3, 4}));
  EXPECT_EQ(event(buffer_->unconfirmed(0).at(0)), whole);
}

// SQLite looks where such a page would be counted, finds no room there, and says SQLITE_FULL.
TEST_F(BufferDamageTest, AFullDiskThatIsAPagePointingBehindTheEndIsMended) {
  std::string raw(3000, '\0');  // nothing that could be compressed
  std::generate(raw.begin(), raw.end(),
                [noise = std::mt19937(1)]() mutable { return static_cast<char>(noise()); });
  const Held held{.received = wall_,
                  .device = "ivy-1",
                  .rule = "range",
                  .reason = "out of range",
                  .content = "{}",
                  .raw = raw};
  buffer_->hold(held);
  sealed_batch(4);
  ASSERT_TRUE(buffer_->close());
  buffer_.reset();
  const std::size_t root = root_page("quarantine");
  {
    std::fstream file(database(), std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(static_cast<std::streamoff>(root * 1024 - 4));  // where the first row goes on
    file.write("\x00\x7f\xff\xff", 4);
  }
  reopen();
  append(60);
  std::optional<Error> failure;
  for (int i = 0; i < 30 && !failure; ++i) {
    buffer_->hold(held);
    if (const auto done = buffer_->commit({.now = now_, .wall = wall_}); !done)
      failure = done.error();
  }
  ASSERT_TRUE(failure) << "the page of the row was never moved";
  EXPECT_EQ(failure->code, Errc::corrupt) << failure->what;
  ASSERT_TRUE(buffer_->needs_mending());
  ASSERT_TRUE(buffer_->mend(now_));
  commit(/*seal_all=*/true);
  EXPECT_TRUE(buffer_->losses().empty());
  EXPECT_EQ(buffer_->totals().dropped, 0u);
  std::uint64_t readings = 0;
  for (const BatchInfo& batch : buffer_->unconfirmed(0)) readings += batch.range.count();
  EXPECT_EQ(readings, 5u);
}

// A tree whose map is wrong shows the rows of one stream where those of another are looked for.
TEST_F(BufferDamageTest, EachByteOfTheMapOfSegmentsMayBeAnother) {
  for (int i = 0; i < 8; ++i) {
    for (const Lane lane : kLanes) {
      append(60 + i, lane);
      append(61 + i, lane);
    }
    commit(/*seal_all=*/true);
  }
  ASSERT_TRUE(buffer_->close());
  buffer_.reset();
  const std::size_t map = (root_page("segment") - 1) * 1024;
  reopen();
  append(99);
  commit();  // in the log: as after a kill
  const std::filesystem::path whole = directory_.path() / "whole";
  std::filesystem::copy(options_.directory, whole, std::filesystem::copy_options::recursive);
  std::string page(1024, '\0');
  std::ifstream(whole / "store" / "buffer.db", std::ios::binary)
      .seekg(static_cast<std::streamoff>(map))
      .read(page.data(), 1024);
  ASSERT_EQ(page[0], '\x05') << "the table has one page only";
  const std::size_t cells =
      static_cast<unsigned char>(page[5]) * 256u + static_cast<unsigned char>(page[6]);
  for (std::size_t at = cells; at < page.size(); ++at) {
    SCOPED_TRACE(at);
    buffer_.reset();
    std::filesystem::remove_all(options_.directory);
    std::filesystem::copy(whole, options_.directory, std::filesystem::copy_options::recursive);
    {
      std::fstream file(database(), std::ios::in | std::ios::out | std::ios::binary);
      file.seekp(static_cast<std::streamoff>(map + at));
      file.put(static_cast<char>(page[at] ^ '\x85'));
    }
    reopen();
    commit(/*seal_all=*/true);
    std::uint64_t known = 0;
    for (const BatchInfo& batch : buffer_->unconfirmed(0)) known += batch.range.count();
    EXPECT_EQ(known, 8 * 2 * kLanes.size() + 1);
  }
}

TEST_F(BufferDamageTest, AStreamThatWasDeletedFromOutsideIsFoundAgain) {
  const std::string whole = event(sealed_batch(4));
  const std::string first = buffer_->epoch();
  meddle("UPDATE stream SET next_seq=next_seq+1");
  ASSERT_NE(buffer_->epoch(), first);
  meddle("DELETE FROM stream WHERE no<8");
  EXPECT_TRUE(buffer_->losses().empty());
  ASSERT_EQ(buffer_->unconfirmed(0).size(), 1u);
  EXPECT_EQ(event(buffer_->unconfirmed(0)[0]), whole);
}

TEST_F(BufferDamageTest, VerifyFindsWhatIsDamagedAndChangesNothing) {
  sealed_batch(4);
  sealed_batch(4);
  append(60);
  commit();
  Buffer::Verification clean;
  while (!clean.done) ASSERT_TRUE(buffer_->verify_some(clean, 8));
  EXPECT_TRUE(clean.damages.empty());
  EXPECT_EQ(clean.readings, 9u);
  meddle("UPDATE segment SET t_max=t_max+1 WHERE last_seq=4");
  Buffer::Verification damaged;
  while (!damaged.done) ASSERT_TRUE(buffer_->verify_some(damaged, 8));
  EXPECT_FALSE(damaged.damages.empty());
  EXPECT_EQ(buffer_->unconfirmed(0).size(), 2u);
}

TEST_F(BufferDamageTest, TheWrongKeyOpensNothingAndOverwritesNothing) {
  const std::string whole = event(sealed_batch(4));
  ASSERT_TRUE(buffer_->close());
  buffer_.reset();
  const std::string right = options_.keys.reference;
  options_.keys.reference = test::write_key(directory_.path() / "other.key");
  const auto opened = Buffer::open(options_, now_);
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, Errc::rejected);
  EXPECT_FALSE(opened.error().hint.empty());
  options_.keys.reference = right;
  reopen();
  EXPECT_EQ(event(buffer_->unconfirmed(0).at(0)), whole);
}

TEST_F(BufferDamageTest, NothingOfAPatientIsInAnyFile) {
  append(137);
  buffer_->hold(
      {wall_, "ivy-1", "range", "Ada Lovelace, 137", "{\"value_num\":137137}", "RAWRAWRAW"});
  commit(/*seal_all=*/true);
  ASSERT_TRUE(buffer_->close());
  for (const auto& entry : std::filesystem::recursive_directory_iterator(options_.directory)) {
    if (!entry.is_regular_file()) continue;
    std::ifstream file(entry.path(), std::ios::binary);
    const std::string bytes((std::istreambuf_iterator<char>(file)), {});
    for (const char* canary : {"Lovelace", "137137", "RAWRAW", "heart_rate", "ivy-1\",\"metric"})
      EXPECT_EQ(bytes.find(canary), std::string::npos) << canary << " in " << entry.path();
  }
}

}  // namespace
}  // namespace vitalgate::sync
