// A patient whose vital signs wander a little every second, from one seed.
#pragma once

#include <cstdint>
#include <optional>

#include "tests/clinic/dice.h"

namespace vitalgate::clinic {

// A whole number on a walk: small steps, drawn back to where it started.
class Walk {
 public:
  Walk(int home, int low, int high) : home_(home), low_(low), high_(high), value_(home) {}

  void step(Dice& dice);
  [[nodiscard]] int value() const { return value_; }

 private:
  int home_;
  int low_;
  int high_;
  int value_;
};

// Something that happens now and then and lasts some seconds.
class Episode {
 public:
  // First within `first_s` seconds, then about every `every_s`.
  Episode(Dice& dice, int first_s, int every_s, int shortest_s, int longest_s);

  // One second passes.
  void step(Dice& dice);
  [[nodiscard]] bool on() const { return left_s_ > 0; }

 private:
  int every_s_;
  int shortest_s_;
  int longest_s_;
  int wait_s_;
  int left_s_ = 0;
};

struct Pressure {
  int systolic = 0;
  int diastolic = 0;
  int mean = 0;
};

class Patient {
 public:
  explicit Patient(std::uint64_t seed);

  // One second passes.
  void step();

  [[nodiscard]] int heart_rate() const { return heart_rate_.value(); }
  [[nodiscard]] int spo2() const { return spo2_.value(); }
  [[nodiscard]] int respiratory_rate() const { return respiratory_rate_.value(); }
  [[nodiscard]] Pressure arterial() const;

  // The probe is off the finger, or its signal is spoilt by movement.
  [[nodiscard]] bool finger_out() const { return finger_out_.on(); }
  [[nodiscard]] bool moving() const { return moving_.on(); }
  [[nodiscard]] bool lead_off() const { return lead_off_.on(); }
  [[nodiscard]] bool apnea() const { return apnea_.on(); }

  Dice& dice() { return dice_; }

 private:
  Dice dice_;
  Walk heart_rate_;
  Walk spo2_;
  Walk respiratory_rate_;
  Walk systolic_;
  Walk pulse_pressure_;
  Episode finger_out_;
  Episode moving_;
  Episode lead_off_;
  Episode apnea_;
};

}  // namespace vitalgate::clinic
