// The simulated monitors against the published vectors: what the agent must decode is right.
#include "tests/clinic/clinic.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "tests/clinic/ansarb.h"
#include "tests/clinic/counter.h"
#include "tests/clinic/nonin.h"
#include "tests/support/paths.h"
#include "tests/support/temp_dir.h"

namespace vitalgate::clinic {
namespace {

std::string text_of(const Bytes& bytes) { return {bytes.begin(), bytes.end()}; }

std::string hex_of(const Bytes& bytes) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string text;
  for (const std::uint8_t each : bytes) {
    text += kDigits[each >> 4];
    text += kDigits[each & 15];
  }
  return text;
}

OximeterState seeing(int pulse_rate, int spo2) {
  OximeterState state;
  state.pulse_rate = pulse_rate;
  state.spo2 = spo2;
  return state;
}

TEST(NoninEncoderTest, WritesFormat8AsInTheVectors) {
  EXPECT_EQ(hex_of(encode_df8(seeing(72, 97))), "80486100");
  EXPECT_EQ(hex_of(encode_df8(seeing(140, 92))), "810C5C00");
  OximeterState nothing;
  nothing.disconnected = true;
  EXPECT_EQ(hex_of(encode_df8(nothing)), "C37F7F00");
}

TEST(NoninEncoderTest, WritesFormat2FramesAsInTheVectors) {
  const OximeterState state = seeing(72, 97);
  EXPECT_EQ(hex_of(encode_frame(FrameFormat::df2, state, 0, 0x0100)), "0181010083");
  EXPECT_EQ(hex_of(encode_frame(FrameFormat::df2, state, 1, 0x0100)), "01800148CA");
  EXPECT_EQ(hex_of(encode_frame(FrameFormat::df2, state, 2, 0x0100)), "01800161E3");
  EXPECT_EQ(hex_of(encode_frame(FrameFormat::df2, state, 3, 0x0100)), "01800130B2");
  OximeterState no_finger;
  no_finger.sensor_alarm = true;
  EXPECT_EQ(hex_of(encode_frame(FrameFormat::df2, no_finger, 0, 0x0100)), "018901038E");
  EXPECT_EQ(hex_of(encode_frame(FrameFormat::df2, no_finger, 1, 0x0100)), "0188017F09");
}

TEST(NoninEncoderTest, WritesTextAsInTheVectors) {
  EXPECT_EQ(text_of(encode_ascii(seeing(72, 97))), "SPO2=097 HR=072\r\n");
  EXPECT_EQ(text_of(encode_ascii({})), "SPO2=--- HR=---\r\n");
}

TEST(AnsarbEncoderTest, WritesTheLinesOfTheRealMonitor) {
  IvyScreen screen;
  screen.heart_rate = 80;
  screen.respiratory_rate = 35;
  screen.respiration_message = "APNEA: 20 SEC";
  screen.spo2 = 100;
  screen.pulse_rate = 80;
  screen.cuff = Pressure{121, 75, 92};
  screen.cuff_pulse_rate = 80;
  screen.p1_pressure = Pressure{111, 73, 88};
  const std::string message = text_of(encode_ansarb(screen));
  EXPECT_EQ(message.size(), 562u);
  EXPECT_EQ(message.substr(0, 9),
            "\xFF"
            "ANSAR-B ");
  EXPECT_EQ(message.substr(409),
            "HR=1;80;ECG-II-DIAG;\rRR=1;35;APNEA: 20 SEC;\rETCO2=1;;;\rSPO2=1;100;PR=80 ;\r"
            "NIBP=4;121;75;92;80;;\rP1=3;111;73;88;;\rP2=3;;;;NO TRANSDUCER;\rT1=1;;;\rT2=1;;;\r"
            "\xFE");
}

class EveryMonitorTest : public testing::TestWithParam<std::string_view> {};

TEST_P(EveryMonitorTest, SendsTheSameBytesForTheSameSeed) {
  const auto one = make_monitor(GetParam(), 7, Script::living);
  const auto same = make_monitor(GetParam(), 7, Script::living);
  const auto other = make_monitor(GetParam(), 8, Script::living);
  bool differs = false;
  Micros before{};
  for (int at = 0; at < 3000; ++at) {
    const auto frame = one->next();
    ASSERT_TRUE(frame);
    EXPECT_GE(frame->due, before);
    before = frame->due;
    EXPECT_EQ(frame->bytes, same->next()->bytes);
    differs = differs || frame->bytes != other->next()->bytes;
  }
  EXPECT_TRUE(differs);
}

INSTANTIATE_TEST_SUITE_P(Kinds, EveryMonitorTest,
                         testing::Values(kIvy, kNoninDf2, kNoninDf7, kNoninDf8, kNoninAscii));

TEST(IvyTest, KeepsItsFrameBytesOutOfWavesAndText) {
  const auto ivy = make_ivy(3, Script::living);
  for (int second = 0; second < 1000; ++second) {
    const Bytes bytes = ivy->next()->bytes;
    const auto inner = std::count_if(bytes.begin() + 1, bytes.end() - 1,
                                     [](std::uint8_t each) { return each >= 0xFE; });
    ASSERT_EQ(inner, 0) << "second " << second;
  }
}

TEST(CounterTest, GivesEveryMessageOfACycleItsOwnPair) {
  std::set<std::pair<int, int>> seen;
  for (std::uint64_t message = 0; message < kCounterCycle; ++message) {
    const CountedPair pair = count_as_pair(message);
    EXPECT_TRUE(seen.emplace(pair.rate_bpm, pair.spo2_percent).second);
  }
  for (const std::uint64_t message : {0u, 1u, 299u, 300u, 14'699u}) {
    EXPECT_EQ(message_of(count_as_pair(message)), message);
  }
  EXPECT_EQ(message_of(count_as_pair(kCounterCycle)), 0u);
  EXPECT_EQ(message_of({29, 60}), kCounterCycle);
}

TEST(RecordingTest, SendsTheCaptureWholeOneMessageASecond) {
  const auto file = test::shared_file("data/serial/ivy450c_ansarb_part1.bin");
  if (!file) GTEST_SKIP() << "skipped: no shared data (VITALGATE_SHARED names the folder)";
  const auto player = replay({*file, ""}, Replay::once);
  Bytes all;
  int frames = 0;
  while (const auto frame = player->next()) {
    EXPECT_EQ(frame->due, std::chrono::seconds(frames));
    EXPECT_EQ(frame->bytes.size(), frames == 0 ? 252u : 562u);
    ++frames;
    all.insert(all.end(), frame->bytes.begin(), frame->bytes.end());
  }
  EXPECT_EQ(frames, 19);
  EXPECT_EQ(text_of(all), test::read_file(*file));
  EXPECT_EQ(driver_of({*file, ""}), kIvy);
}

TEST(RecordingTest, TakesTheDriverFromTheEndOfTheArgument) {
  EXPECT_EQ(recording_from("a/b.bin:nonin-df8").driver, "nonin-df8");
  EXPECT_EQ(recording_from("a/b.bin:nonin-df8").file, "a/b.bin");
  EXPECT_EQ(recording_from("a:b.bin").file, "a:b.bin");
  EXPECT_EQ(recording_from("a:b.bin").driver, "");
}

}  // namespace
}  // namespace vitalgate::clinic
