// ANSAR-B: any bytes, in one read or split anywhere, give the same readings, spans that lie
// inside their bytes, and counts that add up.
//
// Input: two bytes (big-endian) say where to split the rest.
#include "firmware-bridge/serial/ansar_b.h"

#include "agent/core/check.h"
#include "agent/core/limits.h"
#include "tests/unit/firmware-bridge/bytes.h"

namespace vitalgate::bridge {
namespace {

// FF, header, waves and FE around the text.
constexpr std::uint64_t kAroundText = 1 + 8 + 400 + 1;

void check(const std::vector<Arrival>& arrivals, const SourceCounts& counts, std::size_t fed) {
  std::uint64_t used = 0;
  for (const Arrival& arrival : arrivals) {
    used += kAroundText + arrival.bytes.size();
    VG_CHECK(!arrival.readings.empty());
    for (const Reading& reading : arrival.readings)
      VG_CHECK(reading.raw.offset + std::size_t{reading.raw.length} <= arrival.bytes.size());
  }
  // A frame whose keys are all unknown is counted and gives no arrival.
  VG_CHECK(arrivals.size() <= counts.frames);
  VG_CHECK(used + counts.skipped_bytes <= fed);
  if (arrivals.size() == counts.frames)
    VG_CHECK(fed - used - counts.skipped_bytes < limits::kFrameBytesMax);
}

void run(std::span<const std::byte> bytes, std::size_t split) {
  const auto whole_driver = make_ansar_b();
  const auto split_driver = make_ansar_b();
  const auto whole = test::feed(*whole_driver, bytes, bytes.size());
  std::vector<Arrival> parts;
  split_driver->feed(bytes.first(split), Stamp{}, parts);
  split_driver->feed(bytes.subspan(split), Stamp{}, parts);

  VG_CHECK(test::same(whole, parts));
  check(whole, whole_driver->counts(), bytes.size());
  VG_CHECK(whole_driver->counts().frames == split_driver->counts().frames);
  VG_CHECK(whole_driver->counts().bad_frames == split_driver->counts().bad_frames);
  VG_CHECK(whole_driver->counts().skipped_bytes == split_driver->counts().skipped_bytes);
  split_driver->reset();
  check(whole, split_driver->counts(), bytes.size());
  static_cast<void>(parse_ansar_b(bytes).operator bool());
}

}  // namespace
}  // namespace vitalgate::bridge

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 3) return 0;
  const auto bytes = std::as_bytes(std::span(data, size)).subspan(2);
  vitalgate::bridge::run(bytes, (std::size_t{data[0]} << 8 | data[1]) % (bytes.size() + 1));
  return 0;
}
