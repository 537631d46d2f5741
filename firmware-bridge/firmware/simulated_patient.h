// A patient that can be predicted: the value of a record follows from its number in the ring.
//
// Channel 0: heart rate 2A37 with nine RR intervals. Channel 1: oximeter 2A5F. Channel 2:
// thermometer 2A1C. Record n is on channel n mod 3; a receiver can tell from the values alone
// which n it was, and so that each came once:
//
//   2A37   60 + n mod 40 /min; RR intervals 700 + the bytes of n (four, low byte first), then 800
//   2A5F   90 + n mod 10 %, 60 + n div 10 mod 100 /min
//   2A1C   36.000 + n mod 1000 thousandths Cel
//
// Also compiled into the tests, as the account to compare with.
#pragma once

#include "firmware-bridge/firmware/sensor.h"

namespace vitalgate::bridge::firmware {

constexpr uint8_t kChannels = 3;

// The value of record `number`; its bytes are in `bytes`.
wire::GattValue simulated_value(uint64_t number, uint8_t (&bytes)[wire::kValueMax]);

class SimulatedPatient final : public Sensor {
 public:
  explicit SimulatedPatient(const wire::Ring& ring) : ring_(ring) {}

  bool poll(uint64_t now, uint8_t (&bytes)[wire::kValueMax], wire::GattValue& out) override;

  // Records up to number `until`, `per_second` of them in a second; 0: as fast as they leave a
  // quarter of the ring free.
  void make(uint64_t until, uint32_t per_second, uint64_t now);

 private:
  const wire::Ring& ring_;
  uint64_t until_ = 0;
  uint32_t per_second_ = 0;
  uint64_t began_ = 0;
  uint64_t made_ = 0;  // since began_
};

}  // namespace vitalgate::bridge::firmware
