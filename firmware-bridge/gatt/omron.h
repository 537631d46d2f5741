// Omron cuffs of the old protocol: records in the EEPROM, read in blocks over their own service.
//
//   systolic - 25 u8 | diastolic u8 | pulse u8 | year - 2000 in the low six bits |
//   u16: hour 0-4, day 5-9, month 10-13, irregular pulse 14, body movement 15 |
//   u16: second 0-5, minute 6-11, others 12-15 | ...
//   14 bytes (little-endian models): record number u16 at 12
//   24 bytes (HeartGuide): record number u16 at 10
//
// mmHg and /min; local wall clock. A slot of only FF or only 00, or with a systolic byte above
// E1, is empty and makes no rows. Several models write impossible times: no device_time and the
// flag. Rows of one group: systolic, diastolic, pulse, from memory. Bits 12 to 15 of the second
// word differ between models and make nothing. Sources: eigger/hass-omron, userx14/omblepy; the
// place of the record number is seen in records, not documented. Pure; any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "agent/core/reading.h"
#include "agent/core/result.h"
#include "firmware-bridge/fields.h"
#include "firmware-bridge/gatt/date_time.h"

namespace vitalgate::bridge::gatt {

struct OmronRecord {
  bool empty = false;
  std::uint16_t systolic = 0;
  std::uint8_t diastolic = 0;
  std::uint8_t pulse = 0;
  DateTime time;
  bool irregular_pulse = false;
  bool body_movement = false;
  std::uint16_t record = 0;
  std::size_t bytes = 0;
};

Result<OmronRecord> parse_omron_14(std::span<const std::byte> record);
Result<OmronRecord> parse_omron_24(std::span<const std::byte> record);
void add_readings(const OmronRecord& record, std::vector<Reading>& out);
Fields to_fields(const OmronRecord& record);

}  // namespace vitalgate::bridge::gatt
