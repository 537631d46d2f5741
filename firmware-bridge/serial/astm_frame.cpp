#include "firmware-bridge/serial/astm_frame.h"

#include <charconv>
#include <numeric>
#include <string>

#include "agent/core/limits.h"
#include "firmware-bridge/serial/line_driver.h"

namespace vitalgate::bridge {
namespace {

constexpr char kStx = 0x02, kEtx = 0x03, kEot = 0x04, kEnq = 0x05, kEtb = 0x17;
constexpr std::size_t kTailBytes = 5;  // ETX C1 C2 CR LF
constexpr std::size_t kFrameBytesMin = 2 + kTailBytes;

Error wrong(std::string what) { return {Errc::malformed, std::move(what), {}}; }

bool is_checksum(std::string_view digits, unsigned sum) {
  unsigned told = 0;
  const char* const end = digits.data() + digits.size();
  const auto [stop, error] = std::from_chars(digits.data(), end, told, 16);
  return error == std::errc{} && stop == end && told == (sum & 0xFF);
}

}  // namespace

Result<AstmFrame> parse_astm_frame(std::span<const std::byte> frame) {
  const std::string_view bytes = text_of(frame);
  if (!bytes.starts_with(kStx)) return wrong("no STX");
  if (bytes.size() < kFrameBytesMin || !bytes.ends_with("\r\n")) return wrong("no terminator");
  const char end = bytes[bytes.size() - kTailBytes];
  if (end != kEtx && end != kEtb) return wrong("no terminator");
  const char number = bytes[1];
  if (number < '0' || number > '7') return wrong("frame number");
  const std::string_view summed = bytes.substr(1, bytes.size() - kTailBytes);
  const unsigned sum =
      std::accumulate(summed.begin(), summed.end(), 0U,
                      [](unsigned total, char c) { return total + static_cast<unsigned char>(c); });
  if (!is_checksum(bytes.substr(bytes.size() - 4, 2), sum)) return wrong("checksum");
  return AstmFrame{static_cast<std::uint8_t>(number - '0'), end == kEtx,
                   summed.substr(1, summed.size() - 2)};
}

AstmFramer::Event AstmFramer::push(std::byte byte) {
  if (complete_) frame_.clear();
  complete_ = false;
  const char c = static_cast<char>(byte);
  if (c == kEnq || c == kEot || c == kStx) {
    drop();
    if (c == kStx) frame_.push_back(byte);
    if (c != kStx) ++counts_.skipped_bytes;
    return c == kEnq ? Event::enquiry : c == kEot ? Event::end : Event::nothing;
  }
  if (frame_.empty()) {
    ++counts_.skipped_bytes;
    return Event::nothing;
  }
  if (frame_.size() < limits::kFrameBytesMax) {
    frame_.push_back(byte);
  } else {
    too_long_ = true;
    ++counts_.skipped_bytes;
  }
  if (tail_ != 0 || c == kEtx || c == kEtb) ++tail_;
  return tail_ == kTailBytes ? finish() : Event::nothing;
}

AstmFramer::Event AstmFramer::finish() {
  if (too_long_ || !parse_astm_frame(frame_)) {
    drop();
    return Event::broken;
  }
  tail_ = 0;
  ++counts_.frames;
  complete_ = true;
  return Event::frame;
}

void AstmFramer::drop() {
  if (!frame_.empty()) ++counts_.bad_frames;
  counts_.skipped_bytes += frame_.size();
  frame_.clear();
  too_long_ = false;
  tail_ = 0;
}

void AstmFramer::reset() {
  if (complete_) frame_.clear();
  complete_ = false;
  drop();
}

}  // namespace vitalgate::bridge
