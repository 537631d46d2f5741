// What arrived of the simulated patient, against what it must have measured.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "tests/support/hub.h"

namespace vitalgate::test {

struct WireAccount {
  std::uint64_t records = 0;  // that arrived
  std::uint64_t readings = 0;
  std::uint64_t lost = 0;           // records that the bridge declared
  std::uint64_t without_clock = 0;  // readings without a known bridge clock
  std::vector<std::string> faults;  // a line for each broken promise
};

// `rows`: everything from one gateway, in order of sequence. The bridge's records 1 to `until`
// came from channels with the sensors `channels`; the first ones, one a channel, say that its
// sensor is there.
WireAccount judge_wire(const std::vector<Json>& rows, const std::string& bridge,
                       const std::vector<std::string>& channels, std::uint64_t until);

}  // namespace vitalgate::test
