#include "firmware-bridge/serial/cms50.h"

#include <algorithm>
#include <array>
#include <utility>

#include "config/catalogue.h"
#include "firmware-bridge/serial/frame_finder.h"

namespace vitalgate::bridge {
namespace {

namespace metric = config::metric;

constexpr unsigned kFramesPerReading = 60;  // a second
constexpr unsigned kSilentTicksMax = 2;     // then the device is asked to send again

constexpr std::array<std::uint8_t, 9> kStart{0x7D, 0x81, 0xA1, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80};
constexpr std::array<std::uint8_t, 9> kAlive{0x7D, 0x81, 0xAF, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80};

std::uint8_t number(std::byte byte) { return std::to_integer<std::uint8_t>(byte); }
bool has(std::uint8_t byte, unsigned bit) { return (byte >> bit & 1U) != 0; }

bool is_v6(std::span<const std::byte> bytes) {
  return bytes.size() == kCms50FrameBytes && has(number(bytes[0]), 7) &&
         std::none_of(bytes.begin() + 1, bytes.end(),
                      [](std::byte byte) { return has(number(byte), 7); });
}

bool is_v7(std::span<const std::byte> bytes) {
  return bytes.size() == kCms50V7FrameBytes && number(bytes[0]) == 0x01 &&
         std::all_of(bytes.begin() + 1, bytes.end(),
                     [](std::byte byte) { return has(number(byte), 7); });
}

std::optional<std::uint8_t> rate_or_nothing(std::uint8_t rate) {
  if (rate == 0 || rate == 255) return std::nullopt;
  return rate;
}

std::optional<std::uint8_t> saturation_or_nothing(std::uint8_t percent) {
  if (percent == 0 || percent >= 127) return std::nullopt;
  return percent;
}

std::vector<Reading> to_readings(const Cms50Sample& sample, std::size_t frame_bytes) {
  Reading common;
  common.group = 1;
  common.raw = {0, static_cast<std::uint16_t>(frame_bytes)};
  FlagSet& flags = common.flags;
  if (sample.finger_out) flags.set(Flag::sensor_displaced);
  if (sample.searching || sample.searched_too_long) flags.set(Flag::pulse_search);
  if (sample.probe_error) flags.set(Flag::sensor_fault);
  if (!flags.empty()) common.quality = Quality::questionable;
  const Absent missing = sample.finger_out ? Absent::sensor_off : Absent::no_signal;

  std::vector<Reading> readings(2, common);
  const auto fill = [missing](Reading& reading, MetricId id, std::optional<std::uint8_t> value) {
    reading.metric = id;
    reading.unit = config::find(id)->unit;
    reading.value = missing;
    if (value) reading.value = Decimal::of(*value);
  };
  fill(readings[0], metric::kPulseRateOximeter, sample.pulse_rate);
  fill(readings[1], metric::kSpo2, sample.spo2);
  return readings;
}

// What of a sample is worth a reading of its own; the wave and the bar move all the time.
Cms50Sample statement_of(Cms50Sample sample) {
  sample.strength = sample.waveform = sample.bar = 0;
  sample.beep = sample.dropping = false;
  return sample;
}

class Cms50Driver : public Driver {
 public:
  enum class Kind : std::uint8_t { first, second };

  explicit Cms50Driver(Kind kind)
      : kind_(kind),
        finder_(kind == Kind::first ? kCms50FrameBytes : kCms50V7FrameBytes,
                kind == Kind::first ? is_v6 : is_v7) {}

  void feed(std::span<const std::byte> bytes, Stamp received, std::vector<Arrival>& out) override {
    for (const std::byte byte : bytes) {
      const auto frame = finder_.push(byte);
      if (frame.empty()) continue;
      silent_ticks_ = 0;
      const auto sample = *(kind_ == Kind::first ? parse_cms50(frame) : parse_cms50_v7(frame));
      const Cms50Sample statement = statement_of(sample);
      if (said_ == statement && ++frames_since_ < kFramesPerReading) continue;
      said_ = statement;
      frames_since_ = 0;
      Arrival arrival;
      arrival.received = received;
      arrival.readings = to_readings(sample, frame.size());
      arrival.bytes.assign(frame.begin(), frame.end());
      out.push_back(std::move(arrival));
    }
  }

  void tick() override {
    if (kind_ == Kind::first) return;
    const bool awake = started_ && ++silent_ticks_ <= kSilentTicksMax;
    const auto& words = awake ? kAlive : kStart;
    if (!awake) silent_ticks_ = 0;
    started_ = true;
    const auto bytes = std::as_bytes(std::span(words));
    reply_.assign(bytes.begin(), bytes.end());
  }

  std::vector<std::byte> take_reply() override { return std::exchange(reply_, {}); }
  [[nodiscard]] SourceCounts counts() const override { return finder_.counts(); }

  void reset() override {
    finder_.reset();
    said_.reset();
    frames_since_ = 0;
    started_ = false;
    silent_ticks_ = 0;
    reply_.clear();
  }

 private:
  Kind kind_;
  FrameFinder finder_;
  std::optional<Cms50Sample> said_;  // by the readings given last
  unsigned frames_since_ = 0;
  bool started_ = false;       // asked to send, since the line was opened
  unsigned silent_ticks_ = 0;  // since the last frame
  std::vector<std::byte> reply_;
};

}  // namespace

Result<Cms50Sample> parse_cms50(std::span<const std::byte> frame) {
  if (!is_v6(frame)) return Error{Errc::malformed, "not a 5-byte CMS50 frame", {}};
  const std::uint8_t b0 = number(frame[0]), b2 = number(frame[2]);
  Cms50Sample sample;
  sample.strength = b0 & 0x0F;
  sample.finger_out = has(b0, 4);
  sample.dropping = has(b0, 5);
  sample.beep = has(b0, 6);
  sample.waveform = number(frame[1]);
  sample.bar = b2 & 0x0F;
  sample.probe_error = has(b2, 4);
  sample.searching = has(b2, 5);
  sample.pulse_rate =
      rate_or_nothing(static_cast<std::uint8_t>((b2 & 0x40) << 1 | number(frame[3])));
  sample.spo2 = saturation_or_nothing(number(frame[4]));
  return sample;
}

Result<Cms50Sample> parse_cms50_v7(std::span<const std::byte> frame) {
  if (!is_v7(frame)) return Error{Errc::malformed, "not a 9-byte CMS50 frame", {}};
  std::array<std::uint8_t, 7> data{};
  for (unsigned i = 0; i < data.size(); ++i) {
    const unsigned high = has(number(frame[1]), i) ? 0x80U : 0U;
    data[i] = static_cast<std::uint8_t>((number(frame[i + 2]) & 0x7FU) | high);
  }
  Cms50Sample sample;
  sample.strength = data[0] & 0x0F;
  sample.searched_too_long = has(data[0], 4);
  sample.beep = has(data[0], 6);
  sample.finger_out = has(data[0], 7);
  sample.waveform = data[1] & 0x7F;
  sample.searching = has(data[1], 7);
  sample.bar = data[2] & 0x0F;
  sample.pulse_rate = rate_or_nothing(data[3]);
  sample.spo2 = saturation_or_nothing(data[4]);
  return sample;
}

std::unique_ptr<Driver> make_cms50() {
  return std::make_unique<Cms50Driver>(Cms50Driver::Kind::first);
}
std::unique_ptr<Driver> make_cms50_v7() {
  return std::make_unique<Cms50Driver>(Cms50Driver::Kind::second);
}

}  // namespace vitalgate::bridge
