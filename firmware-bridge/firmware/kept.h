// What outlives a warm reset: memory that neither the start-up code nor a loader touches.
//
// At power-on it holds anything at all, so each part proves itself: the ring by its checks, the
// rest by magic words.
#pragma once

#include "firmware-bridge/firmware/ring.h"

namespace vitalgate::bridge::firmware {

constexpr uint32_t kRingBytes = 64 * 1024;
constexpr uint32_t kWatchdogBit = 0xB17E0000;

struct Kept {
  wire::RingMemory<kRingBytes> ring;
  uint32_t watchdog_bit;  // kWatchdogBit: the last reset was the watchdog's
  // What a test asked for, with the complement of its parts' sum as proof.
  uint64_t make_until;
  uint32_t make_per_second;
  uint32_t make_proof;
};

// Where the linker script put it.
Kept& kept();

}  // namespace vitalgate::bridge::firmware
