#include "firmware-bridge/gatt/time_types.h"

#include "firmware-bridge/gatt/describe.h"
#include "firmware-bridge/gatt/row.h"

namespace vitalgate::bridge::gatt {
namespace {

constexpr int kStepMinutes = 15;
constexpr std::int64_t kResolutionMicroseconds[] = {1'000'000, 100'000, 1'000, 100};
constexpr std::string_view kAdjustReasons[] = {"manual", "external_reference", "time_zone_change",
                                               "dst_change"};

std::int64_t resolution(std::uint8_t flags) { return kResolutionMicroseconds[flags >> 2U & 3U]; }

// What `in` begins with, as far as `value` has the bytes for it.
void add_date_part(Fields& fields, ByteReader& in) {
  add_time(fields, "timestamp", read_date_time(in));
}

template <class... Parts>
Result<Fields> fixed(std::span<const std::byte> value, std::size_t length, Parts... parts) {
  if (value.size() != length) return wrong_length();
  ByteReader in(value);
  Fields fields;
  (parts(fields, in), ...);
  return fields;
}

void add_day(Fields& fields, ByteReader& in) { fields.add("day_of_week", in.u8()); }
void add_fractions(Fields& fields, ByteReader& in) { fields.add("fractions256", in.u8()); }
void add_zone_byte(Fields& fields, ByteReader& in) {
  add_time_zone(fields, static_cast<std::int8_t>(in.u8()));
}
void add_dst_byte(Fields& fields, ByteReader& in) { add_dst(fields, in.u8()); }
void add_adjust_reason(Fields& fields, ByteReader& in) {
  add_bits(fields, "adjust_reason", "adjust_flags", in.u8(), kAdjustReasons);
}

void add_or_null(Fields& fields, std::string_view name, std::optional<int> minutes) {
  if (minutes)
    fields.add(name, *minutes);
  else
    fields.add(name, nullptr);
}

}  // namespace

std::optional<int> time_zone_minutes(std::int8_t zone) {
  if (zone < -48 || zone > 56) return std::nullopt;
  return zone * kStepMinutes;
}

std::optional<int> dst_minutes(std::uint8_t dst) {
  if (dst != 0 && dst != 2 && dst != 4 && dst != 8) return std::nullopt;
  return dst * kStepMinutes;
}

void add_time_zone(Fields& fields, std::int8_t zone) {
  fields.add("time_zone_raw", zone);
  add_or_null(fields, "time_zone_min", time_zone_minutes(zone));
}

void add_dst(Fields& fields, std::uint8_t dst) {
  fields.add("dst_raw", dst);
  add_or_null(fields, "dst_min", dst_minutes(dst));
}

DeviceTime ElapsedTime::placed() const {
  using namespace std::chrono;
  DeviceTime placed;
  if (has_bit(flags, 0)) return placed;
  constexpr std::uint64_t kYears100Milliseconds = 100ULL * 366 * 86'400 * 1000;
  const auto unit = static_cast<std::uint64_t>(resolution(flags));
  const std::uint64_t since_2000 = unit >= 1000 ? value * (unit / 1000) : value / 10;
  placed.impossible = !has_bit(flags, 5) || since_2000 > kYears100Milliseconds;
  if (placed.impossible) return placed;
  const auto start = local_days(year(2000) / January / 1);
  const LocalTime shown = LocalTime(start) + milliseconds(since_2000);
  const bool utc = has_bit(flags, 1), offset_used = has_bit(flags, 4);
  if (utc)
    placed.time = WallTime(shown.time_since_epoch());
  else if (offset_used && offset != INT8_MIN)
    placed.time = WallTime(shown.time_since_epoch()) - minutes(offset * kStepMinutes);
  else
    placed.time = from_local(shown);
  placed.impossible = !placed.time;
  return placed;
}

ElapsedTime read_elapsed_time(ByteReader& in) {
  ElapsedTime time;
  time.flags = in.u8();
  time.value = in.u32_le();
  time.value |= std::uint64_t{in.u16_le()} << 32U;
  time.sync_source = in.u8();
  time.offset = static_cast<std::int8_t>(in.u8());
  return time;
}

void add_elapsed_time(Fields& fields, const ElapsedTime& time) {
  fields.add("tick_counter", has_bit(time.flags, 0))
      .add("utc", has_bit(time.flags, 1))
      .add("resolution_us", resolution(time.flags))
      .add("tz_dst_used", has_bit(time.flags, 4))
      .add("current_timeline", has_bit(time.flags, 5))
      .add("time_value", time.value)
      .add("sync_source", time.sync_source)
      .add("tz_dst_15min", time.offset);
}

Result<Fields> describe_date_time(std::span<const std::byte> value) {
  return fixed(value, 7, add_date_part);
}
Result<Fields> describe_day_of_week(std::span<const std::byte> value) {
  return fixed(value, 1, add_day);
}
Result<Fields> describe_day_date_time(std::span<const std::byte> value) {
  return fixed(value, 8, add_date_part, add_day);
}
Result<Fields> describe_exact_time_256(std::span<const std::byte> value) {
  return fixed(value, 9, add_date_part, add_day, add_fractions);
}
Result<Fields> describe_dst_offset(std::span<const std::byte> value) {
  return fixed(value, 1, add_dst_byte);
}
Result<Fields> describe_time_zone(std::span<const std::byte> value) {
  return fixed(value, 1, add_zone_byte);
}
Result<Fields> describe_local_time_information(std::span<const std::byte> value) {
  return fixed(value, 2, add_zone_byte, add_dst_byte);
}
Result<Fields> describe_current_time(std::span<const std::byte> value) {
  return fixed(value, 10, add_date_part, add_day, add_fractions, add_adjust_reason);
}

Result<Fields> describe_reference_time(std::span<const std::byte> value) {
  if (value.size() != 4) return wrong_length();
  ByteReader in(value);
  const int source = in.u8(), accuracy = in.u8(), days = in.u8(), hours = in.u8();
  if (hours > 23 && !(hours == 255 && days == 255))
    return Error{Errc::malformed, "hours since the update beyond a day", {}};
  Fields fields;
  fields.add("source", source)
      .add("accuracy_125ms", accuracy)
      .add("days_since_update", days)
      .add("hours_since_update", hours);
  return fields;
}

Result<Fields> describe_device_time(std::span<const std::byte> value) {
  ByteReader in(value);
  Fields fields;
  fields.add("base_time_s", in.u32_le());
  fields.add("time_zone_raw", static_cast<std::int8_t>(in.u8()));
  fields.add("dst_raw", in.u8());
  fields.add("status", in.u16_le());
  if (!in.ok()) return truncated();
  return fields;
}

Result<Fields> describe_elapsed_time(std::span<const std::byte> value) {
  constexpr std::size_t kTimeBytes = 9, kAllBytes = 11;
  if (value.size() != kTimeBytes && value.size() != kAllBytes) return wrong_length();
  ByteReader in(value);
  Fields fields;
  add_elapsed_time(fields, read_elapsed_time(in));
  if (value.size() == kTimeBytes) return fields;
  const std::uint8_t clock_status = in.u8(), capabilities = in.u8();
  fields.add("clock_needs_set", has_bit(clock_status, 0))
      .add("clock_applies_dst", has_bit(capabilities, 0))
      .add("clock_manages_tz", has_bit(capabilities, 1));
  return fields;
}

}  // namespace vitalgate::bridge::gatt
