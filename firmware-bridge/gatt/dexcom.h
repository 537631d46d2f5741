// Dexcom G5 transmitter messages, after the link's own decryption.
//
//   glucose   31 (4F) | status u8 | sequence u32 | glucose part | CRC u16
//   time      25 | status u8 | now u32 s | session start u32 s (FFFFFFFF none) | 4 unknown | CRC
//   backfill  notifications of at most 20 bytes: index u8 from 1 | identifier u8 | data; joined
//             data: 4 unknown | glucose part*
//   glucose part: transmitter time u32 s | u16: glucose mg/dL 0-11, display only 12-15 |
//             calibration state u8 | trend s8, 0.1 mg/dL/min, 127 none
//
// CRC-16/XMODEM over what is before it, little-endian. A message whose CRC is wrong says only
// that; it makes no rows.
//
// Rows of one group a part: glucose (interstitial fluid) and glucose_trend. Transmitter time
// counts from its activation: no device time. State 6 is good, 7 and 14 want a calibration and
// are good; every other state gives no value. A display-only value is a calibration shown again:
// questionable. Values below 39 are error codes, 39 and 401 the ends of the range. Source:
// LoopKit/CGMBLEKit. Pure; any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "agent/core/reading.h"
#include "agent/core/result.h"
#include "firmware-bridge/fields.h"

namespace vitalgate::bridge::gatt {

struct DexcomGlucose {
  std::uint32_t seconds = 0;  // transmitter time
  std::uint16_t glucose = 0;  // mg/dL
  bool display_only = false;
  std::uint8_t state = 0;
  std::int8_t trend = 0;  // 0.1 mg/dL/min
};

struct DexcomMessage {
  bool crc_ok = false;  // otherwise nothing else is set
  std::uint8_t op_code = 0;
  std::uint8_t status = 0;
  std::uint32_t sequence = 0;
  DexcomGlucose glucose;
  std::size_t bytes = 0;
};

Result<DexcomMessage> parse_dexcom_glucose(std::span<const std::byte> message);
Result<Fields> describe_dexcom_glucose(std::span<const std::byte> message);
Result<> decode_dexcom_glucose(std::span<const std::byte> message, std::vector<Reading>& out);

// The notifications one behind the other. Malformed unless they are one run from index 1 with one
// identifier and whole glucose parts.
Result<std::vector<DexcomGlucose>> parse_dexcom_backfill(std::span<const std::byte> frames);
Result<Fields> describe_dexcom_backfill(std::span<const std::byte> frames);
Result<> decode_dexcom_backfill(std::span<const std::byte> frames, std::vector<Reading>& out);

Result<Fields> describe_dexcom_time(std::span<const std::byte> message);

}  // namespace vitalgate::bridge::gatt
