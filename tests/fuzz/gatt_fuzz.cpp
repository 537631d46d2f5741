// Characteristics of one profile: any bytes as a value, whole and cut short.
//
// Compiled once a profile with VITALGATE_FUZZ_UUIDS, the list of its UUIDs. Input: one byte with
// what is known of the device, one says how much of the rest the cut value has. Each decoder of
// the profile must give decode and describe the same verdict, append nothing when it refuses,
// and make readings whose spans, groups, metrics and numbers are sound. The value lies in a heap
// buffer of its exact size.
#include <algorithm>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "agent/core/check.h"
#include "agent/core/limits.h"
#include "config/catalogue.h"
#include "firmware-bridge/gatt/characteristic.h"

namespace vitalgate::bridge::gatt {
namespace {

constexpr std::uint16_t kUuids[] = {VITALGATE_FUZZ_UUIDS};

Context context_of(std::uint8_t byte) {
  Context context;
  if ((byte & 1U) != 0) context.session_start = WallTime(std::chrono::seconds(1'700'000'000));
  if ((byte & 2U) != 0) context.temperature_type = byte >> 4U;
  if ((byte & 4U) != 0) context.cgm_sample = byte;
  if ((byte & 8U) != 0) context.glucose_sequence = byte;
  return context;
}

void check(const Reading& reading, std::size_t value_bytes) {
  VG_CHECK(std::size_t{reading.raw.offset} + reading.raw.length <= value_bytes);
  VG_CHECK(reading.raw.length <= limits::kRawBytesMax);
  VG_CHECK(reading.group != 0);
  const auto* metric = config::find(reading.metric);
  VG_CHECK(metric != nullptr && (metric->is_open() || metric->unit == reading.unit));
  if (const auto* number = std::get_if<Decimal>(&reading.value)) VG_CHECK(number->in_range());
  if (const auto* text = std::get_if<std::string>(&reading.value))
    VG_CHECK(text->size() <= limits::kTextValueBytesMax);
}

// Descriptions are the slow part; a cut value is also an input of its own.
enum class Verdict : bool { decoded, compared };

void run(const Characteristic& characteristic, std::span<const std::byte> value,
         const Context& context, Verdict verdict) {
  const bool compare = verdict == Verdict::compared || characteristic.decode == nullptr;
  const bool described = compare && static_cast<bool>(characteristic.describe(value));
  if (characteristic.decode == nullptr) return;
  static std::vector<Reading> readings;
  readings.clear();
  const bool decoded = static_cast<bool>(characteristic.decode(value, context, readings));
  VG_CHECK(!compare || decoded == described);
  VG_CHECK(decoded || readings.empty());
  VG_CHECK(readings.size() <= limits::kReadingsPerArrivalMax);
  for (const Reading& reading : readings) check(reading, value.size());
}

void run_all(std::span<const std::byte> bytes, const Context& context, Verdict verdict) {
  const std::unique_ptr<std::byte[]> exact(new std::byte[bytes.size()]);
  std::copy(bytes.begin(), bytes.end(), exact.get());
  const std::span<const std::byte> value(exact.get(), bytes.size());
  for (const std::uint16_t uuid : kUuids) {
    run(*find_characteristic(uuid), value, context, verdict);
    Context remembered = context;
    remember(uuid, value, remembered);
  }
}

}  // namespace
}  // namespace vitalgate::bridge::gatt

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace vitalgate::bridge::gatt;
  if (size < 2) return 0;
  const auto bytes = std::as_bytes(std::span(data, size)).subspan(2);
  const auto context = context_of(data[0]);
  run_all(bytes, context, Verdict::compared);
  run_all(bytes.first(data[1] % (bytes.size() + 1)), context, Verdict::decoded);
  return 0;
}
