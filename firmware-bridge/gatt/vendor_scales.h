// What scales and bands of the Xiaomi family say in advertisements, without a connection.
//
//   Xiaomi scale 1, service data 181D, 10 bytes (not the layout of the SIG's 2A9D):
//     control u8 (0 lb, 1 time stamp, 4 jin, 5 stable, 7 removed) | weight u16 | Date Time
//     weight: kg x 200, otherwise lb or jin x 100
//   Xiaomi scale 2, service data 181B, 13 bytes (not the layout of 2A9C):
//     unit u8 (bit 0 lb) | control u8 (1 impedance, 5 stable, 6 jin, 7 removed) | Date Time |
//     impedance u16 ohm | weight u16 as above
//   Amazfit scale, service data FEE0, 20 bytes, inside a whole report:
//     5 unknown | impedance u16 x 10 | weight u16 kg x 200 | 3 bytes, 0 while not stable |
//     pulse u8 | 7 unknown
//   Mi Band, manufacturer data 0157, 24 bytes, inside a whole report: heart rate in byte 3, FF none
//   Xiaogui scale, manufacturer data C0, 15 bytes, big-endian, inside a whole report:
//     C0 | counter u8 | weight u16 | impedance u16 x 10 | control u16 | state u8 (20 weight x 10,
//     24 weight x 100; + 1 stable) | address 6, the sender's
//
// Rows of one group: body_weight (kg or lb; jin becomes kg exactly, flag converted_unit),
// body_impedance, heart_rate. A weight that is not stable yet is questionable with the flag
// unstable; one seen after the load left has the flag removed. A scale repeats its last weight as
// long as it advertises: who scans must not take an equal advertisement twice. An impedance of 0
// or FFFF and a pulse of 0 or 255 are none. The unknown bytes make no rows. Sources:
// custom-components/ble_monitor, sputnikdev/bluetooth-gatt-parser. Pure; any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "agent/core/reading.h"
#include "agent/core/result.h"
#include "firmware-bridge/fields.h"
#include "firmware-bridge/gatt/date_time.h"

namespace vitalgate::bridge::gatt {

enum class MassUnit : std::uint8_t { kilogram, pound, jin };

// What every scale of the family comes down to.
struct ScaleAdvertisement {
  MassUnit unit = MassUnit::kilogram;
  Decimal weight;
  bool stable = false;
  std::optional<bool> removed;
  std::optional<DateTime> time;
  std::optional<Decimal> impedance;  // ohm
  std::optional<std::uint8_t> pulse;
  std::string address;  // of a whole report
  std::optional<std::int8_t> rssi;
  std::size_t bytes = 0;
};

Result<ScaleAdvertisement> parse_xiaomi_scale_1(std::span<const std::byte> service_data);
Result<ScaleAdvertisement> parse_xiaomi_scale_2(std::span<const std::byte> service_data);
Result<ScaleAdvertisement> parse_amazfit_scale(std::span<const std::byte> report);
Result<ScaleAdvertisement> parse_xiaogui_scale(std::span<const std::byte> report);
void add_readings(const ScaleAdvertisement& scale, std::vector<Reading>& out);
Fields to_fields(const ScaleAdvertisement& scale);

struct BandAdvertisement {
  std::optional<std::uint8_t> heart_rate;  // /min
  std::string address;
  std::int8_t rssi = 0;
  std::size_t bytes = 0;
};

Result<BandAdvertisement> parse_mi_band(std::span<const std::byte> report);
void add_readings(const BandAdvertisement& band, std::vector<Reading>& out);
Fields to_fields(const BandAdvertisement& band);

}  // namespace vitalgate::bridge::gatt
