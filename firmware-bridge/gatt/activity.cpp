#include "firmware-bridge/gatt/activity.h"

#include <array>
#include <string>

#include "agent/core/byte_reader.h"
#include "agent/core/check.h"
#include "firmware-bridge/gatt/describe.h"
#include "firmware-bridge/gatt/row.h"
#include "firmware-bridge/gatt/segments.h"

namespace vitalgate::bridge::gatt {
namespace {

constexpr ActivityField raw(std::string_view name, std::uint8_t bytes) {
  return {name, bytes, {}, false};
}

constexpr ActivityField kGeneralInstantaneous[] = {raw("normal_walking_energy_per_hour", 2),
                                                   raw("intensity_energy_per_hour", 2),
                                                   raw("total_energy_per_hour", 2),
                                                   raw("fat_burned_per_hour", 2),
                                                   raw("metabolic_equivalent", 1),
                                                   raw("speed", 2),
                                                   raw("motion_cadence", 2),
                                                   raw("elevation", 3),
                                                   raw("activity_count_per_minute", 2),
                                                   raw("activity_level", 2),
                                                   raw("activity_type", 2)};
constexpr ActivityField kGeneralSummary[] = {raw("normal_walking_energy", 4),
                                             raw("intensity_energy", 4),
                                             raw("total_energy", 4),
                                             raw("fat_burned", 2),
                                             raw("min_metabolic_equivalent", 1),
                                             raw("max_metabolic_equivalent", 1),
                                             raw("avg_metabolic_equivalent", 1),
                                             raw("distance", 3),
                                             raw("min_speed", 2),
                                             raw("max_speed", 2),
                                             raw("avg_speed", 2),
                                             raw("normal_walking_duration", 3),
                                             raw("intensity_walking_duration", 3),
                                             raw("min_motion_cadence", 2),
                                             raw("max_motion_cadence", 2),
                                             raw("avg_motion_cadence", 2),
                                             raw("floors", 1),
                                             raw("positive_elevation_gain", 3),
                                             raw("negative_elevation_gain", 3),
                                             raw("activity_count", 4),
                                             raw("min_activity_level", 2),
                                             raw("max_activity_level", 2),
                                             raw("avg_activity_level", 2),
                                             raw("avg_activity_type", 2),
                                             raw("worn_duration", 3)};
constexpr ActivityField kCardioInstantaneous[] = {
    raw("vo2_max", 1),
    {"heart_rate", 1, metric::kPulseRateOximeter, true},
    raw("pulse_interbeat_interval", 2),
    raw("resting_heart_rate", 1),
    raw("heart_rate_variability", 2),
    {"respiration_rate", 1, metric::kRespiratoryRate, true},
    raw("resting_respiration_rate", 1)};
constexpr ActivityField kCardioSummary[] = {raw("heart_rate_zone1_time", 3),
                                            raw("heart_rate_zone2_time", 3),
                                            raw("heart_rate_zone3_time", 3),
                                            raw("heart_rate_zone4_time", 3),
                                            raw("heart_rate_zone5_time", 3),
                                            raw("min_vo2_max", 1),
                                            raw("max_vo2_max", 1),
                                            raw("avg_vo2_max", 1),
                                            raw("min_heart_rate", 1),
                                            raw("max_heart_rate", 1),
                                            raw("avg_heart_rate", 1),
                                            raw("min_pulse_interbeat_interval", 2),
                                            raw("max_pulse_interbeat_interval", 2),
                                            raw("avg_pulse_interbeat_interval", 2),
                                            raw("min_resting_heart_rate", 1),
                                            raw("max_resting_heart_rate", 1),
                                            raw("avg_resting_heart_rate", 1),
                                            raw("min_heart_rate_variability", 2),
                                            raw("max_heart_rate_variability", 2),
                                            raw("avg_heart_rate_variability", 2),
                                            raw("min_respiration_rate", 1),
                                            raw("max_respiration_rate", 1),
                                            raw("avg_respiration_rate", 1),
                                            raw("min_resting_respiration_rate", 1),
                                            raw("max_resting_respiration_rate", 1),
                                            raw("avg_resting_respiration_rate", 1),
                                            raw("worn_duration", 3)};
constexpr ActivityField kStepSummary[] = {{"normal_walking_steps", 3, metric::kSteps, true},
                                          raw("intensity_steps", 3),
                                          raw("floor_steps", 3),
                                          raw("distance", 3),
                                          raw("worn_duration", 3)};
constexpr ActivityField kSleepInstantaneous[] = {
    raw("visible_light_level", 3),
    raw("uv_light_level", 3),
    raw("ir_light_level", 3),
    raw("sleep_stage", 1),
    {"sleeping_heart_rate", 1, metric::kPulseRateOximeter, true}};
constexpr ActivityField kSleepSummary[] = {raw("total_sleep_time", 3),
                                           raw("total_wake_time", 3),
                                           raw("total_bed_time", 3),
                                           raw("number_of_awakenings", 2),
                                           raw("sleep_latency", 2),
                                           raw("sleep_efficiency", 1),
                                           raw("snooze_time", 2),
                                           raw("toss_and_turn_events", 2),
                                           raw("awakening_after_alarm", 3),
                                           raw("min_visible_light_level", 3),
                                           raw("max_visible_light_level", 3),
                                           raw("avg_visible_light_level", 3),
                                           raw("min_uv_light_level", 3),
                                           raw("max_uv_light_level", 3),
                                           raw("avg_uv_light_level", 3),
                                           raw("min_ir_light_level", 3),
                                           raw("max_ir_light_level", 3),
                                           raw("avg_ir_light_level", 3),
                                           raw("avg_sleeping_heart_rate", 1),
                                           raw("worn_duration", 3)};

constexpr std::uint16_t kFirstLayout = 0x2B3C;
constexpr std::array<ActivityLayout, 7> kLayouts{{{3, kGeneralInstantaneous},
                                                  {4, kGeneralSummary},
                                                  {2, kCardioInstantaneous},
                                                  {4, kCardioSummary},
                                                  {1, kStepSummary},
                                                  {2, kSleepInstantaneous},
                                                  {3, kSleepSummary}}};

std::uint32_t little(ByteReader& in, std::size_t bytes) {
  std::uint32_t number = 0;
  for (unsigned i = 0; i < bytes; ++i) number |= std::uint32_t{in.u8()} << (8 * i);
  return number;
}

std::size_t field_bytes(const ActivityLayout& layout, std::uint32_t flags) {
  std::size_t bytes = 0;
  for (unsigned bit = 0; bit < layout.fields.size(); ++bit)
    if (has_bit(flags, bit)) bytes += layout.fields[bit].bytes;
  return bytes;
}

// Calls `take(field, number)` for each field that is there.
template <class Take>
void for_each_field(const Activity& activity, Take take) {
  ByteReader in(activity.values);
  for (unsigned bit = 0; bit < activity.layout->fields.size(); ++bit) {
    const ActivityField& field = activity.layout->fields[bit];
    if (has_bit(activity.flags, bit)) take(field, little(in, field.bytes));
  }
}

// `bytes` after the sub-session identifier decide how wide it is.
Result<std::uint16_t> read_sub_session(ByteReader& in, std::size_t bytes) {
  if (in.remaining() == bytes + 1) return std::uint16_t{in.u8()};
  if (in.remaining() == bytes + 2) return in.u16_le();
  return wrong_length();
}

void add_start(Fields& fields, ByteReader& in, std::string_view prefix) {
  std::string name(prefix);
  const std::size_t length = name.size();
  fields.add(name.append("_base_time_s"), in.u32_le());
  name.resize(length);
  fields.add(name.append("_time_offset"), in.u16_le());
}

}  // namespace

const ActivityLayout& activity_layout(std::uint16_t uuid) {
  VG_CHECK(uuid >= kFirstLayout && uuid < kFirstLayout + kLayouts.size());
  return kLayouts[uuid - kFirstLayout];
}

Result<Activity> parse_activity_body(const ActivityLayout& layout,
                                     std::span<const std::byte> body) {
  Activity activity;
  activity.layout = &layout;
  activity.is_whole = true;
  activity.body = body;
  ByteReader in(body);
  activity.flags = little(in, layout.flag_bytes);
  activity.session = in.u16_le();
  if (!in.ok()) return truncated();
  const std::size_t values = field_bytes(layout, activity.flags);
  activity.sub_session = VG_TRY(read_sub_session(in, 8 + values));
  activity.relative_seconds = in.u32_le();
  activity.sequence = in.u32_le();
  activity.values = in.take(values);
  activity.bytes = body.size();
  return activity;
}

Result<Activity> parse_activity(const ActivityLayout& layout, std::span<const std::byte> value) {
  if (value.empty()) return truncated();
  const auto byte = std::to_integer<std::uint8_t>(value[0]);
  Activity activity;
  activity.layout = &layout;
  activity.body = value.subspan(1);
  if (SegmentHeader::of(byte).is_whole())
    activity = VG_TRY(parse_activity_body(layout, value.subspan(1)));
  activity.header = byte;
  activity.bytes = value.size();
  return activity;
}

void add_readings(const Activity& activity, std::vector<Reading>& out) {
  if (!activity.is_whole) return;
  const Reading shared = shared_parts(activity.bytes);
  for_each_field(activity, [&](const ActivityField& field, std::uint32_t number) {
    if (!field.publishes) return;
    const bool may_be_zero = field.metric == metric::kSteps;
    const Decimal decimal = Decimal::of(number);
    add_row(out, shared, field.metric, may_be_zero ? Value(decimal) : to_measured(decimal));
  });
}

Fields to_fields(const Activity& activity) {
  const auto header = SegmentHeader::of(activity.header);
  Fields fields;
  fields.add("first_segment", header.first)
      .add("last_segment", header.last)
      .add("segment_counter", header.counter);
  if (!activity.is_whole) {
    fields.add("data", hex_text(activity.body));
    return fields;
  }
  fields.add("flags", activity.flags)
      .add("session_id", activity.session)
      .add("sub_session_id", activity.sub_session)
      .add("relative_timestamp_s", activity.relative_seconds)
      .add("sequence", activity.sequence);
  for_each_field(activity, [&fields](const ActivityField& field, std::uint32_t number) {
    fields.add(field.name, number);
  });
  return fields;
}

Result<Fields> describe_activity_features(std::span<const std::byte> value) {
  if (value.size() != 8) return wrong_length();
  ByteReader in(value);
  const std::uint32_t low = in.u32_le(), high = in.u32_le();
  Fields fields;
  fields.add("features", std::uint64_t{high} << 32U | low)
      .add("multiple_users", has_bit(low, 0))
      .add("heart_rate", has_bit(high, 0));
  return fields;
}

Result<Fields> describe_activity_control_point(std::span<const std::byte> value) {
  ByteReader in(value);
  const std::uint8_t op_code = in.u8();
  if (!in.ok()) return truncated();
  Fields fields;
  fields.add("op_code", op_code).add("operand", hex_text(in.take(in.remaining())));
  return fields;
}

Result<Fields> describe_current_session(std::span<const std::byte> value) {
  ByteReader in(value);
  const std::uint8_t flags = in.u8();
  Fields fields;
  fields.add("flags", flags).add("running", has_bit(flags, 0)).add("session_id", in.u16_le());
  add_start(fields, in, "session_start");
  if (!in.ok()) return truncated();
  const std::uint16_t sub_session = VG_TRY(read_sub_session(in, 6));
  fields.add("sub_session_id", sub_session);
  add_start(fields, in, "sub_session_start");
  return fields;
}

Result<Fields> describe_session_descriptor(std::span<const std::byte> value) {
  ByteReader in(value);
  const std::uint8_t flags = in.u8();
  const bool session = has_bit(flags, 0), running = has_bit(flags, 1);
  Fields fields;
  fields.add("flags", flags)
      .add("describes_session", session)
      .add("running", running)
      .add("deleted", has_bit(flags, 2))
      .add("session_id", in.u16_le());
  const std::string prefix = session ? "session" : "sub_session";
  if (!in.ok()) return truncated();
  if (!session) {
    const std::uint16_t sub_session = VG_TRY(read_sub_session(in, running ? 6 : 12));
    fields.add("sub_session_id", sub_session);
  }
  add_start(fields, in, std::string(prefix).append("_start"));
  if (!running) add_start(fields, in, std::string(prefix).append("_end"));
  if (!in.ok()) return truncated();
  return fields;
}

}  // namespace vitalgate::bridge::gatt
