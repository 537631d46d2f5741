// The serial formats of Nonin oximeters, written from domain.md section 7.1.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "tests/clinic/monitor.h"

namespace vitalgate::clinic {

// What an oximeter knows at one moment.
struct OximeterState {
  std::optional<int> pulse_rate;  // nothing: 511, or --- in text
  std::optional<int> spo2;        // nothing: 127
  bool sensor_alarm = false;      // the finger is out
  bool disconnected = false;
  bool artifact = false;
  bool out_of_track = false;
  bool low_perfusion = false;
};

// Formats 2 and 7 send packets of 25 frames of 5 bytes, 75 frames a second.
enum class FrameFormat : std::uint8_t { df2, df7 };
inline constexpr int kFramesPerPacket = 25;

// Frame 0..24 of a packet. Format 2 sends the upper eight bits of the pleth sample.
Bytes encode_frame(FrameFormat format, const OximeterState& state, int frame, std::uint16_t pleth);

// Format 8: four bytes a second.
Bytes encode_df8(const OximeterState& state);

// The text of the hand-held models: "SPO2=097 HR=072", once a second.
Bytes encode_ascii(const OximeterState& state);

std::unique_ptr<Monitor> make_nonin_frames(FrameFormat format, std::uint64_t seed, Script script);
std::unique_ptr<Monitor> make_nonin_df8(std::uint64_t seed, Script script);
std::unique_ptr<Monitor> make_nonin_ascii(std::uint64_t seed, Script script);

}  // namespace vitalgate::clinic
