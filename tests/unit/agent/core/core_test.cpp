#include <gtest/gtest.h>

#include <array>
#include <thread>

#include "agent/core/backoff.h"
#include "agent/core/byte_reader.h"
#include "agent/core/channel.h"
#include "agent/core/clock.h"
#include "agent/core/result.h"
#include "agent/core/text.h"
#include "agent/core/vocabulary.h"

namespace vitalgate {
namespace {

using namespace std::chrono_literals;

TEST(ClockTest, TimeIsWrittenAsTheContractSays) {
  const auto time = parse_rfc3339("2026-03-02T14:05:07.120Z");
  ASSERT_TRUE(time.has_value());
  EXPECT_EQ(to_rfc3339(*time), "2026-03-02T14:05:07.120Z");
  EXPECT_EQ(to_rfc3339(WallTime(0ms)), "1970-01-01T00:00:00.000Z");
  EXPECT_EQ(to_rfc3339(WallTime(1709164800000ms)), "2024-02-29T00:00:00.000Z");
}

TEST(ClockTest, ATimeThatIsNotInTheCalendarIsRefused) {
  for (const char* text :
       {"2026-02-29T00:00:00.000Z", "2026-13-01T00:00:00.000Z", "2026-03-02T24:00:00.000Z",
        "2026-03-02T14:05:07Z", "2026-03-02 14:05:07.120Z", "2026-03-02T14:05:07.1x0Z", ""})
    EXPECT_FALSE(parse_rfc3339(text).has_value()) << text;
}

TEST(ClockTest, VirtualTimeIsOfItsThreadAloneAndEndsWhenItIsTakenAway) {
  Clocks clocks{Clock::time_point(1h), {WallTime(5ms), 7ns}};
  set_virtual_time(&clocks);
  clocks.steady += 1s;
  EXPECT_EQ(Clock::now(), Clock::time_point(1h + 1s));
  EXPECT_EQ(wall_now(), WallTime(5ms));
  EXPECT_EQ(Stamp::now().boot, 7ns);
  WallTime elsewhere{};
  std::jthread([&] { elsewhere = wall_now(); }).join();
  EXPECT_TRUE(is_plausible(elsewhere));
  set_virtual_time(nullptr);
  EXPECT_TRUE(is_plausible(wall_now()));
}

TEST(ClockTest, AClockThatWasNeverSetIsNotPlausible) {
  EXPECT_FALSE(is_plausible(WallTime(0ms)));
  EXPECT_TRUE(is_plausible(*parse_rfc3339("2026-03-02T14:05:07.120Z")));
  EXPECT_FALSE(is_plausible(*parse_rfc3339("2226-03-02T14:05:07.120Z")));
}

TEST(ByteReaderTest, NeverReadsWhatIsNotThere) {
  const std::array bytes{std::byte{0x12}, std::byte{0x34}, std::byte{0x56}};
  ByteReader reader(bytes);
  EXPECT_EQ(reader.u16_be(), 0x1234);
  EXPECT_TRUE(reader.ok());
  EXPECT_EQ(reader.u16_le(), 0);
  EXPECT_FALSE(reader.ok());
  EXPECT_EQ(reader.u8(), 0) << "after a short read nothing more is read";
  EXPECT_EQ(reader.remaining(), 0u);
}

TEST(ByteReaderTest, ReadsBothByteOrders) {
  const std::array bytes{std::byte{1}, std::byte{2}, std::byte{3}, std::byte{4}};
  EXPECT_EQ(ByteReader(bytes).u32_be(), 0x01020304u);
  EXPECT_EQ(ByteReader(bytes).u32_le(), 0x04030201u);
  EXPECT_EQ(ByteReader(bytes).u24_le(), 0x030201u);
}

TEST(ChannelTest, AFullChannelMakesProducersWaitAndLosesNothing) {
  Channel<int> channel(2);
  std::jthread producer([&](const std::stop_token& stop) {
    for (int i = 0; i < 1000; ++i)
      if (!channel.push(i, stop)) return;
  });
  int expected = 0;
  while (expected < 1000)
    for (const int value : channel.take({}, Clock::now() + 10s)) EXPECT_EQ(value, expected++);
}

TEST(ChannelTest, StopWakesAWaitingProducerAndQueuesNothing) {
  Channel<int> channel(1);
  ASSERT_TRUE(channel.try_push(1));
  EXPECT_FALSE(channel.try_push(2));
  std::stop_source stop;
  bool pushed = true;
  std::jthread producer([&] { pushed = channel.push(3, stop.get_token()); });
  stop.request_stop();
  producer.join();
  EXPECT_FALSE(pushed);
  EXPECT_EQ(channel.take({}, Clock::now()), std::vector<int>{1});
}

TEST(ChannelTest, TakeGivesUpAtItsDeadline) {
  Channel<int> channel(1);
  EXPECT_TRUE(channel.take({}, Clock::now() + 1ms).empty());
}

TEST(BackoffTest, StaysBetweenATenthOfTheStepAndItsCap) {
  Backoff backoff(1000ms, 8000ms, 7);
  for (int i = 0; i < 50; ++i) {
    const auto step = std::min<std::chrono::milliseconds>(8000ms, 1000ms * (1 << std::min(i, 10)));
    const auto wait = backoff.next();
    EXPECT_GE(wait, step / 10);
    EXPECT_LE(wait, step);
  }
  backoff.reset();
  EXPECT_LE(backoff.next(), 1000ms);
}

TEST(BackoffTest, TheSameSeedWaitsTheSame) {
  Backoff a(1000ms, 8000ms, 7), b(1000ms, 8000ms, 7);
  for (int i = 0; i < 20; ++i) EXPECT_EQ(a.next(), b.next());
}

Result<int> half_of(int number) {
  if (number % 2 != 0) return Error{Errc::malformed, "odd", ""};
  return number / 2;
}
Result<int> quarter_of(int number) {
  const int half = VG_TRY(half_of(number));
  return VG_TRY(half_of(half));
}

TEST(ResultTest, TryReturnsTheFirstError) {
  EXPECT_EQ(*quarter_of(8), 2);
  EXPECT_EQ(quarter_of(6).error().what, "odd");
}

TEST(TextTest, IdsCanTravelInTopicsPathsAndJson) {
  EXPECT_TRUE(is_valid_id("clinic-042_b"));
  for (const char* text : {"", "a/b", "a+b", "a#", "a b", "a.b", "\"", "ü"})
    EXPECT_FALSE(is_valid_id(text)) << text;
  EXPECT_FALSE(is_valid_id(std::string(49, 'a')));
}

TEST(TextTest, NearestFindsWhatWasMeantAndNothingElse) {
  const std::array<std::string_view, 3> words{"status", "buffer", "reading"};
  EXPECT_EQ(nearest("staus", words), "status");
  EXPECT_EQ(nearest("bufer", words), "buffer");
  EXPECT_EQ(nearest("xyzzy", words), "");
}

TEST(TextTest, Base64AgreesWithRfc4648) {
  const auto encoded = [](std::string_view text) {
    std::string out(base64_length(text.size()), '?');
    EXPECT_EQ(put_base64(out.data(), std::as_bytes(std::span(text))), out.data() + out.size());
    return out;
  };
  EXPECT_EQ(encoded(""), "");
  EXPECT_EQ(encoded("f"), "Zg==");
  EXPECT_EQ(encoded("fo"), "Zm8=");
  EXPECT_EQ(encoded("foo"), "Zm9v");
  EXPECT_EQ(encoded("foobar"), "Zm9vYmFy");
}

TEST(VocabularyTest, EveryFlagHasAWord) {
  for (std::size_t i = 0; i < kFlagCount; ++i)
    EXPECT_FALSE(name(static_cast<Flag>(i)).empty()) << i;
  EXPECT_EQ(lane_from("urgent"), Lane::urgent);
  EXPECT_FALSE(lane_from("Urgent").has_value());
}

TEST(TextTest, HexIsTakenAsPeopleWriteItAndNothingElseIs) {
  for (const char* text : {"144A0D03", "14 4a 0d 03", "14:4A:0D:03", "0x14,0x4A 0x0D\n0x03"})
    EXPECT_EQ(parse_hex(text), std::string("\x14\x4a\x0d\x03")) << text;
  EXPECT_EQ(parse_hex(""), "");
  for (const char* text : {"1", "14 4", "1 4", "0x", "zz", "14;4A", "0x1"})
    EXPECT_FALSE(parse_hex(text)) << text;
}

TEST(TextTest, OnlyWholeUtf8SequencesHaveALength) {
  EXPECT_EQ(utf8_length("a"), 1u);
  EXPECT_EQ(utf8_length("\xC3\xA9x"), 2u);
  EXPECT_EQ(utf8_length("\xF0\x9F\x98\x80"), 4u);
  for (const char* text : {"\xC3", "\xC0\xAF", "\xED\xA0\x80", "\xF5\x80\x80\x80", "\x80"})
    EXPECT_EQ(utf8_length(text), 0u) << text;
}

}  // namespace
}  // namespace vitalgate
