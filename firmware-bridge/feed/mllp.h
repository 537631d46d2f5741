// MLLP: messages on a byte stream, each as 0B message 1C 0D (HL7 transport specification, release
// 1, Appendix C of v2.3.1's implementation guide).
//
// The outcome does not depend on how the stream was cut into reads. A new 0B before the end means
// that the message before it was broken off: it is dropped and counted, as are bytes between
// messages (counts().skipped_bytes). A 1C that no 0D follows belongs to the message. Memory is
// bounded by limits::kMessageBytesMax. One thread at a time.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "firmware-bridge/source.h"

namespace vitalgate::bridge {

struct MllpMessage {
  std::string text;       // without the frame's bytes
  bool too_long = false;  // `text` is only its beginning; the rest is passed over
};

class MllpFramer {
 public:
  void feed(std::span<const std::byte> bytes, std::vector<MllpMessage>& out);

  [[nodiscard]] const SourceCounts& counts() const { return counts_; }
  // Inside a message that has not ended.
  [[nodiscard]] bool is_inside() const { return place_ == Place::inside || place_ == Place::end; }

 private:
  enum class Place {
    outside,
    inside,
    end,           // inside, the last byte was 1C
    too_long,      // passing over the rest of it
    too_long_end,  // the same, and the last byte was 1C
  };

  std::size_t take_run(std::string_view text, std::vector<MllpMessage>& out);
  void take_ending(char c, std::vector<MllpMessage>& out);
  void append(std::string_view run, std::vector<MllpMessage>& out);
  void begin();

  Place place_ = Place::outside;
  std::string text_;
  SourceCounts counts_;
};

// 0B text 1C 0D
std::string mllp_frame(std::string_view text);

}  // namespace vitalgate::bridge
