// Register words become values: the number that a Modbus device's table of registers describes.
//
// One 16-bit register, or two for a 32-bit number; which word comes first is a setting, since the
// protocol does not say it. IEEE 754 singles get the shortest digits that stand for the same
// single. Pure; any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "agent/core/reading.h"
#include "config/settings.h"

namespace vitalgate::bridge {

// How many registers a number takes.
constexpr std::size_t register_count(config::RegisterType type) {
  return type == config::RegisterType::u16 || type == config::RegisterType::s16 ? 1 : 2;
}

// `words` are register_count() of them. Absent::no_signal for the number that stands for "no
// value" - for signed types also when the setting names the same bits without a sign -, not a
// number and infinities as such, Absent::error beyond what Decimal can hold.
Value register_value(const config::RegisterSettings& settings,
                     std::span<const std::uint16_t> words);

}  // namespace vitalgate::bridge
