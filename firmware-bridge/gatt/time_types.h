// The clocks of devices: time characteristics, none of which makes rows.
//
//   2A08 Date Time 7 | 2A09 Day of Week 1 | 2A0A Day Date Time 8 | 2A0C Exact Time 256 9
//   2A0D DST Offset u8: 0, 2 (+30 min), 4 (+60), 8 (+120), 255 unknown
//   2A0E Time Zone s8 x 15 min, -48..56, -128 unknown | 2A0F Local Time Information: both
//   2A14 Reference Time: source u8, accuracy u8 (x 125 ms), days u8, hours u8 since the update;
//        hours 0..23, 255 only beside 255 days
//   2A2B Current Time: Exact Time 256, adjust reason u8
//   2B90 Device Time: base time u32 s, zone s8, DST u8, status u16 (more may follow)
//   2BF2 Current Elapsed Time: flags u8, time u48, sync source u8, zone and DST offset s8 x 15 min,
//        [clock status u8, clock capabilities u8]
//        flags: 0 tick counter, 1 UTC, 2-3 unit (1 s, 100 ms, 1 ms, 0.1 ms), 4 the offset is used,
//               5 on the current time line; epoch 2000-01-01
//
// Lengths are fixed except where said. Reserved values of a zone or DST are there without a
// meaning (null). Source: GATT Specification Supplement; Elapsed Time and Device Time services.
// Pure; any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "agent/core/byte_reader.h"
#include "agent/core/clock.h"
#include "agent/core/result.h"
#include "firmware-bridge/fields.h"
#include "firmware-bridge/gatt/date_time.h"

namespace vitalgate::bridge::gatt {

// Minutes to add to UTC; nothing when unknown or reserved.
std::optional<int> time_zone_minutes(std::int8_t zone);
std::optional<int> dst_minutes(std::uint8_t dst);
void add_time_zone(Fields& fields, std::int8_t zone);
void add_dst(Fields& fields, std::uint8_t dst);

// The first nine bytes of 2BF2, also inside the observations of the Generic Health Sensor.
struct ElapsedTime {
  std::uint8_t flags = 0;
  std::uint64_t value = 0;  // in the unit of the flags
  std::uint8_t sync_source = 0;
  std::int8_t offset = 0;  // 15 min

  // Nothing for a tick counter. A clock that is not on the current time line is impossible.
  [[nodiscard]] DeviceTime placed() const;
};

ElapsedTime read_elapsed_time(ByteReader& in);
void add_elapsed_time(Fields& fields, const ElapsedTime& time);

Result<Fields> describe_date_time(std::span<const std::byte> value);
Result<Fields> describe_day_of_week(std::span<const std::byte> value);
Result<Fields> describe_day_date_time(std::span<const std::byte> value);
Result<Fields> describe_exact_time_256(std::span<const std::byte> value);
Result<Fields> describe_dst_offset(std::span<const std::byte> value);
Result<Fields> describe_time_zone(std::span<const std::byte> value);
Result<Fields> describe_local_time_information(std::span<const std::byte> value);
Result<Fields> describe_reference_time(std::span<const std::byte> value);
Result<Fields> describe_current_time(std::span<const std::byte> value);
Result<Fields> describe_device_time(std::span<const std::byte> value);
Result<Fields> describe_elapsed_time(std::span<const std::byte> value);

}  // namespace vitalgate::bridge::gatt
