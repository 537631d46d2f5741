#include "firmware-bridge/serial/nonin_df8.h"

#include <utility>

#include "firmware-bridge/serial/frame_finder.h"
#include "firmware-bridge/serial/nonin.h"

namespace vitalgate::bridge {
namespace {

constexpr std::size_t kFrameBytes = 4;

std::uint8_t number(std::byte byte) { return std::to_integer<std::uint8_t>(byte); }

bool is_frame(std::span<const std::byte> bytes) {
  return bytes.size() == kFrameBytes && (number(bytes[0]) & 0x80) != 0 &&
         ((number(bytes[1]) | number(bytes[2]) | number(bytes[3])) & 0x80) == 0;
}

NoninMeasurement to_measurement(const NoninDf8& values) {
  NoninMeasurement measurement;
  measurement.heart_rate = values.heart_rate;
  measurement.spo2 = values.spo2;
  measurement.raw = {0, kFrameBytes};
  if (values.sensor_disconnected) measurement.missing = Absent::sensor_off;
  FlagSet& flags = measurement.flags;
  if (values.sensor_disconnected) flags.set(Flag::sensor_alarm);
  if (values.out_of_track) flags.set(Flag::out_of_track);
  if (values.low_perfusion) flags.set(Flag::low_perfusion);
  if (values.marginal_perfusion) flags.set(Flag::marginal_perfusion);
  if (values.artifact) flags.set(Flag::artifact);
  if (values.smart_point) flags.set(Flag::smart_point);
  if (values.sensor_fault) flags.set(Flag::sensor_fault);
  if (values.critical_battery) flags.set(Flag::critical_battery);
  if (values.low_battery) flags.set(Flag::low_battery);
  return measurement;
}

class Df8Driver : public Driver {
 public:
  void feed(std::span<const std::byte> bytes, Stamp received, std::vector<Arrival>& out) override {
    for (const std::byte byte : bytes) {
      const auto frame = framer_.push(byte);
      if (frame.empty()) continue;
      Arrival arrival;
      arrival.received = received;
      arrival.readings = to_readings(to_measurement(*parse_nonin_df8(frame)));
      arrival.bytes.assign(frame.begin(), frame.end());
      out.push_back(std::move(arrival));
    }
  }

  [[nodiscard]] SourceCounts counts() const override { return framer_.counts(); }
  void reset() override { framer_.reset(); }

 private:
  FrameFinder framer_{kFrameBytes, is_frame};
};

}  // namespace

Result<NoninDf8> parse_nonin_df8(std::span<const std::byte> frame) {
  if (!is_frame(frame)) return Error{Errc::malformed, "not a data format 8 frame", {}};
  const std::uint8_t first = number(frame[0]);
  const std::uint8_t last = number(frame[3]);
  NoninDf8 values;
  values.heart_rate = nonin_rate(first, number(frame[1]));
  values.spo2 = nonin_saturation(number(frame[2]));
  values.sensor_disconnected = (first & 0x40) != 0;
  values.out_of_track = (first & 0x20) != 0;
  values.low_perfusion = (first & 0x10) != 0;
  values.marginal_perfusion = (first & 0x08) != 0;
  values.artifact = (first & 0x04) != 0;
  values.smart_point = (last & 0x20) != 0;
  values.sensor_fault = (last & 0x08) != 0;
  values.spot_check = (last & 0x04) != 0;
  values.critical_battery = (last & 0x02) != 0;
  values.low_battery = (last & 0x01) != 0;
  return values;
}

std::unique_ptr<Driver> make_nonin_df8() { return std::make_unique<Df8Driver>(); }

}  // namespace vitalgate::bridge
