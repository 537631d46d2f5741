// Cyclic redundancy checks of device protocols: one function for every 16-bit kind.
//
// Parameters as in the CRC catalogue of reveng: polynomial, start value, reflection, final xor.
// constexpr, pure, any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace vitalgate {

struct Crc16 {
  std::uint16_t polynomial;  // in normal notation, most significant bit first
  std::uint16_t initial;
  bool reflected;
  std::uint16_t final_xor;

  [[nodiscard]] constexpr std::uint16_t operator()(std::span<const std::byte> bytes) const;
};

// Bluetooth E2E-CRC.
inline constexpr Crc16 kCrc16Mcrf4xx{0x1021, 0xFFFF, true, 0x0000};
inline constexpr Crc16 kCrc16Kermit{0x1021, 0x0000, true, 0x0000};
inline constexpr Crc16 kCrc16CcittFalse{0x1021, 0xFFFF, false, 0x0000};
inline constexpr Crc16 kCrc16Arc{0x8005, 0x0000, true, 0x0000};
inline constexpr Crc16 kCrc16Modbus{0x8005, 0xFFFF, true, 0x0000};
// Dexcom.
inline constexpr Crc16 kCrc16Xmodem{0x1021, 0x0000, false, 0x0000};
// HDLC's frame check sequence: IntelliVue.
inline constexpr Crc16 kCrc16X25{0x1021, 0xFFFF, true, 0xFFFF};

namespace crc_detail {

constexpr std::uint16_t mirror(std::uint16_t value, unsigned bits) {
  std::uint16_t out = 0;
  for (unsigned i = 0; i < bits; ++i)
    if ((value >> i & 1U) != 0) out = static_cast<std::uint16_t>(out | 1U << (bits - 1 - i));
  return out;
}

// One bit at a time; the messages are short and come at the pace of a serial line.
constexpr std::uint16_t shift(std::uint16_t state, std::uint16_t polynomial) {
  const bool top = (state & 0x8000U) != 0;
  const auto moved = static_cast<std::uint16_t>(state << 1U);
  return top ? static_cast<std::uint16_t>(moved ^ polynomial) : moved;
}

}  // namespace crc_detail

constexpr std::uint16_t Crc16::operator()(std::span<const std::byte> bytes) const {
  std::uint16_t state = initial;
  for (const std::byte byte : bytes) {
    auto in = std::to_integer<std::uint16_t>(byte);
    if (reflected) in = crc_detail::mirror(in, 8);
    state = static_cast<std::uint16_t>(state ^ in << 8U);
    for (int bit = 0; bit < 8; ++bit) state = crc_detail::shift(state, polynomial);
  }
  if (reflected) state = crc_detail::mirror(state, 16);
  return static_cast<std::uint16_t>(state ^ final_xor);
}

}  // namespace vitalgate
