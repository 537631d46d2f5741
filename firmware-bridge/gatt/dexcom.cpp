#include "firmware-bridge/gatt/dexcom.h"

#include <algorithm>

#include "agent/core/byte_reader.h"
#include "agent/core/crc.h"
#include "agent/core/limits.h"
#include "firmware-bridge/gatt/describe.h"
#include "firmware-bridge/gatt/row.h"

namespace vitalgate::bridge::gatt {
namespace {

constexpr std::uint8_t kGlucoseG5 = 0x31, kGlucoseG6 = 0x4F, kTime = 0x25;
constexpr std::uint8_t kLowBattery = 0x81;
constexpr std::size_t kMessageBytes = 16, kCrcBytes = 2;
constexpr std::size_t kFrameBytesMost = 20, kFrameHead = 2, kBackfillHead = 4, kPartBytes = 8;
constexpr std::uint8_t kStateOk = 6, kStateCalibrate = 7, kStateCalibrateToo = 14;
constexpr std::uint16_t kLowest = 39, kHighest = 401;
constexpr std::int8_t kNoTrend = 127;
constexpr std::size_t kPartsMost = 127;  // two rows each; groups are numbers of eight bits
static_assert(kPartsMost * 2 <= limits::kReadingsPerArrivalMax);

bool crc_ok(std::span<const std::byte> message) {
  ByteReader tail(message.last(kCrcBytes));
  return tail.u16_le() == kCrc16Xmodem(message.first(message.size() - kCrcBytes));
}

DexcomGlucose read_part(ByteReader& in) {
  DexcomGlucose part;
  part.seconds = in.u32_le();
  const std::uint16_t glucose = in.u16_le();
  part.glucose = glucose & 0x0FFF;
  part.display_only = (glucose & 0xF000) != 0;
  part.state = in.u8();
  part.trend = static_cast<std::int8_t>(in.u8());
  return part;
}

void add_part(Fields& fields, const DexcomGlucose& part) {
  fields.add("transmitter_time_s", part.seconds)
      .add("glucose_mg_dl", part.glucose)
      .add("display_only", part.display_only)
      .add("state", part.state);
  if (part.trend == kNoTrend)
    fields.add("trend", nullptr);
  else
    fields.add("trend", part.trend);
}

void add_rows(const DexcomGlucose& part, Reading shared, std::vector<Reading>& out) {
  const bool wants_calibration = part.state == kStateCalibrate || part.state == kStateCalibrateToo;
  const bool reliable = part.state == kStateOk || wants_calibration;
  if (wants_calibration) shared.flags.set(Flag::calibration_required);
  if (part.display_only) shared.flags.set(Flag::device_says_questionable);
  if (part.glucose == kLowest) shared.flags.set(Flag::below_device_range);
  if (part.glucose == kHighest) shared.flags.set(Flag::above_device_range);
  const bool doubtful =
      part.display_only || part.glucose == kLowest || part.glucose >= kHighest || !reliable;
  if (doubtful) shared.quality = Quality::questionable;
  std::optional<Absent> absent;
  if (!reliable) absent = Absent::no_signal;
  if (part.glucose < kLowest) absent = Absent::error;
  add_row(out, shared, metric::kGlucoseInterstitialFluid,
          number_or(Decimal::of(part.glucose), absent));
  if (part.trend != kNoTrend && reliable)
    add_row(out, shared, metric::kGlucoseTrend, Decimal::of(part.trend, -1));
}

}  // namespace

Result<DexcomMessage> parse_dexcom_glucose(std::span<const std::byte> bytes) {
  if (bytes.size() != kMessageBytes) return wrong_length();
  DexcomMessage message;
  message.crc_ok = crc_ok(bytes);
  if (!message.crc_ok) return message;
  ByteReader in(bytes);
  message.op_code = in.u8();
  if (message.op_code != kGlucoseG5 && message.op_code != kGlucoseG6)
    return Error{Errc::malformed, "not a glucose message", {}};
  message.status = in.u8();
  message.sequence = in.u32_le();
  message.glucose = read_part(in);
  message.bytes = bytes.size();
  return message;
}

Result<Fields> describe_dexcom_glucose(std::span<const std::byte> bytes) {
  const DexcomMessage message = VG_TRY(parse_dexcom_glucose(bytes));
  Fields fields;
  if (message.crc_ok) {
    fields.add("op_code", message.op_code)
        .add("status", message.status)
        .add("sequence", message.sequence);
    add_part(fields, message.glucose);
  }
  fields.add("crc_ok", message.crc_ok);
  return fields;
}

Result<> decode_dexcom_glucose(std::span<const std::byte> bytes, std::vector<Reading>& out) {
  const DexcomMessage message = VG_TRY(parse_dexcom_glucose(bytes));
  if (!message.crc_ok) return broken_crc();
  Reading shared = shared_parts(message.bytes);
  if (message.status == kLowBattery) shared.flags.set(Flag::low_battery);
  add_rows(message.glucose, shared, out);
  return {};
}

Result<std::vector<DexcomGlucose>> parse_dexcom_backfill(std::span<const std::byte> frames) {
  std::vector<std::byte> data;
  for (std::size_t at = 0, index = 1; at < frames.size(); at += kFrameBytesMost, ++index) {
    const auto frame = frames.subspan(at, std::min(kFrameBytesMost, frames.size() - at));
    if (frame.size() <= kFrameHead) return truncated();
    if (std::to_integer<std::size_t>(frame[0]) != index || frame[1] != frames[1])
      return Error{Errc::malformed, "a notification that does not follow the one before", {}};
    data.insert(data.end(), frame.begin() + kFrameHead, frame.end());
  }
  if (data.size() < kBackfillHead || (data.size() - kBackfillHead) % kPartBytes != 0)
    return truncated();
  if ((data.size() - kBackfillHead) / kPartBytes > kPartsMost)
    return Error{Errc::malformed, "more than a backfill can hold", {}};
  ByteReader in(data);
  in.take(kBackfillHead);
  std::vector<DexcomGlucose> parts;
  while (in.remaining() > 0) parts.push_back(read_part(in));
  return parts;
}

Result<Fields> describe_dexcom_backfill(std::span<const std::byte> frames) {
  const auto parts = VG_TRY(parse_dexcom_backfill(frames));
  std::vector<Fields> records;
  for (const DexcomGlucose& part : parts) add_part(records.emplace_back(), part);
  Fields fields;
  fields.add("buffer_length", frames.size())
      .add("buffer_crc", kCrc16Xmodem(frames))
      .add("records", std::move(records));
  return fields;
}

Result<> decode_dexcom_backfill(std::span<const std::byte> frames, std::vector<Reading>& out) {
  const auto parts = VG_TRY(parse_dexcom_backfill(frames));
  std::uint8_t group = 0;
  for (const DexcomGlucose& part : parts) {
    // A part may be torn over two notifications: its bytes are not one span of the input.
    Reading shared = shared_parts(0, 0, ++group);
    shared.flags.set(Flag::from_memory);
    add_rows(part, shared, out);
  }
  return {};
}

Result<Fields> describe_dexcom_time(std::span<const std::byte> message) {
  constexpr std::uint32_t kNoSession = 0xFFFFFFFF;
  if (message.size() != kMessageBytes) return wrong_length();
  Fields fields;
  if (!crc_ok(message)) {
    fields.add("crc_ok", false);
    return fields;
  }
  ByteReader in(message);
  const std::uint8_t op_code = in.u8();
  if (op_code != kTime) return Error{Errc::malformed, "not a time message", {}};
  fields.add("op_code", op_code).add("status", in.u8()).add("current_time_s", in.u32_le());
  const std::uint32_t session = in.u32_le();
  if (session == kNoSession)
    fields.add("session_start_s", nullptr);
  else
    fields.add("session_start_s", session);
  fields.add("crc_ok", true);
  return fields;
}

}  // namespace vitalgate::bridge::gatt
