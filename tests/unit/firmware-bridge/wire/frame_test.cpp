// Frames: what the specification says, byte by byte, and what a broken line makes of it.
#include "firmware-bridge/wire/frame.h"

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

namespace vitalgate::bridge::wire {
namespace {

using Octets = std::vector<std::uint8_t>;

Octets encoded(const Octets& body) {
  Octets out(kFrameMax);
  out.resize(encode_frame({body.data(), body.size()}, out.data()));
  return out;
}

Octets decoded(const Octets& frame) {
  Octets out(kEncodedMax);
  out.resize(decode_frame({frame.data(), frame.size() - 1}, out.data()));
  return out;
}

TEST(FrameTest, TheCrcIsCastagnolis) {
  const std::string text = "123456789";
  EXPECT_EQ(crc32c({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()}), 0xE3069283u);
  const Octets zeros(32, 0);
  EXPECT_EQ(crc32c({zeros.data(), zeros.size()}), 0x8A9136AAu);
}

TEST(FrameTest, EveryBodyComesBackAsItWas) {
  std::mt19937 random(1);
  for (std::size_t size = 1; size <= kBodyMax; ++size) {
    for (const unsigned zeros : {0u, 2u, 100u}) {
      Octets body(size);
      for (auto& each : body)
        each = random() % 100 < zeros ? std::uint8_t{0} : static_cast<std::uint8_t>(random() | 1);
      const Octets frame = encoded(body);
      ASSERT_EQ(frame.size(), size + 6);
      ASSERT_EQ(std::count(frame.begin(), frame.end(), 0), 1);
      ASSERT_EQ(decoded(frame), body);
    }
  }
}

TEST(FrameTest, BodiesThatAreEmptyOrTooLongHaveNoFrame) {
  EXPECT_TRUE(encoded({}).empty());
  EXPECT_TRUE(encoded(Octets(kBodyMax + 1, 1)).empty());
}

TEST(FrameTest, NoSingleDamagePassesForAFrame) {
  const Octets frame = encoded({1, 2, 0, 3, 0, 0, 4, 5, 6, 7});
  for (std::size_t at = 0; at + 1 < frame.size(); ++at) {
    for (unsigned change = 1; change < 256; ++change) {
      Octets bad = frame;
      bad[at] = static_cast<std::uint8_t>(bad[at] ^ change);
      EXPECT_TRUE(decoded(bad).empty());
    }
    Octets shorter = frame;
    shorter.erase(shorter.begin() + static_cast<std::ptrdiff_t>(at));
    EXPECT_TRUE(decoded(shorter).empty());
  }
}

TEST(DeframerTest, TheCutOfTheReadsMakesNoDifference) {
  Octets line{9, 9, 0, 0};
  for (std::uint8_t i = 1; i < 60; ++i) {
    Octets body(1 + std::size_t{i} * 4, i);
    const Octets frame = encoded(body);
    line.insert(line.end(), frame.begin(), frame.end());
    if (i % 7 == 0) line.insert(line.end(), 300, 5);
    if (i % 7 == 0) line.push_back(0);
  }
  const auto read = [&](std::size_t step) {
    Deframer deframer;
    std::vector<Octets> bodies;
    for (std::size_t at = 0; at < line.size(); at += step)
      deframer.feed({line.data() + at, std::min(step, line.size() - at)},
                    [&](Bytes body) { bodies.emplace_back(body.data, body.data + body.size); });
    EXPECT_EQ(deframer.good(), 59u);
    EXPECT_EQ(deframer.bad(), 9u);
    EXPECT_EQ(deframer.skipped_bytes(), 3u + 8 * 301);
    return bodies;
  };
  const auto whole = read(line.size());
  EXPECT_EQ(whole.size(), 59u);
  for (const std::size_t step : {1u, 2u, 3u, 7u, 64u, 255u, 256u, 257u})
    EXPECT_EQ(read(step), whole);
}

}  // namespace
}  // namespace vitalgate::bridge::wire
