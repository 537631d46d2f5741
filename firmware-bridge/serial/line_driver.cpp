#include "firmware-bridge/serial/line_driver.h"

#include <algorithm>

#include "agent/core/limits.h"
#include "agent/core/text.h"

namespace vitalgate::bridge {

void LineDriver::feed(std::span<const std::byte> bytes, Stamp received, std::vector<Arrival>& out) {
  for (const std::byte byte : bytes) {
    const char c = static_cast<char>(byte);
    if (c == '\r' || c == '\n') {
      finish(received, out);
    } else if (too_long_) {
      ++counts_.skipped_bytes;
    } else if (line_.push_back(c); line_.size() > bytes_max_) {
      too_long_ = true;
      drop_line();
    }
  }
}

void LineDriver::reset() {
  counts_.skipped_bytes += line_.size();
  line_.clear();
  too_long_ = false;
}

void LineDriver::drop_line() {
  ++counts_.bad_frames;
  counts_.skipped_bytes += line_.size();
  line_.clear();
}

void LineDriver::finish(Stamp received, std::vector<Arrival>& out) {
  too_long_ = false;
  if (trim(line_).empty()) return line_.clear();
  Arrival arrival;
  switch (take(line_, arrival.readings)) {
    case Line::bad:
      return drop_line();
    case Line::skipped:
      counts_.skipped_bytes += line_.size();
      return line_.clear();
    case Line::frame:
      break;
  }
  ++counts_.frames;
  if (!arrival.readings.empty()) {
    arrival.received = received;
    const auto text = std::as_bytes(std::span(line_));
    arrival.bytes.assign(text.begin(), text.end());
    out.push_back(std::move(arrival));
  }
  line_.clear();
}

bool is_printable(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return (c >= ' ' && c <= '~') || c == '\t'; });
}

std::string_view without_line_end(std::string_view text) {
  while (!text.empty() && (text.back() == '\r' || text.back() == '\n')) text.remove_suffix(1);
  return text;
}

RawSpan span_in(std::string_view whole, std::string_view part) {
  if (part.empty() || part.size() > limits::kRawBytesMax) return {};
  return {static_cast<std::uint16_t>(part.data() - whole.data()),
          static_cast<std::uint16_t>(part.size())};
}

std::string_view text_of(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

}  // namespace vitalgate::bridge
