// Blocks: the requests that read a device's registers, neighbours in one.
//
// Registers between two wanted ones are never asked for: a device may refuse a whole request for
// one that it does not have. Both words of a number are in one request, so they belong together.
// Pure; any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "config/settings.h"

namespace vitalgate::bridge {

struct RegisterBlock {
  config::RegisterKind kind = config::RegisterKind::holding;
  std::uint16_t address = 0;
  std::size_t count = 0;
  std::vector<std::size_t> values;  // positions in `registers`
};

// At most `registers_max` registers each, of which there are two or more. Numbers that would end
// behind the last register address are in no block.
std::vector<RegisterBlock> register_blocks(std::span<const config::RegisterSettings> registers,
                                           std::size_t registers_max);

}  // namespace vitalgate::bridge
