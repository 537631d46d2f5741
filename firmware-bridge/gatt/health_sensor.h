// Generic Health Sensor Service (1840): live 2B8B and stored 2BDD observations, features 2BF3,
// control point 2BF4.
//
//   2B8B  segment header u8 | part of an observation
//   2BDD  segment header u8 | part of: record number u32 | observation
//   observation: class u8 (1 numeric, 2 simple discrete, 3 string, 4 sample array, 5 compound
//         discrete event, 6 compound state event, 7 compound, 8 TLV, 255 bundle) | length u16 of
//         the rest | flags u16 | [type u32 MDC bit 0] | [elapsed time 9 bytes bit 1] |
//         [duration FLOAT bit 2] | [status u16 bit 3] | [object id u32 bit 4] | [patient u8 bit 5]
//         | [supplemental information: count u8, u32 each, bit 6] | [derived from: the same, bit
//         7] | [has member: the same, bit 8] | [TLVs: count u8, each type u32, length u16, value,
//         bit 9] | value
//   value: numeric: unit u16 (MDC partition 4), FLOAT; discrete: u32 MDC; string: length u16,
//         UTF-8; bundle: count u8, observations, which take type, time and patient from it
//   2BF3  flags u8 | count u8, observation types u32 | [count u8, specialisations u32 bit 0]
//   2BF4  op code u8: 01 start, 02 stop live observations; 80 done
//
// Sources disagree: Philips' simulator numbers the classes from 0, STMicroelectronics' header
// from 1 as here; classes 4 to 8 are shown as raw bytes and make no rows.
//
// Rows, from unsegmented values or from what a SegmentJoiner gives: each numeric observation whose
// type and unit are in the catalogue; any other numeric, discrete or string one as `observation`
// with the code "mdc:<type>", a number in an unknown unit as text with that unit. Status:
// invalid takes the value away, test data has quality test, a setting is no measurement and makes
// no row. One group a value; user (patient) once. Duration, object id and relations make no rows.
// Pure; any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "agent/core/reading.h"
#include "agent/core/result.h"
#include "firmware-bridge/fields.h"
#include "firmware-bridge/gatt/number.h"
#include "firmware-bridge/gatt/time_types.h"

namespace vitalgate::bridge::gatt {

struct Observation {
  std::uint8_t kind = 0;  // the class
  std::optional<std::uint32_t> type;
  std::optional<ElapsedTime> time;
  std::optional<Number> duration;  // s
  std::optional<std::uint16_t> status;
  std::optional<std::uint32_t> object;
  std::optional<std::uint8_t> patient;
  std::vector<std::uint32_t> supplemental;
  std::uint16_t unit = 0;            // numeric
  Number number;                     // numeric
  std::uint32_t code = 0;            // discrete
  std::span<const std::byte> value;  // of a string without its length, or of the raw classes
  std::vector<Observation> members;  // bundle; never bundles themselves
  std::size_t bytes = 0;             // class, length and the rest
};

// At most limits::kReadingsPerArrivalMax members in a bundle.
Result<Observation> parse_observation(std::span<const std::byte> bytes);
void add_readings(const Observation& observation, std::size_t offset, std::vector<Reading>& out);
Fields to_fields(const Observation& observation);

struct ObservationSegment {
  std::uint8_t header = 0;
  std::span<const std::byte> part;
  std::optional<std::uint32_t> record;     // stored and unsegmented
  std::optional<Observation> observation;  // unsegmented
};

Result<ObservationSegment> parse_live_observation(std::span<const std::byte> value);    // 2B8B
Result<ObservationSegment> parse_stored_observation(std::span<const std::byte> value);  // 2BDD
void add_readings(const ObservationSegment& segment, std::vector<Reading>& out);
Fields to_fields(const ObservationSegment& segment);

Result<Fields> describe_health_sensor_features(std::span<const std::byte> value);       // 2BF3
Result<Fields> describe_health_sensor_control_point(std::span<const std::byte> value);  // 2BF4

}  // namespace vitalgate::bridge::gatt
