#include "firmware-bridge/gatt/advertisement.h"

#include <vector>

#include "agent/core/byte_reader.h"
#include "firmware-bridge/gatt/describe.h"

namespace vitalgate::bridge::gatt {
namespace {

constexpr std::uint8_t kServiceData16 = 0x16, kManufacturer = 0xFF;

Error no_report() { return {Errc::malformed, "not one le advertising report", {}}; }

// The body of the first structure of `type` that `wanted` takes.
template <class Wanted>
std::optional<std::span<const std::byte>> find_structure(std::span<const std::byte> data,
                                                         std::uint8_t type, Wanted wanted) {
  ByteReader in(data);
  while (in.remaining() > 1) {
    const std::size_t length = in.u8();
    if (length == 0 || length > in.remaining()) break;
    const std::uint8_t found = in.u8();
    const auto body = in.take(length - 1);
    if (found == type && wanted(body)) return body;
  }
  return std::nullopt;
}

std::optional<std::span<const std::byte>> find_prefixed(std::span<const std::byte> data,
                                                        std::uint8_t type, std::uint16_t prefix) {
  const auto found = find_structure(data, type, [prefix](std::span<const std::byte> body) {
    return body.size() >= 2 && ByteReader(body).u16_le() == prefix;
  });
  if (!found) return std::nullopt;
  return found->subspan(2);
}

void read_legacy(ByteReader& in, Advertisement& out) {
  in.take(2);
  out.address = in.take(6);
  out.data = in.take(in.u8());
  out.rssi = static_cast<std::int8_t>(in.u8());
}

void read_extended(ByteReader& in, Advertisement& out) {
  constexpr std::size_t kIntervalAndDirectAddress = 9;
  in.take(3);
  out.address = in.take(6);
  in.take(4);
  out.rssi = static_cast<std::int8_t>(in.u8());
  in.take(kIntervalAndDirectAddress);
  out.data = in.take(in.u8());
}

}  // namespace

Result<Advertisement> parse_advertising_report(std::span<const std::byte> report) {
  constexpr std::uint8_t kEvent = 0x04, kLeMeta = 0x3E, kLegacy = 0x02, kExtended = 0x0D;
  ByteReader in(report);
  const std::uint8_t packet = in.u8(), event = in.u8();
  const std::size_t length = in.u8();
  if (packet != kEvent || event != kLeMeta || length != in.remaining()) return no_report();
  const std::uint8_t subevent = in.u8(), count = in.u8();
  if (count != 1) return no_report();
  Advertisement advertisement;
  if (subevent == kLegacy)
    read_legacy(in, advertisement);
  else if (subevent == kExtended)
    read_extended(in, advertisement);
  else
    return no_report();
  if (!in.ok()) return truncated();
  return advertisement;
}

std::string address_text(const Advertisement& advertisement) {
  return hex_text(
      std::vector<std::byte>(advertisement.address.rbegin(), advertisement.address.rend()));
}

std::optional<std::span<const std::byte>> find_service_data(std::span<const std::byte> data,
                                                            std::uint16_t uuid) {
  return find_prefixed(data, kServiceData16, uuid);
}

std::optional<std::span<const std::byte>> find_manufacturer_data(std::span<const std::byte> data,
                                                                 std::uint16_t company) {
  return find_prefixed(data, kManufacturer, company);
}

std::optional<std::span<const std::byte>> find_manufacturer_data(std::span<const std::byte> data) {
  return find_structure(data, kManufacturer, [](std::span<const std::byte>) { return true; });
}

}  // namespace vitalgate::bridge::gatt
