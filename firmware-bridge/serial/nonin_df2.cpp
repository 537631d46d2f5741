#include "firmware-bridge/serial/nonin_df2.h"

#include <utility>

#include "firmware-bridge/serial/nonin.h"

namespace vitalgate::bridge {
namespace {

constexpr std::size_t kFrameBytes = 5;

std::uint8_t number(std::byte byte) { return std::to_integer<std::uint8_t>(byte); }

bool is_df2(std::span<const std::byte> bytes) { return is_nonin_frame(NoninFormat::df2, bytes); }
bool is_df7(std::span<const std::byte> bytes) { return is_nonin_frame(NoninFormat::df7, bytes); }

void add(NoninStatus& all, const NoninStatus& one) {
  all.sensor_disconnect |= one.sensor_disconnect;
  all.artifact |= one.artifact;
  all.out_of_track |= one.out_of_track;
  all.sensor_alarm |= one.sensor_alarm;
  all.green_perfusion |= one.green_perfusion;
  all.red_perfusion |= one.red_perfusion;
  all.yellow_perfusion |= one.yellow_perfusion;
  all.sync |= one.sync;
}

// `values` by position: values[0] is the value byte of frame 1.
NoninPacket to_packet(std::span<const std::uint8_t> values, const NoninStatus& status) {
  const auto frame = [values](std::size_t position) { return values[position - 1]; };
  NoninPacket packet;
  packet.status = status;
  packet.heart_rate = nonin_rate(frame(1), frame(2));
  packet.spo2 = nonin_saturation(frame(3));
  packet.revision = frame(4);
  packet.low_battery = (frame(8) & 0x01) != 0;
  packet.smart_point = (frame(8) & 0x20) != 0;
  packet.spo2_display = nonin_saturation(frame(9));
  packet.spo2_fast = nonin_saturation(frame(10));
  packet.spo2_beat_to_beat = nonin_saturation(frame(11));
  packet.heart_rate_ext = nonin_rate(frame(14), frame(15));
  packet.spo2_ext = nonin_saturation(frame(16));
  packet.spo2_ext_display = nonin_saturation(frame(17));
  packet.heart_rate_display = nonin_rate(frame(20), frame(21));
  packet.heart_rate_ext_display = nonin_rate(frame(22), frame(23));
  return packet;
}

NoninMeasurement to_measurement(const NoninPacket& packet) {
  NoninMeasurement measurement;
  measurement.heart_rate = packet.heart_rate;
  measurement.spo2 = packet.spo2;
  const NoninStatus& status = packet.status;
  if (status.sensor_disconnect) measurement.missing = Absent::sensor_off;
  FlagSet& flags = measurement.flags;
  if (status.artifact) flags.set(Flag::artifact);
  if (status.out_of_track) flags.set(Flag::out_of_track);
  // A value beside a sensor that came off in the same third of a second is no good value.
  if (status.sensor_alarm || status.sensor_disconnect) flags.set(Flag::sensor_alarm);
  if (status.red_perfusion) flags.set(Flag::low_perfusion);
  if (status.yellow_perfusion) flags.set(Flag::marginal_perfusion);
  if (packet.low_battery) flags.set(Flag::low_battery);
  if (packet.smart_point) flags.set(Flag::smart_point);
  return measurement;
}

class PacketDriver : public Driver {
 public:
  explicit PacketDriver(NoninFormat format) : packets_(format) {}

  void feed(std::span<const std::byte> bytes, Stamp received, std::vector<Arrival>& out) override {
    for (const std::byte byte : bytes) {
      const auto packet = packets_.push(byte);
      if (!packet) continue;
      Arrival arrival;
      arrival.received = received;
      arrival.readings = to_readings(to_measurement(*packet));
      out.push_back(std::move(arrival));  // 125 bytes a packet: too long for `raw`
    }
  }

  [[nodiscard]] SourceCounts counts() const override {
    SourceCounts counts = packets_.counts();
    counts.bad_frames += packets_.missed_frames();
    return counts;
  }

  void reset() override { packets_.reset(); }

 private:
  NoninPackets packets_;
};

}  // namespace

NoninStatus parse_nonin_status(std::uint8_t byte) {
  NoninStatus status;
  status.sensor_disconnect = (byte & 0x40) != 0;
  status.artifact = (byte & 0x20) != 0;
  status.out_of_track = (byte & 0x10) != 0;
  status.sensor_alarm = (byte & 0x08) != 0;
  const unsigned perfusion = byte >> 1 & 3u;
  status.green_perfusion = perfusion == 1;
  status.red_perfusion = perfusion == 2;
  status.yellow_perfusion = perfusion == 3;
  status.sync = (byte & 0x01) != 0;
  return status;
}

bool is_nonin_frame(NoninFormat format, std::span<const std::byte> bytes) {
  if (bytes.size() != kFrameBytes) return false;
  const bool df2 = format == NoninFormat::df2;
  if (df2 && number(bytes[0]) != 0x01) return false;
  if ((number(bytes[df2 ? 1 : 0]) & 0x80) == 0) return false;
  unsigned sum = 0;
  for (const std::byte byte : bytes.first(kFrameBytes - 1)) sum += number(byte);
  return (sum & 0xFF) == number(bytes[kFrameBytes - 1]);
}

NoninPackets::NoninPackets(NoninFormat format)
    : format_(format), framer_(kFrameBytes, format == NoninFormat::df2 ? is_df2 : is_df7) {}

std::optional<NoninPacket> NoninPackets::push(std::byte byte) {
  const auto frame = framer_.push(byte);
  if (!framer_.in_step()) torn_ = true;
  if (frame.empty()) return std::nullopt;
  return take(number(frame[format_ == NoninFormat::df2 ? 1 : 0]), number(frame[3]));
}

std::optional<NoninPacket> NoninPackets::take(std::uint8_t status_byte, std::uint8_t value) {
  const NoninStatus status = parse_nonin_status(status_byte);
  if (status.sync) {
    if (collected_ != 0) missed_frames_ += kFrames - collected_;
    collected_ = 0;
    torn_ = false;
    status_ = {};
  } else if (collected_ == 0) {
    return std::nullopt;  // the rest of a packet whose start was not seen
  }
  add(status_, status);
  values_[collected_++] = value;
  if (collected_ < kFrames) return std::nullopt;
  collected_ = 0;
  if (torn_) return std::nullopt;
  return to_packet(values_, status_);
}

void NoninPackets::reset() {
  framer_.reset();
  collected_ = 0;
}

std::unique_ptr<Driver> make_nonin_df2() {
  return std::make_unique<PacketDriver>(NoninFormat::df2);
}
std::unique_ptr<Driver> make_nonin_df7() {
  return std::make_unique<PacketDriver>(NoninFormat::df7);
}

}  // namespace vitalgate::bridge
