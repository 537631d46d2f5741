// Formats: what a piece of bytes can be, by the name that people and vectors use for it.
//
// "2A37", "SFLOAT", "nonin-df2", "hl7v2-oru-r01", ... Each room that decodes adds its own table;
// formats() is all of them. Pure; any thread.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

#include "agent/core/reading.h"
#include "agent/core/result.h"
#include "firmware-bridge/fields.h"

namespace vitalgate::bridge {

struct Format {
  std::string_view name;
  std::string_view title;  // one line for a person

  // Every field that is in `bytes`, which hold one frame, message or stretch of a line. An Error
  // only when nothing can be said; a format whose fields tell of a broken frame (valid, crc_ok)
  // says it there.
  Result<Fields> (*describe)(std::span<const std::byte> bytes);

  // The readings that the agent makes of them, as arrivals; null when it makes none. An Error
  // when the bytes are refused.
  Result<std::vector<Arrival>> (*readings)(std::span<const std::byte> bytes) = nullptr;
};

// The formats of Bluetooth values and of vendors' advertisements and records.
std::span<const Format> gatt_formats();
// The formats of serial lines, of frames inside them, and of checksums.
std::span<const Format> serial_formats();
// The formats of messages and register frames.
std::span<const Format> feed_formats();

// Nothing for a name that is no format. Case does not matter.
const Format* find_format(std::string_view name);

}  // namespace vitalgate::bridge
