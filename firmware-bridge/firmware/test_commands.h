// Messages that only the test firmware understands (VITALGATE_FIRMWARE_TEST). Types 70 and above
// are left free for such use; every other firmware ignores them.
#pragma once

#include "firmware-bridge/wire/message.h"

namespace vitalgate::bridge::firmware {

// Measure until the ring's newest record is `until`; survives resets.
struct Make {
  static constexpr uint8_t kType = 0x70;
  uint64_t until = 0;
  uint16_t per_second = 0;  // 0: as fast as the ring empties

  template <class Io, class Self>
  static void walk(Io& io, Self& m) {
    io.number(m.until, 6);
    io.number(m.per_second, 2);
  }
};

// Stop for good, for the watchdog to end.
struct Hang {
  static constexpr uint8_t kType = 0x71;

  template <class Io, class Self>
  static void walk(Io& /*io*/, Self& /*m*/) {}
};

}  // namespace vitalgate::bridge::firmware
