// The Bluetooth health characteristics that we understand, by their 16-bit UUID.
//
// A radio (BlueZ) and a bridge that passes raw GATT values on use the same table, and so do
// `vitalgate device decode` and vector_test. Pure functions, any thread; nothing is kept between
// calls. What needs more than one value (a CGM's session start, segments) is in Context, or has a
// state machine of its own beside its decoder (segments.h, racp.h).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "agent/core/clock.h"
#include "agent/core/reading.h"
#include "agent/core/result.h"
#include "firmware-bridge/fields.h"

namespace vitalgate::bridge::gatt {

// An attribute is never longer (Core Specification, Vol 3 Part F 3.2.9): a longer value is
// malformed for every decoder.
inline constexpr std::size_t kAttributeBytesMax = 512;

// What was read from the same device before and is needed to place a value.
struct Context {
  std::optional<WallTime> session_start;         // CGM: from 2AAA
  std::optional<std::uint8_t> temperature_type;  // from 2A1D, where 2A1C does not say
  bool cgm_has_crc = false;                      // from 2AA8: a record without E2E-CRC is broken
  std::optional<std::uint8_t> cgm_sample;        // type and location, from 2AA8
  bool blood_pressure_has_crc = false;           // from 2A49: for records (2B36)
  // The last 2A18 that a context (2A34) may belong to, and when its sample was taken.
  std::optional<std::uint16_t> glucose_sequence;
  std::optional<WallTime> glucose_time;
};

struct Characteristic {
  std::uint16_t uuid;
  std::string_view name;  // as the Bluetooth SIG writes it: "Heart Rate Measurement"

  // Appends the readings that `value` makes, one group a measurement, RawSpan inside `value`.
  // Malformed when the value breaks its layout: then nothing is appended. Null for what makes no
  // readings (features, control points, clocks, strings).
  Result<> (*decode)(std::span<const std::byte> value, const Context& context,
                     std::vector<Reading>& out);

  // Every field of the layout. Malformed in exactly the same cases, as far as Context is empty.
  Result<Fields> (*describe)(std::span<const std::byte> value);
};

inline constexpr std::size_t kCharacteristicCount = 69;

// In the order of their UUIDs.
std::span<const Characteristic> characteristics();

// Nothing for a UUID that is not in the table.
const Characteristic* find_characteristic(std::uint16_t uuid);

// Takes from a value of any characteristic what later ones need. A broken value changes nothing.
void remember(std::uint16_t uuid, std::span<const std::byte> value, Context& context);

}  // namespace vitalgate::bridge::gatt
