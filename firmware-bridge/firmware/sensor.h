// Sensor: whatever a bridge measures with, a radio or a socket of its own.
//
// poll() is called from the main loop, over and over, and returns at once. It gives one raw GATT
// value at a time, as its characteristic defines it. When the ring has no room for it without
// dropping, it is taken all the same: a patient does not wait.
#pragma once

#include "firmware-bridge/firmware/ring.h"

namespace vitalgate::bridge::firmware {

class Sensor {
 public:
  // True: `out` is a value that was measured now; its bytes are in `bytes`.
  virtual bool poll(uint64_t now, uint8_t (&bytes)[wire::kValueMax], wire::GattValue& out) = 0;

 protected:
  ~Sensor() = default;
};

}  // namespace vitalgate::bridge::firmware
