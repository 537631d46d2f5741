// Nonin: any bytes, in one read or split anywhere, give every driver the same readings, spans
// that lie inside their bytes, and counts that add up.
//
// Input: one byte chooses the driver, the next says where to split the rest.
#include "firmware-bridge/serial/nonin.h"

#include "agent/core/check.h"
#include "tests/unit/firmware-bridge/bytes.h"

namespace vitalgate::bridge {
namespace {

struct Format {
  std::unique_ptr<Driver> (*make)();
  std::size_t frame_bytes_min;
  std::size_t pending_max;  // bytes of a frame that is still arriving
};

constexpr Format kFormats[] = {{make_nonin_df2, 5, 4},
                               {make_nonin_df7, 5, 4},
                               {make_nonin_df8, 4, 3},
                               {make_nonin_df13, 22, 63},
                               {make_nonin_ascii, 11, 0}};

void check(const Format& format, const std::vector<Arrival>& arrivals, const SourceCounts& counts,
           std::size_t fed) {
  for (const Arrival& arrival : arrivals) {
    VG_CHECK(arrival.readings.size() == 2);
    for (const Reading& reading : arrival.readings)
      VG_CHECK(reading.raw.offset + std::size_t{reading.raw.length} <= arrival.bytes.size());
  }
  VG_CHECK(arrivals.size() <= counts.frames);
  VG_CHECK(counts.frames * format.frame_bytes_min + counts.skipped_bytes <= fed);
  // Where all frames have one length, not a byte is unaccounted for.
  if (format.frame_bytes_min <= 5)
    VG_CHECK(fed - counts.frames * format.frame_bytes_min - counts.skipped_bytes <=
             format.pending_max);
}

void run(const Format& format, std::span<const std::byte> bytes, std::size_t split) {
  const auto whole_driver = format.make();
  const auto split_driver = format.make();
  const auto whole = test::feed(*whole_driver, bytes, bytes.size());
  std::vector<Arrival> parts;
  split_driver->feed(bytes.first(split), Stamp{}, parts);
  split_driver->feed(bytes.subspan(split), Stamp{}, parts);

  VG_CHECK(test::same(whole, parts));
  check(format, whole, whole_driver->counts(), bytes.size());
  VG_CHECK(whole_driver->counts().frames == split_driver->counts().frames);
  VG_CHECK(whole_driver->counts().bad_frames == split_driver->counts().bad_frames);
  VG_CHECK(whole_driver->counts().skipped_bytes == split_driver->counts().skipped_bytes);
  VG_CHECK(whole_driver->take_reply() == split_driver->take_reply());
  split_driver->reset();
  check(format, whole, split_driver->counts(), bytes.size());
}

}  // namespace
}  // namespace vitalgate::bridge

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace vitalgate::bridge;
  if (size < 3) return 0;
  const auto bytes = std::as_bytes(std::span(data, size)).subspan(2);
  run(kFormats[data[0] % std::size(kFormats)], bytes, data[1] % (bytes.size() + 1));
  return 0;
}
