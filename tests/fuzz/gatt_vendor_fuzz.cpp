// Vendors' formats: any bytes, whole; descriptions hold, readings have sound spans and numbers.
#include <algorithm>
#include <cstdint>
#include <memory>
#include <span>

#include "agent/core/check.h"
#include "agent/core/limits.h"
#include "firmware-bridge/gatt/vendor_formats.h"

namespace vitalgate::bridge {
namespace {

void run(const Format& format, std::span<const std::byte> bytes) {
  const bool described = static_cast<bool>(format.describe(bytes));
  if (format.readings == nullptr) return;
  const auto arrivals = format.readings(bytes);
  VG_CHECK(described || !arrivals);
  if (!arrivals) return;
  for (const Arrival& arrival : *arrivals) {
    VG_CHECK(arrival.readings.size() <= limits::kReadingsPerArrivalMax);
    for (const Reading& reading : arrival.readings) {
      VG_CHECK(std::size_t{reading.raw.offset} + reading.raw.length <= arrival.bytes.size());
      VG_CHECK(reading.group != 0);
      if (const auto* number = std::get_if<Decimal>(&reading.value)) VG_CHECK(number->in_range());
    }
  }
}

}  // namespace
}  // namespace vitalgate::bridge

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace vitalgate::bridge;
  const std::unique_ptr<std::byte[]> exact(new std::byte[size]);
  std::ranges::copy(std::as_bytes(std::span(data, size)), exact.get());
  for (const Format& format : gatt::vendor_formats())
    run(format, std::span<const std::byte>(exact.get(), size));
  return 0;
}
