#include "sync/buffer/head_text.h"

#include <gtest/gtest.h>

#include "sync/batch/envelope.h"

namespace vitalgate::sync {
namespace {

Envelope envelope() {
  return {.gateway = "clinic-042",
          .site = "site-17",
          .epoch = "k7p3q9x2ab",
          .key = {Lane::vitals, 1842},
          .first = 93471,
          .last = 93472,
          .sealed = *parse_rfc3339("2026-03-02T14:05:07.120Z"),
          .low_watermark = *parse_rfc3339("2026-03-02T14:05:00.000Z"),
          .backfill = false,
          .agent_version = "1.0.0",
          .config_version = 27};
}

std::string stored(std::string_view head) {
  std::string out;
  shorten_head(head, out);
  return out;
}

TEST(HeadTextTest, AHeadComesBackToTheLetterAndIsShorterByItsWords) {
  const std::string head = envelope_head(envelope(), "{}");
  EXPECT_LT(stored(head).size(), head.size() / 2);
  EXPECT_EQ(*restore_head(stored(head)), head);
}

TEST(HeadTextTest, TheHeadOfATombstoneToo) {
  Envelope dropped = envelope();
  dropped.dropped_because = "buffer-full";
  const std::string head = envelope_head(dropped, {});
  EXPECT_LT(stored(head).size(), head.size() / 2);
  EXPECT_EQ(*restore_head(stored(head)), head);
}

TEST(HeadTextTest, AHeadWithOtherWordsComesBackToTheLetter) {
  const std::string head = envelope_head(envelope(), "{}");
  for (std::size_t at = 0; at < head.size(); ++at) {
    std::string other = head;
    other[at] = other[at] == '"' ? '\1' : '"';
    ASSERT_EQ(*restore_head(stored(other)), other) << at;
    ASSERT_EQ(*restore_head(stored(head.substr(0, at))), head.substr(0, at));
  }
  EXPECT_EQ(*restore_head(stored(head + "x")), head + "x");
}

TEST(HeadTextTest, AHeadStoredBeforeThereWereModesIsRead) {
  const std::string head = envelope_head(envelope(), "{}");
  EXPECT_EQ(*restore_head(head), head);
}

TEST(HeadTextTest, AStoredHeadThatIsCutIsCorrupt) {
  const std::string whole = stored(envelope_head(envelope(), "{}"));
  for (std::size_t length = 1; length < whole.size(); ++length)
    EXPECT_EQ(restore_head(whole.substr(0, length)).error().code, Errc::corrupt);
  EXPECT_EQ(restore_head(whole + "x").error().code, Errc::corrupt);
}

}  // namespace
}  // namespace vitalgate::sync
