#include "firmware-bridge/wire/frame.h"

namespace vitalgate::bridge::wire {
namespace {

static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "words are read low byte first");

constexpr uint32_t kPolynomial = 0x82F63B78;  // 1EDC6F41 mirrored

constexpr uint32_t shift(uint32_t value, int bits) {
  for (int i = 0; i < bits; ++i) value = value >> 1 ^ ((value & 1) != 0 ? kPolynomial : 0);
  return value;
}

#ifdef VITALGATE_WIRE_SMALL

struct Nibbles {
  uint32_t of[16] = {};
  constexpr Nibbles() {
    for (uint32_t i = 0; i < 16; ++i) of[i] = shift(i, 4);
  }
};
constexpr Nibbles kNibbles;

uint32_t update(uint32_t state, Bytes bytes) {
  for (size_t i = 0; i < bytes.size; ++i) {
    state ^= bytes.data[i];
    state = state >> 4 ^ kNibbles.of[state & 15];
    state = state >> 4 ^ kNibbles.of[state & 15];
  }
  return state;
}

#else

struct Slices {
  uint32_t of[8][256] = {};
  constexpr Slices() {
    for (uint32_t i = 0; i < 256; ++i) of[0][i] = shift(i, 8);
    for (uint32_t k = 1; k < 8; ++k)
      for (uint32_t i = 0; i < 256; ++i) of[k][i] = of[k - 1][i] >> 8 ^ of[0][of[k - 1][i] & 255];
  }
};
constexpr Slices kSlices;

uint32_t update(uint32_t state, Bytes bytes) {
  const auto& of = kSlices.of;
  const uint8_t* at = bytes.data;
  size_t left = bytes.size;
  for (; left >= 8; at += 8, left -= 8) {
    uint64_t word = 0;
    __builtin_memcpy(&word, at, 8);
    word ^= state;
    state = of[7][word & 255] ^ of[6][word >> 8 & 255] ^ of[5][word >> 16 & 255] ^
            of[4][word >> 24 & 255] ^ of[3][word >> 32 & 255] ^ of[2][word >> 40 & 255] ^
            of[1][word >> 48 & 255] ^ of[0][word >> 56];
  }
  if (left >= 4) {
    uint32_t word = 0;
    __builtin_memcpy(&word, at, 4);
    word ^= state;
    state =
        of[3][word & 255] ^ of[2][word >> 8 & 255] ^ of[1][word >> 16 & 255] ^ of[0][word >> 24];
    at += 4;
    left -= 4;
  }
  for (; left > 0; ++at, --left) state = state >> 8 ^ of[0][(state ^ *at) & 255];
  return state;
}
#endif

}  // namespace

uint32_t crc32c(Bytes bytes) { return ~update(0xFFFFFFFF, bytes); }

size_t encode_frame(Bytes body, uint8_t* out) {
  if (body.size == 0 || body.size > kBodyMax) return 0;
  __builtin_memcpy(out + 1, body.data, body.size);
  Writer(out + 1 + body.size, kCrcBytes).number(crc32c(body), kCrcBytes);
  const size_t size = body.size + kCrcBytes + 1;
  // From the end: each zero becomes the distance to the one behind it.
  size_t next = size;
  for (size_t at = size; at-- > 1;) {
    if (out[at] != 0) continue;
    out[at] = static_cast<uint8_t>(next - at);
    next = at;
  }
  out[0] = static_cast<uint8_t>(next);
  out[size] = 0;
  return size + 1;
}

size_t decode_frame(Bytes encoded, uint8_t* body) {
  const size_t size = encoded.size;
  if (size < 1 + 1 + kCrcBytes || size > kEncodedMax) return 0;
  __builtin_memcpy(body, encoded.data + 1, size - 1);
  size_t at = encoded.data[0];
  while (at < size) {
    const size_t distance = encoded.data[at];
    if (distance == 0) return 0;  // a 00 inside: not what stood between two of them
    body[at - 1] = 0;
    at += distance;
  }
  if (at != size) return 0;
  const size_t length = size - 1 - kCrcBytes;
  uint32_t crc = 0;
  Reader({body + length, kCrcBytes}).number(crc, kCrcBytes);
  return crc == crc32c({body, length}) ? length : 0;
}

size_t find_delimiter(Bytes bytes) {
  constexpr uint64_t kOnes = 0x0101010101010101;
  size_t at = 0;
  for (; bytes.size - at >= 8; at += 8) {
    uint64_t word = 0;
    __builtin_memcpy(&word, bytes.data + at, 8);
    // The lowest 80 that this leaves is the first 00.
    const uint64_t zeros = (word - kOnes) & ~word & kOnes << 7;
    if (zeros != 0) return at + static_cast<size_t>(__builtin_ctzll(zeros)) / 8;
  }
  while (at < bytes.size && bytes.data[at] != 0) ++at;
  return at;
}

Bytes Deframer::join(Bytes part, bool ends) {
  if (size_ == 0 && ends && part.size <= kEncodedMax) return part;
  const size_t kept = size_;
  size_ += part.size;
  if (size_ <= kEncodedMax && part.size > 0) __builtin_memcpy(part_ + kept, part.data, part.size);
  if (!ends) return {};
  const size_t size = size_;
  size_ = 0;
  if (size <= kEncodedMax) return {part_, size};
  ++bad_;
  skipped_ += size + 1;
  return {};
}

void Deframer::reset() {
  skipped_ += size_;
  size_ = 0;
}

}  // namespace vitalgate::bridge::wire
