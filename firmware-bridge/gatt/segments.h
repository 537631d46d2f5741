// Values that are sent in segments: Generic Health Sensor, Physical Activity Monitor, Blood
// Pressure Record.
//
//   header u8: bit 0 first segment, 1 last segment, 2-7 counter | a part of the whole
//
// The counter goes up by one with each segment, modulo 64. A whole is never made of parts that
// do not follow each other: a gap throws away what was collected and says so. At most
// kWholeBytesMax bytes are kept. Source: GATT Specification Supplement, Segmentation Header.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "agent/core/result.h"

namespace vitalgate::bridge::gatt {

struct SegmentHeader {
  bool first = false;
  bool last = false;
  std::uint8_t counter = 0;

  static SegmentHeader of(std::uint8_t byte) {
    return {(byte & 1U) != 0, (byte & 2U) != 0, static_cast<std::uint8_t>(byte >> 2U)};
  }
  [[nodiscard]] bool is_whole() const { return first && last; }
};

// One for each characteristic of each device. Not thread-safe.
class SegmentJoiner {
 public:
  static constexpr std::size_t kWholeBytesMax = 16'384;

  // The whole, without headers, once its last segment came: until the next push(). Nothing while
  // it is not complete. Malformed for a segment without a header, one that does not follow the
  // one before, or too much; then the joiner waits for a first segment. A first segment that
  // comes before the last one of another always begins anew; the whole that was given up is
  // counted by lost().
  Result<std::optional<std::span<const std::byte>>> push(std::span<const std::byte> segment);

  // Forgets a half-made whole: at a disconnection.
  void reset();

  // Wholes that were begun and never completed.
  [[nodiscard]] std::uint64_t lost() const { return lost_; }

 private:
  std::vector<std::byte> whole_;
  std::uint8_t next_counter_ = 0;
  bool collecting_ = false;
  std::uint64_t lost_ = 0;
};

}  // namespace vitalgate::bridge::gatt
