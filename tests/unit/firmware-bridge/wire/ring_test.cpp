// The bridge's memory: what a reset at any moment, or a fault of the memory, makes of it.
#include "firmware-bridge/firmware/ring.h"

#include <gtest/gtest.h>

#include <cstring>
#include <vector>

namespace vitalgate::bridge::wire {
namespace {

constexpr std::uint32_t kBytes = 1024;
using Memory = RingMemory<kBytes>;

class RingTest : public testing::Test {
 protected:
  RingTest() {
    std::memset(&memory_, 0x5A, sizeof memory_);
    EXPECT_FALSE(ring().restore());
    ring().name_stream(77);
  }

  Ring& ring() { return ring_; }

  // A start of the bridge.
  bool reset() {
    ring_ = Ring(memory_);
    return ring_.restore();
  }

  void push(std::uint8_t content, std::size_t size = 40) {
    const std::vector<std::uint8_t> bytes(size, content);
    ASSERT_TRUE(ring_.push(content, Kind::gatt_value, {bytes.data(), bytes.size()}));
  }

  // The contents, oldest first.
  std::vector<unsigned> contents() {
    std::vector<unsigned> found;
    std::uint32_t place = ring_.first_place();
    for (std::uint64_t n = ring_.oldest(); n <= ring_.newest(); ++n) {
      Ring::Entry entry{};
      std::uint8_t payload[kPayloadMax];
      ring_.read(place, entry, payload);
      for (std::size_t i = 0; i < entry.payload.size; ++i)
        EXPECT_EQ(entry.payload.data[i], entry.tick);
      found.push_back(static_cast<unsigned>(entry.tick));
      place = ring_.place_after(place);
    }
    return found;
  }

  Memory memory_;
  Ring ring_{memory_};
};

TEST_F(RingTest, RecordsAndNumbersOutliveAReset) {
  for (std::uint8_t i = 1; i <= 5; ++i) push(i);
  ring().release(2);
  ASSERT_TRUE(reset());
  EXPECT_EQ(contents(), (std::vector<unsigned>{3, 4, 5}));
  EXPECT_EQ(ring().stream(), 77u);
  EXPECT_EQ(ring().boot(), 2u);
  EXPECT_EQ(ring().stored(), 2u);
  push(6);
  EXPECT_EQ(ring().newest(), 6u);
}

TEST_F(RingTest, TheOldestGiveWayAndAreExactlyWhatIsMissing) {
  for (std::uint8_t i = 1; i <= 100; ++i) push(i, 10 + i % 60);
  EXPECT_EQ(ring().newest(), 100u);
  EXPECT_EQ(ring().stored(), 0u);
  EXPECT_EQ(ring().dropped(), ring().oldest() - 1);
  const auto held = contents();
  for (std::size_t i = 0; i < held.size(); ++i) EXPECT_EQ(held[i], ring().oldest() + i);
  ASSERT_TRUE(reset());
  EXPECT_EQ(contents(), held);
}

TEST_F(RingTest, NothingIsReleasedThatWasNeverMeasured) {
  push(1);
  EXPECT_FALSE(ring().release(2));
  EXPECT_TRUE(ring().release(1));
  EXPECT_FALSE(ring().release(1));
  EXPECT_EQ(ring().oldest(), 2u);
}

TEST_F(RingTest, AResetWhileTheStateIsWrittenFallsBackToTheOneBefore) {
  push(1);
  push(2);
  // As if the power of the write had ended in the middle of the newer state.
  const int newer = memory_.states[0].generation > memory_.states[1].generation ? 0 : 1;
  memory_.states[newer].newest ^= 1;
  memory_.writing = 1;
  ASSERT_TRUE(reset());
  EXPECT_EQ(contents(), std::vector<unsigned>{1});
}

TEST_F(RingTest, AStateThatFadedIsNotReplacedByAnOlderOne) {
  push(1);
  push(2);
  const int newer = memory_.states[0].generation > memory_.states[1].generation ? 0 : 1;
  memory_.states[newer].newest ^= 1;
  EXPECT_FALSE(reset());
  EXPECT_EQ(ring().stream(), 0u);
  EXPECT_EQ(ring().newest(), 0u);
}

TEST_F(RingTest, EveryFlippedBitOfItsRecordsIsFound) {
  for (std::uint8_t i = 1; i <= 4; ++i) push(i);
  for (std::size_t at = 0; at < 4 * (40 + Ring::kOverheadBytes); ++at) {
    const Memory before = memory_;
    memory_.bytes[at] = static_cast<std::uint8_t>(memory_.bytes[at] ^ 1U << at % 8);
    EXPECT_FALSE(reset()) << at;
    memory_ = before;
  }
  EXPECT_TRUE(reset());
}

TEST_F(RingTest, ARingOfAnotherSizeIsNotOurs) {
  push(1);
  RingMemory<kBytes + 4> other;
  std::memset(&other, 0, sizeof other);
  std::memcpy(other.states, memory_.states, sizeof other.states);
  EXPECT_FALSE(Ring(other).restore());
}

}  // namespace
}  // namespace vitalgate::bridge::wire
