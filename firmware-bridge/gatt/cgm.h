// Continuous Glucose Monitoring Service (181F): measurement 2AA7.
//
//   one notification is one record or several:
//   size u8 | flags u8 | glucose SFLOAT mg/dL | time offset u16 min | [status octet bit 7] |
//   [calibration and temperature octet bit 6] | [warning octet bit 5] |
//   [trend SFLOAT mg/dL/min bit 0] | [quality SFLOAT % bit 1] | [E2E-CRC u16]
//
// A record's size must be exactly that of its announced fields, or two more: then the last two
// are the CRC (CRC-16/MCRF4XX over the record before them), and it must be right. Where 2AA8
// announced CRCs (Context::cgm_has_crc) a record without one is broken. One broken record refuses
// the notification.
//
// Rows, one group a record: glucose (the sample type of 2AA8 picks the metric, interstitial fluid
// without it), glucose_trend, glucose_quality. Time is Context::session_start plus the offset;
// without a session start, or while the sensor asks for the time, there is none. The patient's own
// alert limits are flags, not doubts. Source: CGM Service 1.0.2. Pure; any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "agent/core/reading.h"
#include "agent/core/result.h"
#include "firmware-bridge/fields.h"
#include "firmware-bridge/gatt/characteristic.h"
#include "firmware-bridge/gatt/describe.h"
#include "firmware-bridge/gatt/number.h"

namespace vitalgate::bridge::gatt {

struct CgmRecord {
  std::uint8_t size = 0;
  Number glucose;  // mg/dL
  std::uint16_t offset_minutes = 0;
  std::optional<std::uint32_t>
      status;                     // octets as in 2AA9: status, calibration << 8, warning << 16
  std::optional<Number> trend;    // mg/dL/min
  std::optional<Number> quality;  // %
  bool has_crc = false;           // and it is right
};

// The record at the front of `bytes`.
Result<CgmRecord> parse_cgm_record(std::span<const std::byte> bytes, bool crc_announced);

// 2AA7.
Result<> decode_cgm(std::span<const std::byte> value, const Context& context,
                    std::vector<Reading>& out);
Result<Fields> describe_cgm(std::span<const std::byte> value);

// The names of the 24 status bits, also of 2AA9.
Names cgm_status_names();

}  // namespace vitalgate::bridge::gatt
