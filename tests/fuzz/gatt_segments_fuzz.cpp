// Segments: any parts in any order give only wholes that were sent, and bounded ones; what is
// joined is decoded as an observation and as activities.
//
// Input: segments, each with its length in one byte before it.
#include <algorithm>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "agent/core/check.h"
#include "agent/core/limits.h"
#include "firmware-bridge/gatt/activity.h"
#include "firmware-bridge/gatt/health_sensor.h"
#include "firmware-bridge/gatt/segments.h"

namespace vitalgate::bridge::gatt {
namespace {

template <class Decoded>
void check_readings(const Decoded& add) {
  std::vector<Reading> readings;
  add(readings);
  VG_CHECK(readings.size() <= limits::kReadingsPerArrivalMax);
}

void decode(std::span<const std::byte> whole) {
  const std::unique_ptr<std::byte[]> exact(new std::byte[whole.size()]);
  std::copy(whole.begin(), whole.end(), exact.get());
  const std::span<const std::byte> bytes(exact.get(), whole.size());
  if (const auto observation = parse_observation(bytes)) {
    check_readings([&](auto& out) { add_readings(*observation, 0, out); });
    (void)to_fields(*observation);
  }
  for (std::uint16_t uuid = 0x2B3C; uuid <= 0x2B42; ++uuid)
    if (const auto activity = parse_activity_body(activity_layout(uuid), bytes)) {
      check_readings([&](auto& out) { add_readings(*activity, out); });
      (void)to_fields(*activity);
    }
}

void run(std::span<const std::byte> input) {
  SegmentJoiner joiner;
  std::vector<std::byte> sent;  // since the last first segment
  while (!input.empty()) {
    const auto length =
        std::min(std::to_integer<std::size_t>(input[0]), input.size() - std::size_t{1});
    const auto segment = input.subspan(1, length);
    input = input.subspan(1 + length);
    if (!segment.empty() && (segment[0] & std::byte{1}) != std::byte{0}) sent.clear();
    if (!segment.empty()) sent.insert(sent.end(), segment.begin() + 1, segment.end());
    const auto joined = joiner.push(segment);
    if (!joined || !*joined) continue;
    VG_CHECK((*joined)->size() <= SegmentJoiner::kWholeBytesMax);
    VG_CHECK(std::ranges::equal(**joined, sent));
    decode(**joined);
  }
}

}  // namespace
}  // namespace vitalgate::bridge::gatt

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  vitalgate::bridge::gatt::run(std::as_bytes(std::span(data, size)));
  return 0;
}
