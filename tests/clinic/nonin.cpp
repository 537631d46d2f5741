#include "tests/clinic/nonin.h"

#include <array>
#include <cstdio>

namespace vitalgate::clinic {
namespace {

constexpr int kNoRate = 511;
constexpr int kNoSpo2 = 127;
constexpr std::uint8_t kRevision = 0x30;

int rate_of(const OximeterState& state) { return state.pulse_rate.value_or(kNoRate); }
int spo2_of(const OximeterState& state) { return state.spo2.value_or(kNoSpo2); }

std::uint8_t byte(int value) { return static_cast<std::uint8_t>(value); }

std::uint8_t status_of(const OximeterState& state, bool first_frame) {
  return byte(0x80 | (state.disconnected ? 0x40 : 0) | (state.artifact ? 0x20 : 0) |
              (state.out_of_track ? 0x10 : 0) | (state.sensor_alarm ? 0x08 : 0) |
              (state.low_perfusion ? 0x04 : 0) | (first_frame ? 0x01 : 0));
}

// What the value byte of frame 1 to 25 of a packet means; numbered as in the manual.
std::uint8_t value_of(const OximeterState& state, int frame_number) {
  switch (frame_number) {
    case 1:
    case 14:
    case 20:
    case 22:
      return byte(rate_of(state) >> 7);
    case 2:
    case 15:
    case 21:
    case 23:
      return byte(rate_of(state) & 0x7F);
    case 3:
    case 9:
    case 10:
    case 11:
    case 16:
    case 17:
      return byte(spo2_of(state));
    case 4:
      return kRevision;
    default:
      return 0;
  }
}

std::string three_digits(const std::optional<int>& value) {
  if (!value) return "---";
  std::array<char, 8> text{};
  std::snprintf(text.data(), text.size(), "%03d", *value % 1000);
  return text.data();
}

}  // namespace

Bytes encode_frame(FrameFormat format, const OximeterState& state, int frame, std::uint16_t pleth) {
  const std::uint8_t status = status_of(state, frame == 0);
  const std::uint8_t value = value_of(state, frame + 1);
  Bytes bytes = format == FrameFormat::df2
                    ? Bytes{0x01, status, byte(pleth >> 8), value}
                    : Bytes{status, byte(pleth >> 8), byte(pleth & 0xFF), value};
  int sum = 0;
  for (const std::uint8_t each : bytes) sum += each;
  bytes.push_back(byte(sum & 0xFF));
  return bytes;
}

Bytes encode_df8(const OximeterState& state) {
  const int first = 0x80 | (state.disconnected ? 0x40 : 0) | (state.out_of_track ? 0x20 : 0) |
                    (state.low_perfusion ? 0x10 : 0) | (state.artifact ? 0x04 : 0) |
                    rate_of(state) >> 7;
  return {byte(first), byte(rate_of(state) & 0x7F), byte(spo2_of(state)), 0};
}

Bytes encode_ascii(const OximeterState& state) {
  const std::string line =
      "SPO2=" + three_digits(state.spo2) + " HR=" + three_digits(state.pulse_rate) + "\r\n";
  return {line.begin(), line.end()};
}

}  // namespace vitalgate::clinic
