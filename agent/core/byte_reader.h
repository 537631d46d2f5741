// Bounds-checked reading of device bytes.
//
// Past the end every read gives zero and ok() stays false, so a decoder reads its whole layout
// straight down and checks once. Nothing is ever read that is not there.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace vitalgate {

class ByteReader {
 public:
  explicit ByteReader(std::span<const std::byte> bytes) : bytes_(bytes) {}

  [[nodiscard]] bool ok() const { return ok_; }
  [[nodiscard]] std::size_t remaining() const { return bytes_.size() - at_; }
  [[nodiscard]] std::size_t offset() const { return at_; }

  std::uint8_t u8() { return static_cast<std::uint8_t>(big(1)); }
  std::uint16_t u16_be() { return static_cast<std::uint16_t>(big(2)); }
  std::uint32_t u32_be() { return static_cast<std::uint32_t>(big(4)); }
  std::uint16_t u16_le() { return static_cast<std::uint16_t>(little(2)); }
  std::uint32_t u24_le() { return static_cast<std::uint32_t>(little(3)); }
  std::uint32_t u32_le() { return static_cast<std::uint32_t>(little(4)); }

  // The next `count` bytes; empty, and not ok(), when there are fewer.
  std::span<const std::byte> take(std::size_t count) {
    if (count > remaining()) {
      ok_ = false;
      at_ = bytes_.size();
      return {};
    }
    at_ += count;
    return bytes_.subspan(at_ - count, count);
  }

 private:
  std::uint64_t big(std::size_t count) {
    std::uint64_t value = 0;
    for (const std::byte b : take(count)) value = value << 8 | std::to_integer<std::uint64_t>(b);
    return value;
  }
  std::uint64_t little(std::size_t count) {
    std::uint64_t value = 0;
    unsigned shift = 0;
    for (const std::byte b : take(count)) {
      value |= std::to_integer<std::uint64_t>(b) << shift;
      shift += 8;
    }
    return value;
  }

  std::span<const std::byte> bytes_;
  std::size_t at_ = 0;
  bool ok_ = true;
};

}  // namespace vitalgate
