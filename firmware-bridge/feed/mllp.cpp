#include "firmware-bridge/feed/mllp.h"

#include <algorithm>
#include <utility>

#include "agent/core/limits.h"

namespace vitalgate::bridge {
namespace {

constexpr char kStart = 0x0B;
constexpr char kEnd = 0x1C;
constexpr char kAfterEnd = 0x0D;

}  // namespace

void MllpFramer::feed(std::span<const std::byte> bytes, std::vector<MllpMessage>& out) {
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == kStart) {
      begin();
    } else if (place_ == Place::outside) {
      ++counts_.skipped_bytes;
    } else if (place_ == Place::inside) {
      i += take_run(text.substr(i), out) - 1;
    } else {
      take_ending(c, out);
    }
  }
}

// Inside: everything up to the next byte that means something.
std::size_t MllpFramer::take_run(std::string_view text, std::vector<MllpMessage>& out) {
  if (text.front() == kEnd) {
    place_ = Place::end;
    return 1;
  }
  const auto* special =
      std::find_if(text.begin(), text.end(), [](char c) { return c == kStart || c == kEnd; });
  const auto run = text.substr(0, static_cast<std::size_t>(special - text.begin()));
  append(run, out);
  return run.size();
}

void MllpFramer::take_ending(char c, std::vector<MllpMessage>& out) {
  const bool at_end = place_ == Place::end || place_ == Place::too_long_end;
  if (place_ == Place::too_long || place_ == Place::too_long_end) {
    place_ = c == kEnd ? Place::too_long_end : Place::too_long;
    if (at_end && c == kAfterEnd) place_ = Place::outside;
    return;
  }
  if (c == kAfterEnd) {
    ++counts_.frames;
    out.push_back({std::exchange(text_, {}), false});
    place_ = Place::outside;
    return;
  }
  place_ = Place::inside;
  append(std::string_view(&kEnd, 1), out);
  if (place_ != Place::inside) return take_ending(c, out);
  if (c == kEnd)
    place_ = Place::end;
  else
    append(std::string_view(&c, 1), out);
}

void MllpFramer::begin() {
  if (is_inside()) ++counts_.bad_frames;
  text_.clear();
  place_ = Place::inside;
}

void MllpFramer::append(std::string_view run, std::vector<MllpMessage>& out) {
  const std::size_t room = limits::kMessageBytesMax - text_.size();
  text_.append(run.substr(0, room));
  if (run.size() <= room) return;
  ++counts_.bad_frames;
  out.push_back({std::exchange(text_, {}), true});
  place_ = Place::too_long;
}

std::string mllp_frame(std::string_view text) {
  std::string frame(1, kStart);
  return frame.append(text).append({kEnd, kAfterEnd});
}

}  // namespace vitalgate::bridge
