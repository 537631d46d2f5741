#include "firmware-bridge/gatt/blood_pressure.h"

#include <array>

#include "agent/core/byte_reader.h"
#include "agent/core/crc.h"
#include "firmware-bridge/gatt/describe.h"
#include "firmware-bridge/gatt/row.h"

namespace vitalgate::bridge::gatt {
namespace {

constexpr FlagBit kStatusFlags[] = {{0, Flag::body_movement, true},
                                    {1, Flag::cuff_too_loose, true},
                                    {2, Flag::irregular_pulse, false},
                                    {5, Flag::improper_position, true}};
constexpr std::string_view kFeatures[] = {
    "body_movement",  "cuff_fit", "irregular_pulse",   "pulse_rate_range", "measurement_position",
    "multiple_bonds", "e2e_crc",  "user_data_service", "user_facing_time"};
constexpr std::string_view kStatusNames[] = {
    "body_movement", "cuff_too_loose", "irregular_pulse", "", "", "improper_position"};
constexpr std::string_view kPulseRange[] = {"in_range", "above_upper", "below_lower"};

unsigned pulse_range(std::uint16_t status) { return status >> 3U & 3U; }

void read_tail(ByteReader& in, std::uint8_t flags, BloodPressure& out) {
  if (has_bit(flags, 1)) {
    if (out.enhanced)
      out.time_seconds = in.u32_le();
    else
      out.time = read_date_time(in);
  }
  if (has_bit(flags, 2)) out.pulse = sfloat(in.u16_le());
  if (has_bit(flags, 3)) out.user = in.u8();
  if (has_bit(flags, 4)) out.status = in.u16_le();
  if (out.enhanced && has_bit(flags, 5)) out.user_facing_seconds = in.u32_le();
  out.epoch_2000 = out.enhanced && has_bit(flags, 6);
}

Result<BloodPressure> parse(std::span<const std::byte> value, bool cuff_only, bool enhanced) {
  ByteReader in(value);
  BloodPressure measurement;
  measurement.cuff_only = cuff_only;
  measurement.enhanced = enhanced;
  const std::uint8_t flags = in.u8();
  measurement.kilopascal = has_bit(flags, 0);
  measurement.systolic = sfloat(in.u16_le());
  if (!(cuff_only && enhanced)) {
    measurement.diastolic = sfloat(in.u16_le());
    measurement.mean = sfloat(in.u16_le());
  }
  read_tail(in, flags, measurement);
  if (!in.ok()) return truncated();
  measurement.bytes = in.offset();
  return measurement;
}

LocalTime from_epoch(std::uint32_t seconds, bool epoch_2000) {
  using namespace std::chrono;
  const auto start = local_days(year(epoch_2000 ? 2000 : 1900) / January / 1);
  return LocalTime(start) + std::chrono::seconds(seconds);
}

DeviceTime time_of(const BloodPressure& measurement) {
  if (!measurement.enhanced) return device_time(measurement.time);
  DeviceTime placed;
  if (measurement.user_facing_seconds.value_or(0) != 0) {
    placed.time = from_local(from_epoch(*measurement.user_facing_seconds, measurement.epoch_2000));
    placed.impossible = !placed.time;
  } else if (measurement.time_seconds.value_or(0) != 0) {
    const auto utc = from_epoch(*measurement.time_seconds, measurement.epoch_2000);
    placed.time = WallTime(utc.time_since_epoch());
  }
  return placed;
}

}  // namespace

Result<BloodPressure> parse_blood_pressure(std::span<const std::byte> value) {
  return parse(value, /*cuff_only=*/false, /*enhanced=*/false);
}
Result<BloodPressure> parse_cuff_pressure(std::span<const std::byte> value) {
  return parse(value, /*cuff_only=*/true, /*enhanced=*/false);
}
Result<BloodPressure> parse_enhanced_blood_pressure(std::span<const std::byte> value) {
  return parse(value, /*cuff_only=*/false, /*enhanced=*/true);
}
Result<BloodPressure> parse_enhanced_cuff_pressure(std::span<const std::byte> value) {
  return parse(value, /*cuff_only=*/true, /*enhanced=*/true);
}

void add_readings(const BloodPressure& measurement, std::vector<Reading>& out) {
  Reading shared = shared_parts(measurement.bytes);
  time_of(measurement).put_into(shared);
  const std::uint16_t status = measurement.status.value_or(0);
  put_flags(shared, status, kStatusFlags);
  if (pulse_range(status) == 1) shared.flags.set(Flag::pulse_above_range);
  if (pulse_range(status) == 2) shared.flags.set(Flag::pulse_below_range);

  const bool kpa = measurement.kilopascal;
  if (measurement.cuff_only) {
    // 0 is a pressure here: an empty cuff.
    add_row(out, shared, kpa ? metric::kCuffPressureKpa : metric::kCuffPressure,
            to_value(measurement.systolic));
  } else {
    add_row(out, shared, kpa ? metric::kCuffSystolicKpa : metric::kCuffSystolic,
            to_measured(measurement.systolic));
    add_row(out, shared, kpa ? metric::kCuffDiastolicKpa : metric::kCuffDiastolic,
            to_measured(measurement.diastolic));
    add_row(out, shared, kpa ? metric::kCuffMeanKpa : metric::kCuffMean,
            to_measured(measurement.mean));
  }
  if (measurement.pulse) {
    Reading pulse = shared;
    if (pulse_range(status) != 0) pulse.quality = Quality::questionable;
    add_row(out, pulse, metric::kPulseRateCuff, to_measured(*measurement.pulse));
  }
  if (measurement.user) add_user_row(out, shared, *measurement.user);
}

Fields to_fields(const BloodPressure& measurement) {
  Fields fields;
  fields.add("unit", measurement.kilopascal ? "kPa" : "mm[Hg]");
  if (measurement.cuff_only) {
    add_number(fields, "cuff_pressure", measurement.systolic);
  } else {
    add_number(fields, "systolic", measurement.systolic);
    add_number(fields, "diastolic", measurement.diastolic);
    add_number(fields, "map", measurement.mean);
  }
  if (measurement.time) add_time(fields, "timestamp", *measurement.time);
  if (measurement.time_seconds) fields.add("timestamp_s", *measurement.time_seconds);
  if (measurement.pulse) add_number(fields, "pulse_rate", *measurement.pulse);
  if (measurement.user) fields.add("user_id", *measurement.user);
  if (measurement.status) {
    add_bits(fields, "status", "status_flags", *measurement.status, kStatusNames);
    const auto range = static_cast<std::uint8_t>(pulse_range(*measurement.status));
    fields.add("pulse_rate_range", name_of(range, kPulseRange));
  }
  if (measurement.user_facing_seconds)
    fields.add("user_facing_time_s", *measurement.user_facing_seconds);
  if (measurement.enhanced) fields.add("epoch", measurement.epoch_2000 ? 2000 : 1900);
  return fields;
}

Result<BloodPressureRecord> parse_blood_pressure_record(std::span<const std::byte> value,
                                                        bool has_crc) {
  if (has_crc) {
    if (value.size() < 2) return truncated();
    ByteReader tail(value.last(2));
    value = value.first(value.size() - 2);
    if (tail.u16_le() != kCrc16Mcrf4xx(value)) return broken_crc();
  }
  ByteReader in(value);
  BloodPressureRecord record;
  record.header = in.u8();
  record.sequence = in.u16_le();
  record.uuid = in.u16_le();
  if (!in.ok()) return truncated();
  record.data = in.take(in.remaining());
  if (!has_bit(record.header, 0) || !has_bit(record.header, 1)) return record;
  switch (record.uuid) {
    case 0x2A35:
      record.measurement = VG_TRY(parse_blood_pressure(record.data));
      break;
    case 0x2A36:
      record.measurement = VG_TRY(parse_cuff_pressure(record.data));
      break;
    case 0x2B34:
      record.measurement = VG_TRY(parse_enhanced_blood_pressure(record.data));
      break;
    case 0x2B35:
      record.measurement = VG_TRY(parse_enhanced_cuff_pressure(record.data));
      break;
    default:
      break;
  }
  return record;
}

void add_readings(const BloodPressureRecord& record, std::vector<Reading>& out) {
  if (!record.measurement) return;
  const std::size_t first = out.size();
  add_readings(*record.measurement, out);
  constexpr std::size_t kHeaderBytes = 5;
  for (Reading& row : std::span(out).subspan(first)) {
    row.flags.set(Flag::from_memory);
    row.raw = raw_span(0, kHeaderBytes + record.measurement->bytes);
  }
}

Fields to_fields(const BloodPressureRecord& record) {
  Fields fields;
  fields.add("first_segment", has_bit(record.header, 0))
      .add("last_segment", has_bit(record.header, 1))
      .add("segment_counter", record.header >> 2)
      .add("sequence", record.sequence)
      .add("uuid", hex_text(record.uuid))
      .add("data", hex_text(record.data));
  if (record.measurement)
    fields.add("measurement", std::vector<Fields>{to_fields(*record.measurement)});
  return fields;
}

Result<std::uint16_t> parse_blood_pressure_feature(std::span<const std::byte> value) {
  if (value.size() != 2) return wrong_length();
  return ByteReader(value).u16_le();
}

Result<Fields> describe_blood_pressure_feature(std::span<const std::byte> value) {
  const std::uint16_t features = VG_TRY(parse_blood_pressure_feature(value));
  Fields fields;
  add_bits(fields, "features", "names", features, kFeatures);
  return fields;
}

}  // namespace vitalgate::bridge::gatt
