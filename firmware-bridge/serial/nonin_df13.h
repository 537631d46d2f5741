// Nonin data format 13: one spot check with its time, answered by ACK or NAK.
//
//   00 02 | type u16 = 13 | length u16 | data | chk | 03         big-endian
//   data: century year month day hour minute second 1/100 | status u16 | rate u16 | 0 | SpO2
//         14 bytes; later devices may append more, which is not read
//   chk:  sum of the data bytes, modulo 256
//   status: 0200 SmartPoint, 0100 no value, 0010 from memory, 0001 low battery
//
// The time is the device's local wall clock. The device keeps the record until it is answered:
// 06 once we hold it for good, 15 to have it again. Source: data format 13 as public decoders of
// the 3230 and 9560 document it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "agent/core/result.h"
#include "firmware-bridge/local_time.h"

namespace vitalgate::bridge {

struct NoninDf13 {
  // Nothing when the device's date or time cannot be.
  std::optional<LocalTime> timestamp;
  std::optional<std::uint16_t> heart_rate;
  std::optional<std::uint8_t> spo2;
  bool smart_point = false;
  bool no_value = false;
  bool from_memory = false;
  bool low_battery = false;
};

// `frame` from 00 to 03. Malformed unless it is exactly one record with a right checksum.
Result<NoninDf13> parse_nonin_df13(std::span<const std::byte> frame);

}  // namespace vitalgate::bridge
