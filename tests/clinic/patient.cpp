#include "tests/clinic/patient.h"

#include <algorithm>

namespace vitalgate::clinic {

void Walk::step(Dice& dice) {
  const int draw = dice.between(1, 6);
  if (draw <= 2) value_ += draw == 1 ? 1 : -1;
  if (draw == 3 && value_ != home_) value_ += value_ < home_ ? 1 : -1;
  value_ = std::clamp(value_, low_, high_);
}

Episode::Episode(Dice& dice, int first_s, int every_s, int shortest_s, int longest_s)
    : every_s_(every_s),
      shortest_s_(shortest_s),
      longest_s_(longest_s),
      wait_s_(dice.between(5, first_s)) {}

void Episode::step(Dice& dice) {
  if (left_s_ > 0) {
    --left_s_;
  } else if (--wait_s_ <= 0) {
    left_s_ = dice.between(shortest_s_, longest_s_);
    wait_s_ = dice.between(every_s_ / 2, every_s_ * 3 / 2);
  }
}

Patient::Patient(std::uint64_t seed)
    : dice_(seed),
      heart_rate_(dice_.between(58, 104), 42, 168),
      spo2_(dice_.between(95, 99), 86, 100),
      respiratory_rate_(dice_.between(12, 22), 5, 40),
      systolic_(dice_.between(105, 148), 84, 196),
      pulse_pressure_(dice_.between(36, 52), 26, 70),
      finger_out_(dice_, 40, 120, 4, 9),
      moving_(dice_, 20, 45, 2, 5),
      lead_off_(dice_, 60, 240, 3, 8),
      apnea_(dice_, 90, 300, 5, 12) {}

void Patient::step() {
  for (Walk* walk : {&heart_rate_, &spo2_, &respiratory_rate_, &systolic_, &pulse_pressure_}) {
    walk->step(dice_);
  }
  for (Episode* episode : {&finger_out_, &moving_, &lead_off_, &apnea_}) episode->step(dice_);
}

Pressure Patient::arterial() const {
  const int systolic = systolic_.value();
  const int diastolic = systolic - pulse_pressure_.value();
  return {systolic, diastolic, diastolic + pulse_pressure_.value() / 3};
}

}  // namespace vitalgate::clinic
