#include "firmware-bridge/serial/nonin_df13.h"

#include <algorithm>
#include <array>
#include <utility>

#include "agent/core/byte_reader.h"
#include "agent/core/limits.h"
#include "firmware-bridge/serial/nonin.h"

namespace vitalgate::bridge {
namespace {

constexpr std::size_t kHeaderBytes = 6;
constexpr std::size_t kTrailerBytes = 2;
constexpr std::size_t kDataBytesMin = 14;
constexpr std::size_t kDataBytesMax = limits::kRawBytesMax - kHeaderBytes - kTrailerBytes;
constexpr std::array kAck{std::byte{0x06}};
constexpr std::byte kNak{0x15};

std::uint8_t number(std::byte byte) { return std::to_integer<std::uint8_t>(byte); }

// Whether `bytes` may be the beginning of a record: as far as they go, its first six bytes.
bool is_header(std::span<const std::byte> bytes) {
  constexpr std::array<std::uint8_t, 5> kFixed{0x00, 0x02, 0x00, 0x0D, 0x00};
  for (std::size_t i = 0; i < std::min(bytes.size(), kFixed.size()); ++i)
    if (number(bytes[i]) != kFixed[i]) return false;
  if (bytes.size() < kHeaderBytes) return true;
  return number(bytes[5]) >= kDataBytesMin && number(bytes[5]) <= kDataBytesMax;
}

// Of the record that starts with a whole header.
std::size_t record_bytes(std::span<const std::byte> bytes) {
  return kHeaderBytes + number(bytes[5]) + kTrailerBytes;
}

std::optional<LocalTime> read_time(ByteReader& in) {
  using std::chrono::milliseconds;
  const int century = in.u8(), year_of_century = in.u8();
  const unsigned month = in.u8(), day = in.u8();
  const unsigned hour = in.u8(), minute = in.u8(), second = in.u8(), hundredth = in.u8();
  if (century < 19 || century > 98 || year_of_century > 99 || hundredth > 99) return std::nullopt;
  const auto time = local_time(century * 100 + year_of_century, month, day, hour, minute, second);
  if (!time) return std::nullopt;
  return *time + milliseconds(hundredth * 10);
}

NoninMeasurement to_measurement(const NoninDf13& record, std::size_t frame_bytes) {
  NoninMeasurement measurement;
  measurement.heart_rate = record.heart_rate;
  measurement.spo2 = record.spo2;
  measurement.raw = {0, static_cast<std::uint16_t>(frame_bytes)};
  if (record.timestamp) measurement.device_time = from_local(*record.timestamp);
  FlagSet& flags = measurement.flags;
  if (!measurement.device_time) flags.set(Flag::device_clock_invalid);
  if (record.smart_point) flags.set(Flag::smart_point);
  if (record.from_memory) flags.set(Flag::from_memory);
  if (record.low_battery) flags.set(Flag::low_battery);
  return measurement;
}

class Df13Driver : public Driver {
 public:
  void feed(std::span<const std::byte> bytes, Stamp received, std::vector<Arrival>& out) override {
    for (const std::byte byte : bytes) {
      pending_.push_back(byte);
      while (take_front(received, out)) {
      }
    }
  }

  [[nodiscard]] SourceCounts counts() const override { return counts_; }

  void reset() override {
    counts_.skipped_bytes += pending_.size();
    pending_.clear();
    reply_.clear();
  }

  [[nodiscard]] std::span<const std::byte> acknowledgement() const override { return kAck; }
  std::vector<std::byte> take_reply() override { return std::exchange(reply_, {}); }

 private:
  // Deals with the front of `pending_`. False: it may be a record, more bytes are needed.
  bool take_front(Stamp received, std::vector<Arrival>& out) {
    if (pending_.empty()) return false;
    if (!is_header(pending_)) {
      skip();
      return true;
    }
    if (pending_.size() < kHeaderBytes || pending_.size() < record_bytes(pending_)) return false;
    const std::size_t length = record_bytes(pending_);
    const auto record = parse_nonin_df13(std::span(pending_).first(length));
    if (!record) {
      ++counts_.bad_frames;
      reply_.assign(1, kNak);
      skip();  // only its first byte: a whole record may begin inside
      return true;
    }
    ++counts_.frames;
    Arrival arrival;
    arrival.received = received;
    arrival.readings = to_readings(to_measurement(*record, length));
    const auto end = pending_.begin() + static_cast<std::ptrdiff_t>(length);
    arrival.bytes.assign(pending_.begin(), end);
    arrival.urgent_commit = true;
    out.push_back(std::move(arrival));
    pending_.erase(pending_.begin(), end);  // what is behind it was taken for a longer record
    return true;
  }

  void skip() {
    ++counts_.skipped_bytes;
    pending_.erase(pending_.begin());
  }

  std::vector<std::byte> pending_;  // at most one record
  std::vector<std::byte> reply_;
  SourceCounts counts_;
};

}  // namespace

Result<NoninDf13> parse_nonin_df13(std::span<const std::byte> frame) {
  if (frame.size() < kHeaderBytes || !is_header(frame) || frame.size() != record_bytes(frame))
    return Error{Errc::malformed, "not a data format 13 record", {}};
  if (number(frame.back()) != 0x03)
    return Error{Errc::malformed, "a record without its end byte", {}};
  const auto data = frame.subspan(kHeaderBytes, frame.size() - kHeaderBytes - kTrailerBytes);
  unsigned sum = 0;
  for (const std::byte byte : data) sum += number(byte);
  if ((sum & 0xFF) != number(frame[frame.size() - kTrailerBytes]))
    return Error{Errc::malformed, "wrong checksum", {}};

  ByteReader in(data);
  NoninDf13 record;
  record.timestamp = read_time(in);
  const std::uint16_t status = in.u16_be();
  const std::uint16_t rate = in.u16_be();
  in.u8();  // reserved
  const std::uint8_t saturation = in.u8();
  record.smart_point = (status & 0x0200) != 0;
  record.no_value = (status & 0x0100) != 0;
  record.from_memory = (status & 0x0010) != 0;
  record.low_battery = (status & 0x0001) != 0;
  if (!record.no_value && rate != 511) record.heart_rate = rate;
  if (!record.no_value) record.spo2 = nonin_saturation(saturation);
  return record;
}

std::unique_ptr<Driver> make_nonin_df13() { return std::make_unique<Df13Driver>(); }

}  // namespace vitalgate::bridge
