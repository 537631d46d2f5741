#include "firmware-bridge/serial/intellivue_frame.h"

#include "agent/core/crc.h"
#include "agent/core/limits.h"

namespace vitalgate::bridge {
namespace {

constexpr std::byte kBegin{0xC0}, kEnd{0xC1}, kEscape{0x7D}, kFlip{0x20};

Error malformed(std::string what) { return {Errc::malformed, std::move(what), {}}; }

}  // namespace

Result<IntellivueFrame> parse_intellivue_frame(std::span<const std::byte> frame) {
  if (frame.size() < 4 || frame.size() > limits::kFrameBytesMax || frame.front() != kBegin ||
      frame.back() != kEnd)
    return malformed("not from C0 to C1");
  std::vector<std::byte> plain;
  bool escaped = false;
  for (const std::byte byte : frame.subspan(1, frame.size() - 2)) {
    if (byte == kBegin || byte == kEnd) return malformed("a frame mark inside the frame");
    if (byte == kEscape) {
      if (escaped) return malformed("an escape of an escape");
      escaped = true;
      continue;
    }
    plain.push_back(escaped ? byte ^ kFlip : byte);
    escaped = false;
  }
  if (escaped || plain.size() < 2) return malformed("shorter than its check sequence");

  const auto told = static_cast<std::uint16_t>(std::to_integer<unsigned>(plain.back()) << 8 |
                                               std::to_integer<unsigned>(plain[plain.size() - 2]));
  plain.resize(plain.size() - 2);
  const bool right = kCrc16X25(plain) == told;
  return IntellivueFrame{std::move(plain), right};
}

}  // namespace vitalgate::bridge
