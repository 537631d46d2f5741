#include "firmware-bridge/serial/modbus_blocks.h"

#include <algorithm>
#include <numeric>
#include <tuple>

#include "firmware-bridge/serial/modbus_value.h"

namespace vitalgate::bridge {
namespace {

constexpr std::size_t kAddresses = 65'536;

}  // namespace

std::vector<RegisterBlock> register_blocks(std::span<const config::RegisterSettings> registers,
                                           std::size_t registers_max) {
  std::vector<std::size_t> order(registers.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return std::tie(registers[a].kind, registers[a].address) <
           std::tie(registers[b].kind, registers[b].address);
  });
  std::vector<RegisterBlock> blocks;
  for (const std::size_t position : order) {
    const config::RegisterSettings& wanted = registers[position];
    const std::size_t end = wanted.address + register_count(wanted.type);
    if (end > kAddresses) continue;
    const bool joins = !blocks.empty() && blocks.back().kind == wanted.kind &&
                       wanted.address <= blocks.back().address + blocks.back().count &&
                       end - blocks.back().address <= registers_max;
    if (!joins) blocks.push_back({wanted.kind, wanted.address, 0, {}});
    RegisterBlock& block = blocks.back();
    block.count = std::max(block.count, end - block.address);
    block.values.push_back(position);
  }
  return blocks;
}

}  // namespace vitalgate::bridge
