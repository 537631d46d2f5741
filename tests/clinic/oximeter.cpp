// The simulated oximeters: one finger, seen through three kinds of Nonin device.
#include "tests/clinic/counter.h"
#include "tests/clinic/nonin.h"
#include "tests/clinic/patient.h"
#include "tests/clinic/wave.h"

namespace vitalgate::clinic {
namespace {

constexpr int kFramesPerSecond = 75;
constexpr int kPacketsPerSecond = kFramesPerSecond / kFramesPerPacket;

// Says what the probe sees: one state a message.
class Probe {
 public:
  Probe(std::uint64_t seed, Script script) : patient_(seed), script_(script) {}

  // `seconds` have begun since the message before.
  OximeterState look(bool new_second) {
    if (script_ == Script::counter) return counted();
    if (new_second) patient_.step();
    OximeterState state;
    if (patient_.finger_out()) {
      state.sensor_alarm = true;
      return state;
    }
    state.pulse_rate = patient_.heart_rate();
    state.spo2 = patient_.spo2();
    state.artifact = patient_.moving();
    state.out_of_track = patient_.moving() && patient_.dice().one_in(2);
    state.low_perfusion = patient_.spo2() < 90;
    return state;
  }

 private:
  OximeterState counted() {
    const CountedPair pair = count_as_pair(message_++);
    OximeterState state;
    state.pulse_rate = pair.rate_bpm;
    state.spo2 = pair.spo2_percent;
    return state;
  }

  Patient patient_;
  const Script script_;
  std::uint64_t message_ = 0;
};

// Formats 2 and 7: a packet three times a second, in 25 frames.
class FrameOximeter final : public Monitor {
 public:
  FrameOximeter(FrameFormat format, std::uint64_t seed, Script script)
      : format_(format), probe_(seed, script) {}

  std::optional<Frame> next() override {
    const auto frame = static_cast<int>(frames_ % kFramesPerPacket);
    const auto packet = frames_ / kFramesPerPacket;
    if (frame == 0) state_ = probe_.look(packet % kPacketsPerSecond == 0);
    const Micros due(frames_ * 1'000'000 / kFramesPerSecond);
    ++frames_;
    return Frame{due, encode_frame(format_, state_, frame, sample())};
  }

 private:
  std::uint16_t sample() {
    if (!state_.pulse_rate) return 0x8000;
    return static_cast<std::uint16_t>(0x3000 + pleth_.next(*state_.pulse_rate) * 0x9000 / 1000);
  }

  const FrameFormat format_;
  Probe probe_;
  OximeterState state_;
  std::int64_t frames_ = 0;
  Wave pleth_{shape::kPleth, kFramesPerSecond};
};

using Encode = Bytes (*)(const OximeterState&);

// One message a second, whatever its form.
class SlowOximeter final : public Monitor {
 public:
  SlowOximeter(Encode encode, std::uint64_t seed, Script script)
      : encode_(encode), probe_(seed, script) {}

  std::optional<Frame> next() override {
    const Micros due = std::chrono::seconds(second_++);
    return Frame{due, encode_(probe_.look(true))};
  }

 private:
  const Encode encode_;
  Probe probe_;
  std::int64_t second_ = 0;
};

}  // namespace

std::unique_ptr<Monitor> make_nonin_frames(FrameFormat format, std::uint64_t seed, Script script) {
  return std::make_unique<FrameOximeter>(format, seed, script);
}

std::unique_ptr<Monitor> make_nonin_df8(std::uint64_t seed, Script script) {
  return std::make_unique<SlowOximeter>(encode_df8, seed, script);
}

std::unique_ptr<Monitor> make_nonin_ascii(std::uint64_t seed, Script script) {
  return std::make_unique<SlowOximeter>(encode_ascii, seed, script);
}

}  // namespace vitalgate::clinic
