// Frames on the line: COBS(body + CRC-32C of the body, low byte first) and a 00.
//
// A body has 1 to kBodyMax bytes, so that a frame is one COBS block: 1 byte of overhead, and a
// zero-free frame is decoded by one copy. docs/wire.md, "Frames". Pure; any thread.
#pragma once

#include "firmware-bridge/wire/bytes.h"

namespace vitalgate::bridge::wire {

constexpr size_t kCrcBytes = 4;
constexpr size_t kBodyMax = 250;
constexpr size_t kEncodedMax = kBodyMax + kCrcBytes + 1;  // without the 00
constexpr size_t kFrameMax = kEncodedMax + 1;

// CRC-32C (Castagnoli): polynomial 1EDC6F41, reflected, start and final xor FFFFFFFF.
// "123456789" gives E3069283. Eight bytes at a time; with VITALGATE_WIRE_SMALL a table of 64 bytes.
uint32_t crc32c(Bytes bytes);

// The frame with its 00 into `out`, which has room for kFrameMax. 0, and nothing is written, for
// a body that is empty or too long.
size_t encode_frame(Bytes body, uint8_t* out);

// `encoded` is what stood between two 00. The size of the body, which is put into `body` (room
// for kEncodedMax; what follows the body there is undefined); 0 when anything is wrong.
size_t decode_frame(Bytes encoded, uint8_t* body);

// How many bytes stand before the first 00; all when there is none.
size_t find_delimiter(Bytes bytes);

// Cuts a stream into frames. The outcome does not depend on how the line cut it into reads.
class Deframer {
 public:
  // Calls sink(Bytes body) for every good frame; the body lives until sink returns.
  template <class Sink>
  void feed(Bytes bytes, Sink&& sink) {
    while (bytes.size > 0) {
      const size_t length = find_delimiter(bytes);
      const bool ends = length < bytes.size;
      const Bytes whole = join({bytes.data, length}, ends);
      bytes = {bytes.data + length + ends, bytes.size - length - ends};
      if (!ends || whole.size == 0) continue;
      const size_t size = decode_frame(whole, body_);
      if (size == 0) {
        ++bad_;
        skipped_ += whole.size + 1;
        continue;
      }
      ++good_;
      sink(Bytes{body_, size});
    }
  }

  // The line was opened anew: what was half received will not be completed.
  void reset();

  [[nodiscard]] uint64_t good() const { return good_; }
  [[nodiscard]] uint64_t bad() const { return bad_; }
  [[nodiscard]] uint64_t skipped_bytes() const { return skipped_; }

 private:
  // The frame that `part` ends, or nothing: it goes on, was empty, or was too long.
  Bytes join(Bytes part, bool ends);

  uint8_t body_[kEncodedMax];
  uint8_t part_[kEncodedMax];
  size_t size_ = 0;  // of the frame so far; beyond kEncodedMax only counted
  uint64_t good_ = 0;
  uint64_t bad_ = 0;
  uint64_t skipped_ = 0;
};

}  // namespace vitalgate::bridge::wire
