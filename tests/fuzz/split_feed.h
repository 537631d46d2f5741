// The promise of every driver, for fuzz targets: any bytes, in one read or split anywhere, give
// the same readings, spans that lie inside their bytes, and counts that add up.
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "agent/core/check.h"
#include "tests/unit/firmware-bridge/bytes.h"

namespace vitalgate::test {

inline void check_spans(const std::vector<Arrival>& arrivals) {
  for (const Arrival& arrival : arrivals)
    for (const Reading& reading : arrival.readings)
      VG_CHECK(reading.raw.offset + std::size_t{reading.raw.length} <= arrival.bytes.size());
}

// Feeds a copy of `bytes` that ends where its memory ends.
inline void feed_exact(bridge::Driver& driver, std::span<const std::byte> bytes,
                       std::vector<Arrival>& out) {
  const auto copy = std::make_unique<std::byte[]>(bytes.size());
  std::copy(bytes.begin(), bytes.end(), copy.get());
  driver.feed({copy.get(), bytes.size()}, Stamp{}, out);
}

// The arrivals of `bytes`; `whole` and `split` are two new drivers of one kind.
inline std::vector<Arrival> split_feed(bridge::Driver& whole, bridge::Driver& split,
                                       std::span<const std::byte> bytes, std::size_t at) {
  std::vector<Arrival> arrivals, parts;
  feed_exact(whole, bytes, arrivals);
  feed_exact(split, bytes.first(at), parts);
  feed_exact(split, bytes.subspan(at), parts);
  VG_CHECK(same(arrivals, parts));
  check_spans(arrivals);
  const auto counts = whole.counts(), other = split.counts();
  VG_CHECK(counts.frames == other.frames && counts.bad_frames == other.bad_frames &&
           counts.skipped_bytes == other.skipped_bytes);
  VG_CHECK(counts.skipped_bytes <= bytes.size());
  VG_CHECK(whole.take_awaited() == split.take_awaited());
  VG_CHECK(whole.take_reply() == split.take_reply());
  split.reset();
  VG_CHECK(split.counts().frames == counts.frames);
  VG_CHECK(split.counts().skipped_bytes <= bytes.size());
  return arrivals;
}

}  // namespace vitalgate::test
