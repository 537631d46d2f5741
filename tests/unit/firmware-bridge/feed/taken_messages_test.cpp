// Which message is a repeat, within one run of the agent and across two.
#include "firmware-bridge/feed/taken_messages.h"

#include <gtest/gtest.h>

namespace vitalgate::bridge {
namespace {

std::string message(std::string_view sender, std::string_view id, std::string_view value) {
  std::string text = "MSH|^~\\&|";
  text.append(sender).append("|WARD|VG|CLINIC|20261120||ORU^R01|").append(id).append("|P|2.5\r");
  return text.append("OBX|1|NM|8867-4^^LN||").append(value).append("|/min|||||F\r");
}

class TakenMessagesTest : public ::testing::Test {
 protected:
  static hl7::Header header(const std::string& text) { return *hl7::Header::parse(text); }
};

TEST_F(TakenMessagesTest, TheSameBytesOfTheSameSenderAreARepeatAndNothingElseIs) {
  const std::string text = message("LAB", "1", "72");
  TakenMessages taken;
  taken.add(header(text), text, 7);
  EXPECT_EQ(taken.find(header(text), text), 7u);
  for (const std::string& other :
       {message("LAB", "1", "73"), message("LAB", "2", "72"), message("ICU", "1", "72")})
    EXPECT_FALSE(taken.find(header(other), other)) << other;
}

TEST_F(TakenMessagesTest, TheLastMessageBeforeARestartIsKnownByItsMarkAndIsDurable) {
  const std::string text = message("LAB", "1", "72");
  const auto mark = TakenMessages::mark(header(text), text);
  ASSERT_TRUE(mark);
  EXPECT_LT(mark->slot, SourceMark::kSlots);
  const TakenMessages after(std::span(&*mark, 1));
  EXPECT_EQ(after.find(header(text), text), 0u);
  const std::string next = message("LAB", "2", "72");
  EXPECT_FALSE(after.find(header(next), next));
}

TEST_F(TakenMessagesTest, AMarkIsTheSameInEveryBuild) {
  // FNV-1a of the sender's key and of the message: stored, so it must never change.
  const std::string text = message("LAB", "1", "72");
  const SourceMark first = *TakenMessages::mark(header(text), text);
  EXPECT_EQ(first, *TakenMessages::mark(header(text), text));
  EXPECT_EQ(first.position, [&] {
    std::uint64_t hash = 14695981039346656037U;
    for (const char byte : text) {
      hash ^= static_cast<unsigned char>(byte);
      hash *= 1099511628211U;
    }
    return hash;
  }());
}

TEST_F(TakenMessagesTest, AMessageWithoutAControlIdIsNeverARepeat) {
  const std::string text = message("LAB", "", "72");
  TakenMessages taken;
  taken.add(header(text), text, 7);
  EXPECT_FALSE(taken.find(header(text), text));
  EXPECT_FALSE(TakenMessages::mark(header(text), text));
}

}  // namespace
}  // namespace vitalgate::bridge
