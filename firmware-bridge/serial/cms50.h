// Contec CMS50 pulse oximeters: two live streams of 60 samples a second, without a checksum.
//
// First kind (CMS50D, D+ before firmware 4.6, Bluetooth models), 19200 baud 8O1, sends by itself:
//   b0: bit 7 always 1 (start), 6 pulse beep, 5 SpO2 dropping, 4 probe out, 3-0 signal strength
//   b1: pleth wave 0..127
//   b2: bit 6 = pulse rate bit 7, 5 searching for a pulse, 4 probe error, 3-0 bar graph
//   b3: pulse rate bits 6-0    b4: SpO2          bit 7 of b1 to b4 is 0
//
// Second kind (firmware 4.6 and 7: D+, E, F), 115200 baud 8N1, asked for by 7D 81 A1 80 x 6 and
// kept going by 7D 81 AF 80 x 6. All bytes but the type have bit 7 set; bit n of the second byte
// is the true bit 7 of byte n + 2:
//   b0: type 01    b1: high bits
//   b2: bit 7 probe out, 6 pulse beep, 4 searched too long, 3-0 signal strength
//   b3: bit 7 searching for a pulse, 6-0 pleth wave
//   b4: bit 4 no perfusion index, 3-0 bar graph
//   b5: pulse rate    b6: SpO2    b7, b8: perfusion index, little-endian, in a unit nobody knows
//
// Pulse rate in /min, 0 and 255 are "no value"; SpO2 in %, 0 and 127 are. Source: public reverse
// engineering of both (Contec publishes neither).
//
// Sixty equal readings a second help nobody: the drivers give the readings of the first frame, of
// every frame that says something new about rate, SpO2 or the probe, and of every 60th.
//
// All functions are pure; any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>

#include "agent/core/result.h"
#include "firmware-bridge/serial/driver.h"

namespace vitalgate::bridge {

inline constexpr std::size_t kCms50FrameBytes = 5;
inline constexpr std::size_t kCms50V7FrameBytes = 9;

struct Cms50Sample {
  std::uint8_t strength = 0;
  std::uint8_t waveform = 0;
  std::uint8_t bar = 0;
  std::optional<std::uint8_t> pulse_rate;
  std::optional<std::uint8_t> spo2;
  bool finger_out = false;
  bool searching = false;
  bool searched_too_long = false;  // second kind only
  bool probe_error = false;        // first kind only
  bool dropping = false;           // first kind only
  bool beep = false;

  bool operator==(const Cms50Sample&) const = default;
};

// Malformed unless exactly one frame.
Result<Cms50Sample> parse_cms50(std::span<const std::byte> frame);
Result<Cms50Sample> parse_cms50_v7(std::span<const std::byte> frame);

std::unique_ptr<Driver> make_cms50();
std::unique_ptr<Driver> make_cms50_v7();

}  // namespace vitalgate::bridge
