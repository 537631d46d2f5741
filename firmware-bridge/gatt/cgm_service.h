// Continuous Glucose Monitoring Service (181F): all but its measurement.
//
//   2AA8  features u24 | type and location u8 | E2E-CRC u16 (FFFF, not checked, without feature 12)
//   2AA9  time offset u16 min | status u24 | [E2E-CRC]
//   2AAA  session start Date Time | time zone s8 x 15 min | DST offset u8 | [E2E-CRC]
//   2AAB  session run time u16 h | [E2E-CRC]
//   2AAC  op code u8 | operand of a fixed length | [E2E-CRC]
//
// Two bytes more than the fixed length are the CRC, and it must be right. None of them makes
// rows: they place the records of 2AA7 (see Context and remember()). Source: CGM Service 1.0.2;
// the zone is in steps of 15 minutes. Pure; any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "agent/core/result.h"
#include "firmware-bridge/fields.h"
#include "firmware-bridge/gatt/date_time.h"

namespace vitalgate::bridge::gatt {

struct CgmFeature {
  std::uint32_t features = 0;
  std::uint8_t sample = 0;  // see Sample
  std::uint16_t crc = 0;

  [[nodiscard]] bool has_crc() const { return (features >> 12U & 1U) != 0; }
};

Result<CgmFeature> parse_cgm_feature(std::span<const std::byte> value);
Result<Fields> describe_cgm_feature(std::span<const std::byte> value);

struct CgmSessionStart {
  DateTime start;
  std::int8_t zone = 0;  // 15 min
  std::uint8_t dst = 0;
  bool has_crc = false;

  // By the zone that the sensor names, or, when it knows none, by the process's.
  [[nodiscard]] std::optional<WallTime> in_utc() const;
};

Result<CgmSessionStart> parse_cgm_session_start(std::span<const std::byte> value);
Result<Fields> describe_cgm_session_start(std::span<const std::byte> value);

Result<Fields> describe_cgm_status(std::span<const std::byte> value);         // 2AA9
Result<Fields> describe_cgm_run_time(std::span<const std::byte> value);       // 2AAB
Result<Fields> describe_cgm_control_point(std::span<const std::byte> value);  // 2AAC

}  // namespace vitalgate::bridge::gatt
