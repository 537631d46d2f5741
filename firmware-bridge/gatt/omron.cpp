#include "firmware-bridge/gatt/omron.h"

#include <algorithm>

#include "agent/core/byte_reader.h"
#include "firmware-bridge/gatt/describe.h"
#include "firmware-bridge/gatt/row.h"

namespace vitalgate::bridge::gatt {
namespace {

constexpr std::uint8_t kSystolicOffset = 25;
constexpr std::uint8_t kSystolicByteMax = 0xE1;
constexpr std::size_t kMeasurementBytes = 8;

bool is_empty(std::span<const std::byte> record) {
  const auto all = [](std::span<const std::byte> bytes, std::byte value) {
    return std::all_of(bytes.begin(), bytes.end(), [value](std::byte b) { return b == value; });
  };
  return std::to_integer<std::uint8_t>(record[0]) > kSystolicByteMax ||
         all(record.first(kMeasurementBytes), std::byte{0});
}

Result<OmronRecord> parse(std::span<const std::byte> bytes, std::size_t length,
                          std::size_t record_at) {
  if (bytes.size() != length) return wrong_length();
  OmronRecord record;
  record.bytes = length;
  record.empty = is_empty(bytes);
  if (record.empty) return record;
  ByteReader in(bytes);
  record.systolic = static_cast<std::uint16_t>(in.u8() + kSystolicOffset);
  record.diastolic = in.u8();
  record.pulse = in.u8();
  record.time.year = static_cast<std::uint16_t>(2000 + (in.u8() & 0x3F));
  const std::uint16_t date = in.u16_le(), time = in.u16_le();
  record.time.hour = date & 0x1F;
  record.time.day = date >> 5U & 0x1F;
  record.time.month = date >> 10U & 0x0F;
  record.irregular_pulse = has_bit(date, 14);
  record.body_movement = has_bit(date, 15);
  record.time.second = time & 0x3F;
  record.time.minute = time >> 6U & 0x3F;
  record.record = ByteReader(bytes.subspan(record_at)).u16_le();
  return record;
}

}  // namespace

Result<OmronRecord> parse_omron_14(std::span<const std::byte> record) {
  return parse(record, 14, 12);
}
Result<OmronRecord> parse_omron_24(std::span<const std::byte> record) {
  return parse(record, 24, 10);
}

void add_readings(const OmronRecord& record, std::vector<Reading>& out) {
  if (record.empty) return;
  Reading shared = shared_parts(record.bytes);
  device_time(record.time).put_into(shared);
  shared.flags.set(Flag::from_memory);
  if (record.irregular_pulse) shared.flags.set(Flag::irregular_pulse);
  if (record.body_movement) {
    shared.flags.set(Flag::body_movement);
    shared.quality = Quality::questionable;
  }
  add_row(out, shared, metric::kCuffSystolic, Decimal::of(record.systolic));
  add_row(out, shared, metric::kCuffDiastolic, to_measured(Decimal::of(record.diastolic)));
  add_row(out, shared, metric::kPulseRateCuff, to_measured(Decimal::of(record.pulse)));
}

Fields to_fields(const OmronRecord& record) {
  Fields fields;
  if (record.empty) {
    fields.add("empty", true);
    return fields;
  }
  fields.add("systolic", record.systolic)
      .add("diastolic", record.diastolic)
      .add("pulse_rate", record.pulse);
  add_time(fields, "timestamp", record.time);
  fields.add("irregular_pulse", record.irregular_pulse)
      .add("body_movement", record.body_movement)
      .add("record_id", record.record);
  return fields;
}

}  // namespace vitalgate::bridge::gatt
