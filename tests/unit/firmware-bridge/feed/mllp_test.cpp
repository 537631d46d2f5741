// MLLP framing, and the answers that go back.
#include "firmware-bridge/feed/mllp.h"

#include <gtest/gtest.h>

#include "agent/core/limits.h"
#include "firmware-bridge/feed/hl7_answer.h"
#include "tests/unit/firmware-bridge/bytes.h"
#include "tests/unit/firmware-bridge/feed/hl7_text.h"

namespace vitalgate::bridge {
namespace {

struct Heard {
  std::vector<std::string> texts;
  bool too_long = false;
  SourceCounts counts;
};

Heard feed(std::string_view stream, std::size_t chunk = 4096) {
  MllpFramer framer;
  std::vector<MllpMessage> messages;
  const auto bytes = test::bytes_of(stream);
  for (std::size_t at = 0; at < bytes.size(); at += chunk)
    framer.feed(std::span(bytes).subspan(at, std::min(chunk, bytes.size() - at)), messages);
  Heard heard;
  for (const MllpMessage& message : messages) {
    heard.texts.push_back(message.text);
    heard.too_long |= message.too_long;
  }
  heard.counts = framer.counts();
  return heard;
}

using Texts = std::vector<std::string>;

TEST(MllpTest, MessagesAreFoundHoweverTheStreamIsCut) {
  const std::string stream = mllp_frame("MSH|a\rOBX|1\r") + "\r\n" + mllp_frame("MSH|b\r");
  for (const std::size_t chunk : {1u, 2u, 3u, 7u, 4096u}) {
    const Heard heard = feed(stream, chunk);
    EXPECT_EQ(heard.texts, (Texts{"MSH|a\rOBX|1\r", "MSH|b\r"}));
    EXPECT_EQ(heard.counts.frames, 2u);
    EXPECT_EQ(heard.counts.skipped_bytes, 2u);
    EXPECT_EQ(heard.counts.bad_frames, 0u);
  }
}

TEST(MllpTest, AMessageWithoutItsEndIsWaitedFor) {
  EXPECT_EQ(feed("\x0BMSH|a\r").texts, Texts{});
  EXPECT_EQ(feed("\x0BMSH|a\r\x1C").texts, Texts{});
}

TEST(MllpTest, AMessageThatWasBrokenOffIsDroppedAndCounted) {
  const Heard heard = feed("\x0BMSH|a\r\x1C\x0BMSH|b\r\x1C\r");
  EXPECT_EQ(heard.texts, Texts{"MSH|b\r"});
  EXPECT_EQ(heard.counts.bad_frames, 1u);
}

TEST(MllpTest, AnEndByteInsideAMessageBelongsToIt) {
  EXPECT_EQ(feed("\x0B"
                 "a\x1C"
                 "b\x1C\x1C\r")
                .texts,
            Texts{"a\x1C"
                  "b\x1C"});
}

TEST(MllpTest, AMessageThatIsTooLongIsToldOnceAndPassedOver) {
  std::string stream = "\x0BMSH|";
  stream.append(limits::kMessageBytesMax, 'x').append("\x1C\r").append(mllp_frame("next"));
  for (const std::size_t chunk : {1000u, 1u << 21}) {
    const Heard heard = feed(stream, chunk);
    ASSERT_EQ(heard.texts.size(), 2u);
    EXPECT_TRUE(heard.too_long);
    EXPECT_EQ(heard.texts[0].size(), limits::kMessageBytesMax);
    EXPECT_EQ(heard.texts[1], "next");
    EXPECT_EQ(heard.counts.bad_frames, 1u);
    EXPECT_EQ(heard.counts.frames, 1u);
  }
}

TEST(MllpTest, AMessageOfJustTheLargestSizeIsTaken) {
  const Heard heard = feed(mllp_frame(std::string(limits::kMessageBytesMax, 'x')));
  EXPECT_EQ(heard.texts.size(), 1u);
  EXPECT_FALSE(heard.too_long);
}

std::string answer_to(const std::string& message, hl7::Verdict verdict) {
  const auto header = hl7::Header::parse(message);
  return hl7::answer(header ? &*header : nullptr, verdict, "said", "77",
                     *parse_rfc3339("2026-03-02T14:05:07.000Z"));
}

TEST(Hl7AnswerTest, AnAnswerGoesBackToItsSenderWithItsControlId) {
  EXPECT_EQ(answer_to(test::oru(""), hl7::Verdict::accepted),
            "MSH|^~\\&|GW|CLINIC|MON|WARD|20260302140507+0000||ACK^R01|77|P|2.5.1\r"
            "MSA|AA|M1|said\r");
  EXPECT_NE(answer_to(test::oru(""), hl7::Verdict::error).find("\rMSA|AE|M1|"), std::string::npos);
  EXPECT_NE(answer_to(test::oru(""), hl7::Verdict::rejected).find("\rMSA|AR|M1|"),
            std::string::npos);
}

TEST(Hl7AnswerTest, SomethingWithoutAHeaderIsAnsweredToo) {
  EXPECT_EQ(answer_to("nonsense", hl7::Verdict::error),
            "MSH|^~\\&|||||20260302140507+0000||ACK|77|P|2.5.1\rMSA|AE||said\r");
}

TEST(Hl7AnswerTest, TheSenderGetsTheKindOfAnswerThatItAskedFor) {
  const auto kind = [](std::string_view asked, hl7::Verdict verdict) {
    const std::string text = answer_to(
        test::hl7(std::string("MSH|^~\\&|A|B|C|D|2026||ORU^R01|1|P|2.5|||").append(asked)),
        verdict);
    const std::size_t at = text.find("MSA|");
    return at == std::string::npos ? std::string() : text.substr(at + 4, 2);
  };
  using hl7::Verdict;
  EXPECT_EQ(kind("AL|AL", Verdict::accepted), "AA");
  EXPECT_EQ(kind("NE|AL", Verdict::error), "AE");
  EXPECT_EQ(kind("AL|NE", Verdict::accepted), "CA");
  EXPECT_EQ(kind("AL|NE", Verdict::rejected), "CR");
  EXPECT_EQ(kind("NE|NE", Verdict::accepted), "");
  EXPECT_EQ(kind("ER|NE", Verdict::accepted), "");
  EXPECT_EQ(kind("ER|NE", Verdict::error), "CE");
}

TEST(Hl7AnswerTest, AFieldThatCouldBreakTheAnswersFrameIsNotCopied) {
  const std::string message = "MSH|^~\\&|A\x1C|B\n|C|D|2026||ORU^R01|" + std::string(300, '1');
  const std::string answer = answer_to(message + "|P|2.5\r", hl7::Verdict::accepted);
  EXPECT_EQ(answer, "MSH|^~\\&|C|D|||20260302140507+0000||ACK^R01|77|P|2.5\rMSA|AA||said\r");
}

}  // namespace
}  // namespace vitalgate::bridge
