// Every serial format bears any bytes: it describes them or refuses them.
//
// Input: one byte chooses the format, the rest are its bytes.
#include "firmware-bridge/format.h"
#include "tests/fuzz/split_feed.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace vitalgate;
  if (size < 1) return 0;
  const auto formats = bridge::serial_formats();
  const bridge::Format& format = formats[data[0] % formats.size()];
  const auto copy = std::make_unique<std::byte[]>(size - 1);
  std::copy_n(reinterpret_cast<const std::byte*>(data) + 1, size - 1, copy.get());
  const std::span<const std::byte> bytes(copy.get(), size - 1);
  const auto fields = format.describe(bytes);
  if (fields) VG_CHECK(!fields->members().empty());
  if (format.readings == nullptr) return 0;
  const auto arrivals = format.readings(bytes);
  if (arrivals) test::check_spans(*arrivals);
  return 0;
}
