// The ANSAR-B driver on a line: cuts, noise and lost bytes.
#include <gtest/gtest.h>

#include "agent/core/limits.h"
#include "config/catalogue.h"
#include "firmware-bridge/serial/ansar_b.h"
#include "tests/unit/firmware-bridge/shared_data.h"

namespace vitalgate::bridge {
namespace {

using test::operator+;
using test::Bytes;
using test::bytes_of;

constexpr const char* kCapture = "data/serial/ivy450c_ansarb_part1.bin";

Bytes message(std::string_view text) {
  return bytes_of(
             "\xFF"
             "ANSAR-B ") +
         Bytes(400, std::byte{0x10}) + bytes_of(text) + bytes_of("\xFE");
}

TEST(AnsarBStreamTest, ARecordingGivesTheSameReadingsHoweverItIsCut) {
  VG_NEEDS_SHARED(kCapture);
  const Bytes capture = test::read_shared(kCapture);
  const auto whole = test::feed(*make_ansar_b(), capture, capture.size());
  ASSERT_EQ(whole.size(), 18u);  // the first message of the recording is cut off
  for (std::size_t chunk = 1; chunk <= 600; ++chunk)
    ASSERT_TRUE(test::same(test::feed(*make_ansar_b(), capture, chunk), whole)) << chunk;
}

TEST(AnsarBStreamTest, ARecordingIsCountedToTheLastByte) {
  VG_NEEDS_SHARED(kCapture);
  auto driver = make_ansar_b();
  const auto arrivals = test::feed(*driver, test::read_shared(kCapture));
  EXPECT_EQ(driver->counts().frames, 18u);
  EXPECT_EQ(driver->counts().bad_frames, 0u);
  EXPECT_EQ(driver->counts().skipped_bytes, 252u);
  ASSERT_EQ(arrivals.size(), 18u);
  EXPECT_EQ(arrivals[0].readings.size(), 17u);
  EXPECT_EQ(test::value_of(arrivals[17], config::metric::kCuffSystolic), "121");
}

TEST(AnsarBStreamTest, AMessageWithoutItsEndCostsOnlyItself) {
  auto driver = make_ansar_b();
  Bytes cut = message("HR=1;61;;\r");
  cut.resize(200);
  const auto arrivals = test::feed(*driver, cut + message("HR=1;62;;\r"));
  ASSERT_EQ(arrivals.size(), 1u);
  EXPECT_EQ(test::value_of(arrivals[0], config::metric::kHeartRateEcg), "62");
  EXPECT_EQ(driver->counts().bad_frames, 1u);
  EXPECT_EQ(driver->counts().skipped_bytes, 200u);
}

TEST(AnsarBStreamTest, NoiseBetweenMessagesIsSkippedAndCounted) {
  auto driver = make_ansar_b();
  const auto arrivals = test::feed(*driver, bytes_of("noise\xFE") + message("HR=1;61;;\r") +
                                                bytes_of("??") + message("HR=1;62;;\r"));
  EXPECT_EQ(arrivals.size(), 2u);
  EXPECT_EQ(driver->counts().skipped_bytes, 8u);
}

TEST(AnsarBStreamTest, AMessageWithoutEndIsGivenUpAtTheLimit) {
  auto driver = make_ansar_b();
  const Bytes endless = bytes_of("\xFF") + Bytes(3 * limits::kFrameBytesMax, std::byte{'A'});
  const auto arrivals = test::feed(*driver, endless + message("HR=1;62;;\r"));
  ASSERT_EQ(arrivals.size(), 1u);
  EXPECT_EQ(driver->counts().bad_frames, 1u);
  EXPECT_EQ(driver->counts().skipped_bytes, endless.size());
}

TEST(AnsarBStreamTest, HalfAMessageIsForgottenWhenTheLineIsOpenedAnew) {
  auto driver = make_ansar_b();
  const Bytes whole = message("HR=1;62;;\r");
  test::feed(*driver, std::span(whole).first(300));
  driver->reset();
  EXPECT_TRUE(test::feed(*driver, std::span(whole).subspan(300)).empty());
  EXPECT_EQ(test::feed(*driver, whole).size(), 1u);
  EXPECT_EQ(driver->counts().frames, 1u);
  EXPECT_EQ(driver->counts().skipped_bytes, whole.size());
}

TEST(AnsarBStreamTest, ALostByteInTheTextNeverBreaksTheNextMessage) {
  const Bytes first = message("HR=1;61;ECG;\rSPO2=1;97;PR=60 ;\r");
  const Bytes second = message("HR=1;62;;\r");
  for (std::size_t lost = 0; lost < first.size(); ++lost) {
    Bytes damaged = first;
    damaged.erase(damaged.begin() + static_cast<std::ptrdiff_t>(lost));
    const auto arrivals = test::feed(*make_ansar_b(), damaged + second);
    ASSERT_FALSE(arrivals.empty()) << lost;
    EXPECT_EQ(test::value_of(arrivals.back(), config::metric::kHeartRateEcg), "62") << lost;
  }
}

}  // namespace
}  // namespace vitalgate::bridge
