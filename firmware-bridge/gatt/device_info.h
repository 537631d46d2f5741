// What a device says about itself: Battery (180F), Device Information (180A), User Data (181C).
//
//   2A19  level u8, 0..100 %
//   2BED  flags u8 | power state u16 | [identifier u16 bit 0] | [level u8 bit 1] |
//         [additional status u8 bit 2]
//         power state: 0 battery present, 1-2 wired power, 3-4 wireless power (0 no, 1 yes,
//         2 unknown), 5-6 charge state (1 charging, 2 discharging active, 3 inactive), 7-8 charge
//         level (1 good, 2 low, 3 critical), 9-11 charging type, 12-14 faults (battery, external
//         power, other); additional: 0-1 service required, 2 battery fault
//   2A23  manufacturer u40 | OUI u24, least first; shown as the EUI-64
//   2A24 2A25 2A26 2A27 2A28 2A29  UTF-8, may be padded with NUL or blanks
//   2A2A  IEEE certification data, opaque
//   2A50  source u8 (1 Bluetooth SIG, 2 USB) | vendor u16 | product u16 | version u16 JJ.M.N
//   2A99  change increment u32 | 2A9A user index u8 | 2A9F user control point
//
// Rows: battery_level (2A19, and 2BED where it has one, with low_battery or critical_battery).
// The rest is identity and makes none. A consent code (2A9F) is a secret: it is not described.
// Sources: Battery Service 1.1, Device Information Service 1.2, User Data Service 1.1. Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "agent/core/reading.h"
#include "agent/core/result.h"
#include "firmware-bridge/fields.h"

namespace vitalgate::bridge::gatt {

Result<std::uint8_t> parse_battery_level(std::span<const std::byte> value);
void add_battery_level(std::uint8_t level, std::vector<Reading>& out);
Result<Fields> describe_battery_level(std::span<const std::byte> value);

struct BatteryStatus {
  std::uint16_t power = 0;
  std::optional<std::uint16_t> identifier;
  std::optional<std::uint8_t> level;  // %
  std::optional<std::uint8_t> additional;
  std::size_t bytes = 0;
};

Result<BatteryStatus> parse_battery_status(std::span<const std::byte> value);
void add_readings(const BatteryStatus& status, std::vector<Reading>& out);
Fields to_fields(const BatteryStatus& status);

bool is_utf8(std::string_view text);

Result<Fields> describe_system_id(std::span<const std::byte> value);
// 2A24 to 2A29. Malformed when it is no UTF-8.
Result<Fields> describe_text(std::span<const std::byte> value);
Result<Fields> describe_regulatory_data(std::span<const std::byte> value);
Result<Fields> describe_pnp_id(std::span<const std::byte> value);

Result<Fields> describe_change_increment(std::span<const std::byte> value);
Result<Fields> describe_user_index(std::span<const std::byte> value);
Result<Fields> describe_user_control_point(std::span<const std::byte> value);

}  // namespace vitalgate::bridge::gatt
