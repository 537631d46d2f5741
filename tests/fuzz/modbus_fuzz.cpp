// Modbus: any bytes are a described frame or an error, and a frame of any other length than its
// own is none; any register words are a value that can be written, and a single reads back as the
// same single.
//
// Input: settings of a register, two words, and a frame.
#include <bit>
#include <charconv>
#include <memory>

#include "agent/core/byte_reader.h"
#include "agent/core/check.h"
#include "firmware-bridge/serial/modbus_frame.h"
#include "firmware-bridge/serial/modbus_value.h"

namespace vitalgate::bridge {
namespace {

void check_single(const Decimal& decimal, std::uint32_t bits) {
  const std::string text = decimal.to_text();
  float back = 0;
  std::from_chars(text.data(), text.data() + text.size(), back);
  VG_CHECK(back == std::bit_cast<float>(bits));
}

void check_value(ByteReader& in) {
  config::RegisterSettings settings;
  settings.type = static_cast<config::RegisterType>(in.u8() % 5);
  settings.order = static_cast<config::WordOrder>(in.u8() % 2);
  settings.exponent = static_cast<std::int8_t>(in.u8() % 19 - 9);
  if (in.u8() % 2 != 0) settings.missing = in.u16_be();
  const std::uint16_t words[] = {in.u16_be(), in.u16_be()};
  const Value value =
      register_value(settings, std::span(words).first(register_count(settings.type)));
  VG_CHECK(!std::holds_alternative<std::string>(value) && !std::holds_alternative<bool>(value));
  const auto* decimal = std::get_if<Decimal>(&value);
  if (decimal == nullptr) return;
  VG_CHECK(decimal->in_range());
  if (settings.type != config::RegisterType::f32 || settings.exponent != 0) return;
  const bool high_first = settings.order == config::WordOrder::high_first;
  check_single(*decimal,
               std::uint32_t{words[high_first ? 0 : 1]} << 16 | words[high_first ? 1 : 0]);
}

bool crc_ok(const Result<Fields>& fields) {
  const FieldValue* ok = fields ? fields->find("crc_ok") : nullptr;
  return ok != nullptr && std::get<bool>(*ok);
}

}  // namespace
}  // namespace vitalgate::bridge

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace vitalgate;
  using namespace vitalgate::bridge;
  ByteReader in(std::as_bytes(std::span(data, size)));
  check_value(in);
  const auto rest = in.take(in.remaining());
  const auto copy = std::make_unique<std::byte[]>(rest.size());
  std::copy(rest.begin(), rest.end(), copy.get());
  const std::span<const std::byte> frame(copy.get(), rest.size());
  for (const auto describe : {describe_modbus_request, describe_modbus_response}) {
    const auto fields = describe(frame);
    if (fields && crc_ok(fields)) VG_CHECK(frame.size() >= 4 && frame.size() <= 256);
    if (fields && !crc_ok(fields)) VG_CHECK(fields->members().size() == 1);
  }
  return 0;
}
