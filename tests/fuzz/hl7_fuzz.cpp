// HL7 v2: any bytes are a message or an error; readings keep to their limits and their raw bytes
// come from an OBX segment; an answer fits its frame and never holds anything of another segment
// than the header.
#include <algorithm>
#include <memory>
#include <string>

#include "agent/core/check.h"
#include "agent/core/limits.h"
#include "config/catalogue.h"
#include "firmware-bridge/feed/hl7_intake.h"
#include "firmware-bridge/feed/hl7_message.h"
#include "firmware-bridge/format.h"

namespace vitalgate::bridge {
namespace {

void check(const Arrival& arrival, std::string_view message) {
  VG_CHECK(!arrival.readings.empty());
  VG_CHECK(arrival.readings.size() <= limits::kReadingsPerArrivalMax);
  const std::string_view bytes(reinterpret_cast<const char*>(arrival.bytes.data()),
                               arrival.bytes.size());
  for (const Reading& reading : arrival.readings) {
    VG_CHECK(reading.raw.offset + std::size_t{reading.raw.length} <= bytes.size());
    VG_CHECK(reading.raw.length <= limits::kRawBytesMax);
    const std::string_view raw = bytes.substr(reading.raw.offset, reading.raw.length);
    VG_CHECK(raw.empty() || raw.starts_with("OBX"));
    VG_CHECK(message.find(raw) != std::string_view::npos);
    VG_CHECK(reading.group > 0);
    const auto* metric = config::find(reading.metric);
    VG_CHECK(metric != nullptr && metric->is_open() == !reading.code.empty());
    if (const auto* number = std::get_if<Decimal>(&reading.value)) {
      VG_CHECK(number->in_range());
      VG_CHECK(reading.unit != config::unit::kNone);
      VG_CHECK(metric->is_open() || metric->unit == reading.unit);
    } else if (const auto* text = std::get_if<std::string>(&reading.value)) {
      VG_CHECK(!text->empty() && text->size() <= limits::kTextValueBytesMax);
    }
  }
}

void check_answer(std::string_view message, const hl7::Intake& intake) {
  const auto header = hl7::Header::parse(message);
  VG_CHECK(header || intake.verdict == hl7::Verdict::error);
  const std::string answer = hl7::answer(header ? &*header : nullptr, intake.verdict, intake.text,
                                         "1", WallTime(std::chrono::hours(500'000)));
  for (const char c : answer) VG_CHECK(c == '\r' || static_cast<unsigned char>(c) >= ' ');
  VG_CHECK(std::count(answer.begin(), answer.end(), '\r') == (answer.empty() ? 0 : 2));
  if (!answer.empty()) VG_CHECK(hl7::Message::parse(answer));
}

}  // namespace
}  // namespace vitalgate::bridge

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace vitalgate;
  using namespace vitalgate::bridge;
  // Exactly as long as the message: a byte too far is seen.
  const auto copy = std::make_unique<char[]>(size);
  std::copy_n(data, size, copy.get());
  const std::string_view message(copy.get(), size);
  const hl7::Intake intake = hl7::take(message);
  VG_CHECK(intake.verdict == hl7::Verdict::accepted || intake.arrivals.empty());
  for (const Arrival& arrival : intake.arrivals) check(arrival, message);
  check_answer(message, intake);
  const bool described =
      bool(find_format("hl7v2-oru-r01")->describe(std::as_bytes(std::span(message))));
  if (message.find('\x0B') == std::string_view::npos)
    VG_CHECK(described || intake.verdict != hl7::Verdict::accepted);
  return 0;
}
