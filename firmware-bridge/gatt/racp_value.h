// Record Access Control Point 2A52: what the collector writes and what the sensor indicates.
//
//   command     op code u8 (1 report, 2 delete, 3 abort, 4 report number, 7 combined report) |
//               operator u8 | [operand: filter type u8, value or two]
//   indication  05 00 number (u16; u8 and u32 are seen) | 06 00 request op code, response code |
//               08 00 number: combined report
//   operator    0 null, 1 all, 2 less or equal, 3 greater or equal, 4 within range, 5 first, 6 last
//   filter      1 sequence number u16 (CGM: time offset), 2 user facing time (Date Time)
//
// Source: Glucose Service 1.0.1 and CGM Service 1.0.2; 7 and 8: Generic Health Sensor. Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "agent/core/result.h"
#include "firmware-bridge/fields.h"

namespace vitalgate::bridge::gatt {

enum class RacpResponse : std::uint8_t {
  success = 1,
  op_code_not_supported = 2,
  invalid_operator = 3,
  operator_not_supported = 4,
  invalid_operand = 5,
  no_records_found = 6,
  abort_unsuccessful = 7,
  procedure_not_completed = 8,
  operand_not_supported = 9,
  server_busy = 10,
};

struct RacpIndication {
  std::uint8_t op_code = 0;             // 5, 6 or 8
  std::uint32_t number_of_records = 0;  // 5 and 8
  std::uint8_t request_op_code = 0;     // 6
  std::uint8_t response_code = 0;       // 6; any byte

  [[nodiscard]] bool is_number() const { return op_code != 6; }
};

Result<RacpIndication> parse_racp_indication(std::span<const std::byte> value);
Result<Fields> describe_racp_indication(std::span<const std::byte> value);
Result<Fields> describe_racp_command(std::span<const std::byte> value);

}  // namespace vitalgate::bridge::gatt
