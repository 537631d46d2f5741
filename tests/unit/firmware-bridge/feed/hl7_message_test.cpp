// Segments, fields and escapes of HL7 v2 messages.
#include "firmware-bridge/feed/hl7_message.h"

#include <gtest/gtest.h>

#include "agent/core/limits.h"
#include "firmware-bridge/feed/hl7_time.h"
#include "tests/unit/firmware-bridge/feed/hl7_text.h"

namespace vitalgate::bridge::hl7 {
namespace {

using test::hl7;

constexpr std::string_view kHeader = "MSH|^~\\&|MON|WARD|GW|CLINIC|2026||ORU^R01|7|P|2.5";

Message parse(const std::string& text) { return *Message::parse(text); }

TEST(Hl7MessageTest, FieldsAreNumberedAsTheStandardNumbersThem) {
  const std::string text = hl7(std::string(kHeader) + "\nOBX|1|NM|8867-4||98\n");
  const Message message = parse(text);
  EXPECT_EQ(message.header().segment.field(1), "|");
  EXPECT_EQ(message.header().segment.field(2), "^~\\&");
  EXPECT_EQ(message.header().segment.field(3), "MON");
  EXPECT_EQ(message.header().message_code(), "ORU");
  EXPECT_EQ(message.header().trigger(), "R01");
  EXPECT_EQ(message.header().control_id(), "7");
  const Segment& obx = message.segments()[1];
  EXPECT_EQ(obx.name(), "OBX");
  EXPECT_EQ(obx.field(1), "1");
  EXPECT_EQ(obx.field(5), "98");
  EXPECT_EQ(obx.field(6), "");
}

TEST(Hl7MessageTest, SegmentsEndWithCrLfOrBoth) {
  for (const std::string_view end : {"\r", "\n", "\r\n", "\r\r", "\r\n\r\n"}) {
    const std::string text =
        std::string(kHeader).append(end).append("PID|1").append(end).append("OBX|1").append(end);
    const Message message = parse(text);
    ASSERT_EQ(message.segments().size(), 3u);
    EXPECT_EQ(message.segments()[2].text(), "OBX|1");
  }
}

TEST(Hl7MessageTest, DelimitersAreWhatTheMessageSays) {
  const std::string text = "MSH$*%!@$A$B$C$D$$$ORU*R01$9$P$2.5\rOBX$1$ST$X$$a!S!b\r";
  const Message message = parse(text);
  EXPECT_EQ(message.header().trigger(), "R01");
  EXPECT_EQ(message.text_of(message.segments()[1].field(5)), "a*b");
}

TEST(Hl7MessageTest, EscapesStandForTheirCharacters) {
  const std::string text(kHeader);
  const Message message = parse(text);
  EXPECT_EQ(message.text_of("a\\F\\b\\S\\c\\T\\d\\R\\e\\E\\f"), "a|b^c&d~e\\f");
  EXPECT_EQ(message.text_of("\\X48C3A9\\ \\.br\\x \\H\\bold\\N\\"), "H\xC3\xA9 \nx bold");
  EXPECT_EQ(message.text_of("\\Zown\\ and \\X4\\ and \\Xzz\\"), "\\Zown\\ and \\X4\\ and \\Xzz\\");
  EXPECT_EQ(message.text_of("open \\F"), "open \\F");
  EXPECT_EQ(message.text_of("\\"), "\\");
}

TEST(Hl7MessageTest, BytesThatAreNoUtf8AreTakenAsLatin1) {
  const std::string text(kHeader);
  EXPECT_EQ(parse(text).text_of("\xB5g/L"), "\xC2\xB5g/L");
  EXPECT_EQ(parse(text).text_of("\xC2\xB5g/L"), "\xC2\xB5g/L");
}

TEST(Hl7MessageTest, WhatIsNoMessageIsRefused) {
  for (const std::string_view text :
       {"", "\r\r", "PID|1\r", "MSH", "MSH|", "MSH|^~\\", "MSH|^^\\&|A\r", "MSHA^~\\&A",
        "MSH|^~\\&|A\rhello\r", "MSH|^~\\&|A\rOBX^1\r", "MSH|^~\\&|A\rMSH|^~\\&|B\r", "msh|^~\\&|A",
        "BHS|^~\\&|A\rMSH|^~\\&|A"}) {
    const auto message = Message::parse(text);
    ASSERT_FALSE(message) << text;
    EXPECT_EQ(message.error().code, Errc::malformed);
  }
}

TEST(Hl7MessageTest, AnErrorNamesNothingThatThePatientCouldBeKnownBy) {
  const std::string text = hl7(std::string(kHeader) + "\nPID|1||4711||ROE^JANE\nROE lives here\n");
  const auto message = Message::parse(text);
  ASSERT_FALSE(message);
  EXPECT_EQ(message.error().what, "segment 3 has no name");
}

TEST(Hl7MessageTest, TheNumberOfSegmentsAndBytesIsBounded) {
  std::string many = hl7(std::string(kHeader) + "\n");
  for (std::size_t i = 1; i < limits::kMessageSegmentsMax; ++i) many += "NTE\r";
  EXPECT_TRUE(Message::parse(many));
  EXPECT_FALSE(Message::parse(many + "NTE\r"));
  std::string long_text = std::string(kHeader) + "|";
  long_text.resize(limits::kMessageBytesMax, 'x');
  EXPECT_TRUE(Message::parse(long_text));
  EXPECT_FALSE(Message::parse(long_text + "x"));
}

TEST(Hl7TimeTest, AStampWithAnOffsetIsThatPointInTime) {
  const auto text = [](std::string_view stamp) { return to_rfc3339(*point_in_time(stamp, {})); };
  EXPECT_EQ(text("20260302140507+0100"), "2026-03-02T13:05:07.000Z");
  EXPECT_EQ(text("202603021405-0330"), "2026-03-02T17:35:00.000Z");
  EXPECT_EQ(text("20260302140507.1239+0000"), "2026-03-02T14:05:07.123Z");
  EXPECT_EQ(text("20260302140507.5+0000"), "2026-03-02T14:05:07.500Z");
}

TEST(Hl7TimeTest, AStampWithoutAnOffsetTakesTheMessagesOffset) {
  EXPECT_EQ(to_rfc3339(*point_in_time("20260302140507", std::chrono::minutes(-135))),
            "2026-03-02T16:20:07.000Z");
  EXPECT_EQ(zone_of("201203141259-0215"), std::chrono::minutes(-135));
  EXPECT_EQ(zone_of("201203141259"), std::nullopt);
}

TEST(Hl7TimeTest, WhatIsNoPointInTimeGivesNone) {
  for (const std::string_view stamp : {"",
                                       "2026",
                                       "20260302",
                                       "2026030214",
                                       "20260229120000",
                                       "20261302120000",
                                       "20260302240000",
                                       "20260302126000",
                                       "20260302120060",
                                       "2026030212000",
                                       "20260302120000.",
                                       "20260302120000.12345",
                                       "202603021200.5",
                                       "20260302120000+1",
                                       "20260302120000+2500",
                                       "20260302120000+0160",
                                       "today",
                                       "20260302120000Z",
                                       "00000000000000",
                                       "2026030212000\xB2"})
    EXPECT_FALSE(point_in_time(stamp, std::chrono::minutes(0))) << stamp;
}

}  // namespace
}  // namespace vitalgate::bridge::hl7
