// The simulated Ivy 450C: a patient with ECG, breath, pulse oximeter, arm cuff and arterial line.
#include <algorithm>

#include "tests/clinic/ansarb.h"
#include "tests/clinic/counter.h"
#include "tests/clinic/wave.h"

namespace vitalgate::clinic {
namespace {

constexpr std::uint8_t kNoSensor = 0xFB;  // drawn where no transducer is
constexpr int kHighestSample = 0xFA;
constexpr int kFlat = 0x78;
constexpr int kFirstCuffS = 8;
constexpr int kCuffEveryS = 150;

template <std::size_t Samples>
void draw(std::array<std::uint8_t, Samples>& out, Wave& wave, int per_minute, int base,
          int height) {
  for (std::uint8_t& sample : out) {
    const int level = base + wave.next(per_minute) * height / 1000;
    sample = static_cast<std::uint8_t>(std::clamp(level, 0, kHighestSample));
  }
}

class Ivy final : public Monitor {
 public:
  Ivy(std::uint64_t seed, Script script) : patient_(seed), script_(script) {}

  std::optional<Frame> next() override {
    const Micros due = std::chrono::seconds(second_);
    IvyScreen screen = script_ == Script::living ? living() : counting();
    screen.p2.fill(kNoSensor);
    ++second_;
    return Frame{due, encode_ansarb(screen)};
  }

 private:
  IvyScreen living() {
    patient_.step();
    IvyScreen screen;
    measure(screen);
    draw_waves(screen);
    return screen;
  }

  void measure(IvyScreen& screen) {
    if (second_ % kCuffEveryS == kFirstCuffS) take_cuff_pressure();
    screen.cuff = cuff_;
    if (cuff_) screen.cuff_pulse_rate = cuff_pulse_rate_;
    screen.p1_pressure = patient_.arterial();
    if (patient_.lead_off()) {
      screen.ecg_message = "LEAD OFF";
    } else {
      screen.heart_rate = patient_.heart_rate();
    }
    screen.respiratory_rate = patient_.apnea() ? 0 : patient_.respiratory_rate();
    if (patient_.apnea()) screen.respiration_message = "APNEA: 20 SEC";
    if (!patient_.finger_out()) {
      screen.spo2 = patient_.spo2();
      screen.pulse_rate = patient_.heart_rate();
    }
  }

  void take_cuff_pressure() {
    const Pressure arterial = patient_.arterial();
    cuff_ = Pressure{arterial.systolic - 3, arterial.diastolic + 2, arterial.mean};
    cuff_pulse_rate_ = patient_.heart_rate();
  }

  void draw_waves(IvyScreen& screen) {
    const int rate = patient_.heart_rate();
    draw(screen.ecg, ecg_, rate, kFlat, patient_.lead_off() ? 0 : 118);
    draw(screen.respiration, breath_, patient_.respiratory_rate(), 40, patient_.apnea() ? 0 : 170);
    draw(screen.pleth, pleth_, rate, 60, patient_.finger_out() ? 0 : 150);
    draw(screen.p1, pressure_, rate, patient_.arterial().diastolic,
         patient_.arterial().systolic - patient_.arterial().diastolic);
  }

  IvyScreen counting() const {
    const CountedPair pair = count_as_pair(static_cast<std::uint64_t>(second_));
    IvyScreen screen;
    screen.heart_rate = pair.rate_bpm;
    screen.pulse_rate = pair.rate_bpm;
    screen.spo2 = pair.spo2_percent;
    screen.respiratory_rate = 15;
    screen.cuff = Pressure{121, 75, 92};
    screen.cuff_pulse_rate = pair.rate_bpm;
    screen.p1_pressure = Pressure{111, 73, 88};
    return screen;
  }

  Patient patient_;
  const Script script_;
  std::int64_t second_ = 0;
  std::optional<Pressure> cuff_;
  int cuff_pulse_rate_ = 0;
  Wave ecg_{shape::kEcg, 200};
  Wave breath_{shape::kBreath, 50};
  Wave pleth_{shape::kPleth, 50};
  Wave pressure_{shape::kPressure, 50};
};

}  // namespace

std::unique_ptr<Monitor> make_ivy(std::uint64_t seed, Script script) {
  return std::make_unique<Ivy>(seed, script);
}

}  // namespace vitalgate::clinic
