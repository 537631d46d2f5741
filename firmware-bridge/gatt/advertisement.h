// LE advertising reports as a Bluetooth controller gives them, and the structures inside.
//
//   04 3E length | subevent u8 | number of reports u8 = 1 | report
//   02 (legacy)    event type u8 | address type u8 | address 6 | data length u8 | data | RSSI s8
//   0D (extended)  event type u16 | address type u8 | address 6 | primary PHY, secondary PHY, SID,
//                  TX power, RSSI s8 | interval u16 | direct address type u8, address 6 | data
//                  length u8 | data
//   data: [length u8 | type u8 | length - 1 bytes]*; a length of 0 ends it
//
// Addresses come least significant byte first. Source: Core Specification Vol 4 Part E 7.7.65,
// Core Specification Supplement Part A. Pure; any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "agent/core/result.h"

namespace vitalgate::bridge::gatt {

struct Advertisement {
  std::span<const std::byte> address;  // 6 bytes, as sent
  std::int8_t rssi = 0;                // dBm
  std::span<const std::byte> data;
};

Result<Advertisement> parse_advertising_report(std::span<const std::byte> report);

// 12 upper-case digits, most significant byte first.
std::string address_text(const Advertisement& advertisement);

// What follows the 16-bit UUID of the first service data of that service, or the company of the
// first manufacturer data of that company. Nothing when there is none.
std::optional<std::span<const std::byte>> find_service_data(std::span<const std::byte> data,
                                                            std::uint16_t uuid);
std::optional<std::span<const std::byte>> find_manufacturer_data(std::span<const std::byte> data,
                                                                 std::uint16_t company);
// The first manufacturer data, with the bytes of its company.
std::optional<std::span<const std::byte>> find_manufacturer_data(std::span<const std::byte> data);

}  // namespace vitalgate::bridge::gatt
