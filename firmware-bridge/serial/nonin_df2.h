// Nonin data formats 2 and 7: 75 frames a second, 25 frames make a packet, three packets a second.
//
//   DF2: 01 status pleth value chk      chk: sum of the four bytes before it, modulo 256
//   DF7: status pleth_msb pleth_lsb value chk
//   status: bit 7 always 1, 6 sensor disconnect, 5 artifact, 4 out of track, 3 sensor alarm,
//           2-1 perfusion (01 green, 10 red, 11 yellow), 0 sync: first frame of a packet
//
// The value byte of each frame has its meaning by position. Source: Nonin OEM III specification.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "firmware-bridge/serial/frame_finder.h"

namespace vitalgate::bridge {

enum class NoninFormat : std::uint8_t { df2, df7 };

struct NoninStatus {
  bool sensor_disconnect = false;
  bool artifact = false;
  bool out_of_track = false;
  bool sensor_alarm = false;
  bool green_perfusion = false;
  bool red_perfusion = false;
  bool yellow_perfusion = false;
  bool sync = false;
};

NoninStatus parse_nonin_status(std::uint8_t byte);

// Whether the five bytes are a frame of `format`.
bool is_nonin_frame(NoninFormat format, std::span<const std::byte> bytes);

struct NoninPacket {
  std::optional<std::uint16_t> heart_rate;  // four-beat average: published
  std::optional<std::uint8_t> spo2;         // four-beat average: published
  NoninStatus status;                       // whatever one of the 25 frames said
  bool low_battery = false;                 // STAT2 bit 0
  bool smart_point = false;                 // STAT2 bit 5

  // Decoded and not published: other averages of the same signal.
  std::uint8_t revision = 0;
  std::optional<std::uint8_t> spo2_display;
  std::optional<std::uint8_t> spo2_fast;
  std::optional<std::uint8_t> spo2_beat_to_beat;
  std::optional<std::uint16_t> heart_rate_ext;
  std::optional<std::uint8_t> spo2_ext;
  std::optional<std::uint8_t> spo2_ext_display;
  std::optional<std::uint16_t> heart_rate_display;
  std::optional<std::uint16_t> heart_rate_ext_display;
};

// Bytes to packets. A packet is given only when its 25 frames came without a gap.
class NoninPackets {
 public:
  explicit NoninPackets(NoninFormat format);

  // The packet that `byte` completes.
  std::optional<NoninPacket> push(std::byte byte);

  // bad_frames: frame errors, see FrameFinder.
  [[nodiscard]] const SourceCounts& counts() const { return framer_.counts(); }
  // Frames that were still due when the sync of the next packet came.
  [[nodiscard]] std::uint64_t missed_frames() const { return missed_frames_; }

  void reset();

 private:
  static constexpr std::size_t kFrames = 25;

  std::optional<NoninPacket> take(std::uint8_t status, std::uint8_t value);

  NoninFormat format_;
  FrameFinder framer_;
  std::array<std::uint8_t, kFrames> values_{};
  NoninStatus status_;         // of all frames of the packet
  std::size_t collected_ = 0;  // 0: waiting for a sync
  bool torn_ = false;          // the packet has a gap
  std::uint64_t missed_frames_ = 0;
};

}  // namespace vitalgate::bridge
