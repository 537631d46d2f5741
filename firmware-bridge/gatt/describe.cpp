#include "firmware-bridge/gatt/describe.h"

#include <vector>

#include "firmware-bridge/gatt/row.h"

namespace vitalgate::bridge::gatt {

void add_number(Fields& fields, std::string_view name, const Number& number) {
  if (const auto* special = std::get_if<Special>(&number))
    fields.add(name, gatt::name(*special));
  else
    fields.add(name, std::get<Decimal>(number));
}

void add_time(Fields& fields, std::string_view name, const DateTime& time) {
  static constexpr std::string_view kNames[] = {"ok", "date_unknown", "invalid"};
  fields.add(name, to_text(time));
  std::string status_name(name);
  status_name.append("_status");
  fields.add(status_name, kNames[static_cast<std::size_t>(status(time))]);
}

void add_bits(Fields& fields, std::string_view name, std::string_view list_name, std::uint32_t bits,
              Names names) {
  std::vector<std::string> set;
  for (unsigned bit = 0; bit < names.size(); ++bit)
    if (has_bit(bits, bit) && !names[bit].empty()) set.emplace_back(names[bit]);
  fields.add(name, bits).add(list_name, std::move(set));
}

std::string_view name_of(std::uint8_t code, Names names) {
  if (code >= names.size() || names[code].empty()) return "reserved";
  return names[code];
}

std::string hex_text(std::span<const std::byte> bytes) {
  constexpr char kDigits[] = "0123456789ABCDEF";
  std::string text;
  text.reserve(bytes.size() * 2);
  for (const std::byte byte : bytes) {
    text.push_back(kDigits[std::to_integer<unsigned>(byte) >> 4U]);
    text.push_back(kDigits[std::to_integer<unsigned>(byte) & 15U]);
  }
  return text;
}

std::string hex_text(std::uint16_t uuid) {
  const std::byte bytes[] = {static_cast<std::byte>(uuid >> 8U), static_cast<std::byte>(uuid)};
  return hex_text(bytes);
}

Error truncated() { return {Errc::malformed, "a field is announced and not there", {}}; }
Error wrong_length() { return {Errc::malformed, "not the length of this characteristic", {}}; }
Error broken_crc() { return {Errc::malformed, "wrong checksum", {}}; }

}  // namespace vitalgate::bridge::gatt
