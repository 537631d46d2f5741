// ASTM E1381 / LIS01-A2: the frames in which laboratory devices send text, and their finder.
//
//   ENQ 05                                   the device wants to send
//   STX 02, FN '0'..'7', text, ETX 03 or ETB 17, C1 C2, CR LF
//   EOT 04                                   the device has ended
//
// C1 C2: sum of the bytes from FN through ETX or ETB, modulo 256, as two hexadecimal digits. ETB:
// the text goes on in the next frame. FN counts 1..7, 0, 1.. Text is at most 240 characters by
// E1381 and far more by LIS01-A2; here a frame is at most limits::kFrameBytesMax bytes.
//
// Pure; any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "agent/core/result.h"
#include "firmware-bridge/source.h"

namespace vitalgate::bridge {

struct AstmFrame {
  std::uint8_t number = 0;  // 0..7
  bool last = false;        // ended by ETX
  std::string_view text;    // a part of the frame's bytes
};

// `frame` from STX to LF. The Error says "no STX", "no terminator", "frame number" or "checksum".
Result<AstmFrame> parse_astm_frame(std::span<const std::byte> frame);

// Bytes to events. A control character that has no place in a frame ends the one it came in: a
// device that was cut off begins anew.
class AstmFramer {
 public:
  enum class Event : std::uint8_t {
    nothing,
    enquiry,
    end,     // of the transmission
    frame,   // frame() is whole and right
    broken,  // a frame came to its end and is wrong
  };

  Event push(std::byte byte);

  // After Event::frame, until the next push().
  [[nodiscard]] std::span<const std::byte> frame() const { return frame_; }

  // frames: right ones; bad_frames: broken or cut off.
  [[nodiscard]] const SourceCounts& counts() const { return counts_; }

  void reset();

 private:
  Event finish();
  void drop();

  std::vector<std::byte> frame_;  // from its STX; empty outside of frames
  bool complete_ = false;         // frame_ was handed out
  bool too_long_ = false;         // its bytes are no longer kept
  std::size_t tail_ = 0;          // bytes since ETX or ETB, that included
  SourceCounts counts_;
};

}  // namespace vitalgate::bridge
