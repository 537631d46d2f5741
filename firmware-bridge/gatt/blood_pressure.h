// Blood Pressure Service (1810): 2A35, 2A36, feature 2A49, enhanced 2B34 and 2B35, record 2B36.
//
//   2A35, 2A36  flags u8 | systolic, diastolic, mean SFLOAT | [Date Time bit 1] |
//               [pulse SFLOAT bit 2] | [user u8 bit 3] | [status u16 bit 4]
//   2B34        the same with u32 seconds for the Date Time, and [user facing time u32 bit 5];
//               bit 6: the seconds count from 2000, otherwise from 1900
//   2B35        as 2B34 with one SFLOAT, the cuff pressure
//   2B36        header u8 (0 first, 1 last, 2-7 counter) | sequence u16 | UUID u16 | the value of
//               that characteristic | [E2E-CRC u16]
//   flags bit 0: 0 mmHg, 1 kPa. Status: 0 body movement, 1 cuff too loose, 2 irregular pulse,
//   3-4 pulse rate (0 in range, 1 above, 2 below the limit), 5 improper position.
//
// Rows of one group: systolic, diastolic, mean (a special or 0 is absent; the mean is never
// computed), pulse, user. 2A36 has the cuff pressure in the systolic place and nothing in the two
// others: they are never published. Movement, loose cuff and position make the group
// questionable; an irregular pulse is a finding, not a doubt.
//
// Times: `user facing` is the device's wall clock. A time stamp of the enhanced kind alone is
// taken as UTC (Device Time Service: base time); 0 is no time. 2B36: readings only of an
// unsegmented record, whose inner value is decoded and marked from_memory; segments are joined
// with SegmentJoiner first. Whether a record ends with a CRC is announced by 2A49 bit 6
// (Context::blood_pressure_has_crc), not by the record. The sequence number makes no row.
//
// Source: Blood Pressure Service 1.1.1; 2B34 to 2B36 as public decoders read them. Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "agent/core/reading.h"
#include "agent/core/result.h"
#include "firmware-bridge/fields.h"
#include "firmware-bridge/gatt/date_time.h"
#include "firmware-bridge/gatt/number.h"

namespace vitalgate::bridge::gatt {

struct BloodPressure {
  bool kilopascal = false;
  bool cuff_only = false;  // an intermediate cuff pressure, in `systolic`
  bool enhanced = false;   // times are seconds
  Number systolic;
  Number diastolic;
  Number mean;
  std::optional<DateTime> time;
  std::optional<std::uint32_t> time_seconds;
  std::optional<std::uint32_t> user_facing_seconds;
  bool epoch_2000 = false;
  std::optional<Number> pulse;
  std::optional<std::uint8_t> user;
  std::optional<std::uint16_t> status;
  std::size_t bytes = 0;
};

Result<BloodPressure> parse_blood_pressure(std::span<const std::byte> value);           // 2A35
Result<BloodPressure> parse_cuff_pressure(std::span<const std::byte> value);            // 2A36
Result<BloodPressure> parse_enhanced_blood_pressure(std::span<const std::byte> value);  // 2B34
Result<BloodPressure> parse_enhanced_cuff_pressure(std::span<const std::byte> value);   // 2B35
void add_readings(const BloodPressure& measurement, std::vector<Reading>& out);
Fields to_fields(const BloodPressure& measurement);

struct BloodPressureRecord {
  std::uint8_t header = 0;
  std::uint16_t sequence = 0;
  std::uint16_t uuid = 0;
  std::span<const std::byte> data;           // with the CRC, where there is one
  std::optional<BloodPressure> measurement;  // of an unsegmented record of a UUID above
};

// With `has_crc` the last two bytes are checked, and not part of the data.
Result<BloodPressureRecord> parse_blood_pressure_record(std::span<const std::byte> value,
                                                        bool has_crc);
void add_readings(const BloodPressureRecord& record, std::vector<Reading>& out);
Fields to_fields(const BloodPressureRecord& record);

// 2A49.
Result<std::uint16_t> parse_blood_pressure_feature(std::span<const std::byte> value);
Result<Fields> describe_blood_pressure_feature(std::span<const std::byte> value);

}  // namespace vitalgate::bridge::gatt
