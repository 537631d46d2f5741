// The drivers of oximeters, scales and unforeseen lines: any bytes, split anywhere, give the same.
//
// Input: one byte chooses the driver, the next says where to split the rest.
#include "firmware-bridge/serial/line_pattern.h"
#include "tests/fuzz/split_feed.h"

namespace vitalgate::bridge {
namespace {

constexpr std::string_view kNames[] = {"masimo-ascii1", "cms50-5byte", "cms50-v7", "and-standard",
                                       "esc-scale",     "tanita",      "line"};

std::unique_ptr<Driver> make(std::string_view name) {
  config::DeviceSettings device;
  device.id = "fuzz";
  device.driver = name;
  device.pattern = "([A-Z]*)=(-?[0-9.]*)( .*)?";
  const std::vector<config::ColumnSettings> columns{{"fuzz", 2, "room_temperature", "Cel", "--"},
                                                    {"fuzz", 3, "room_humidity", "", ""}};
  return make_driver(device, columns);
}

void run(std::string_view name, std::span<const std::byte> bytes, std::size_t at) {
  const auto whole = make(name), split = make(name);
  const auto arrivals = test::split_feed(*whole, *split, bytes, at);
  VG_CHECK(arrivals.size() <= whole->counts().frames);
  for (const Arrival& arrival : arrivals) VG_CHECK(!arrival.readings.empty());
}

}  // namespace
}  // namespace vitalgate::bridge

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace vitalgate::bridge;
  if (size < 3) return 0;
  const auto bytes = std::as_bytes(std::span(data, size)).subspan(2);
  run(kNames[data[0] % std::size(kNames)], bytes, data[1] % (bytes.size() + 1));
  return 0;
}
