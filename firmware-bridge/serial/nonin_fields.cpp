// Nonin's formats, field by field.
#include <utility>

#include "firmware-bridge/serial/describe.h"
#include "firmware-bridge/serial/line_driver.h"
#include "firmware-bridge/serial/nonin.h"
#include "firmware-bridge/serial/nonin_ascii.h"
#include "firmware-bridge/serial/nonin_df13.h"
#include "firmware-bridge/serial/nonin_df2.h"
#include "firmware-bridge/serial/nonin_df8.h"

namespace vitalgate::bridge {
namespace {

constexpr std::size_t kFrameBytes = 5;

using Names = std::vector<std::string>;

// Adds `name` when `is_set`.
void note(Names& names, bool is_set, std::string_view name) {
  if (is_set) names.emplace_back(name);
}

Names names_of(const NoninStatus& status) {
  Names names;
  note(names, status.sensor_disconnect, "sensor_disconnect");
  note(names, status.artifact, "artifact");
  note(names, status.out_of_track, "out_of_track");
  note(names, status.sensor_alarm, "sensor_alarm");
  note(names, status.green_perfusion, "green_perfusion");
  note(names, status.red_perfusion, "red_perfusion");
  note(names, status.yellow_perfusion, "yellow_perfusion");
  return names;
}

Fields to_fields(const NoninPacket& packet) {
  Fields fields;
  add_optional(fields, "heart_rate", packet.heart_rate);
  add_optional(fields, "spo2", packet.spo2);
  fields.add("srev", packet.revision).add("status_flags", names_of(packet.status));
  fields.add("low_battery", packet.low_battery).add("smartpoint", packet.smart_point);
  add_optional(fields, "spo2_display", packet.spo2_display);
  add_optional(fields, "spo2_fast", packet.spo2_fast);
  add_optional(fields, "spo2_beat_to_beat", packet.spo2_beat_to_beat);
  add_optional(fields, "heart_rate_ext", packet.heart_rate_ext);
  add_optional(fields, "spo2_ext", packet.spo2_ext);
  add_optional(fields, "spo2_ext_display", packet.spo2_ext_display);
  add_optional(fields, "heart_rate_display", packet.heart_rate_display);
  add_optional(fields, "heart_rate_ext_display", packet.heart_rate_ext_display);
  return fields;
}

template <NoninFormat format>
bool is_frame(std::span<const std::byte> window) {
  return is_nonin_frame(format, window);
}

// A stretch of a line: all its packets.
template <NoninFormat format>
Result<Fields> describe_packets(std::span<const std::byte> bytes) {
  NoninPackets packets(format);
  FrameFinder finder(kFrameBytes, is_frame<format>);
  std::vector<Fields> list;
  std::string first_frame;
  for (const std::byte byte : bytes) {
    const auto frame = finder.push(byte);
    if (!frame.empty() && first_frame.empty()) first_frame = hex_text(frame);
    if (const auto packet = packets.push(byte)) list.push_back(to_fields(*packet));
  }
  Fields fields;
  fields.add("packets", std::move(list));
  if (!first_frame.empty()) fields.add("first_frame", std::move(first_frame));
  fields.add("frame_errors", packets.counts().bad_frames);
  fields.add("missed_frames", packets.missed_frames());
  return fields;
}

}  // namespace

Result<Fields> describe_nonin_df2(std::span<const std::byte> bytes) {
  return describe_packets<NoninFormat::df2>(bytes);
}

Result<Fields> describe_nonin_df7(std::span<const std::byte> bytes) {
  return describe_packets<NoninFormat::df7>(bytes);
}

Result<Fields> describe_nonin_df2_frame(std::span<const std::byte> bytes) {
  Fields fields;
  const bool valid = is_nonin_frame(NoninFormat::df2, bytes);
  fields.add("valid", valid);
  if (!valid) return fields;
  const auto status = parse_nonin_status(std::to_integer<std::uint8_t>(bytes[1]));
  fields.add("sync", status.sync).add("status_flags", names_of(status));
  fields.add("pleth", std::to_integer<int>(bytes[2])).add("value", std::to_integer<int>(bytes[3]));
  return fields;
}

Result<Fields> describe_nonin_df2_status(std::span<const std::byte> bytes) {
  if (bytes.size() != 1 || (std::to_integer<unsigned>(bytes[0]) & 0x80) == 0)
    return Error{Errc::malformed, "not a status byte: bit 7 is always 1", {}};
  const auto status = parse_nonin_status(std::to_integer<std::uint8_t>(bytes[0]));
  Names names = names_of(status);
  Fields fields;
  if (names.size() == 1)
    fields.add("flag", std::string(names.front()));
  else
    fields.add("flag", nullptr);
  fields.add("flags", std::move(names)).add("sync", status.sync);
  return fields;
}

Result<Fields> describe_nonin_df8(std::span<const std::byte> bytes) {
  const NoninDf8 values = VG_TRY(parse_nonin_df8(bytes));
  Names flags;
  note(flags, values.sensor_disconnected, "sensor_disconnected");
  note(flags, values.out_of_track, "out_of_track");
  note(flags, values.low_perfusion, "low_perfusion");
  note(flags, values.marginal_perfusion, "marginal_perfusion");
  note(flags, values.artifact, "artifact");
  note(flags, values.smart_point, "smartpoint");
  note(flags, values.sensor_fault, "sensor_fault");
  note(flags, values.spot_check, "spot_check");
  note(flags, values.critical_battery, "critical_battery");
  note(flags, values.low_battery, "low_battery");
  Fields fields;
  add_optional(fields, "heart_rate", values.heart_rate);
  add_optional(fields, "spo2", values.spo2);
  fields.add("flags", std::move(flags));
  return fields;
}

Result<Fields> describe_nonin_df13(std::span<const std::byte> bytes) {
  const NoninDf13 record = VG_TRY(parse_nonin_df13(bytes));
  Fields fields;
  if (record.timestamp)
    fields.add("timestamp", iso_text(*record.timestamp));
  else
    fields.add("timestamp", nullptr);
  add_optional(fields, "heart_rate", record.heart_rate);
  add_optional(fields, "spo2", record.spo2);
  fields.add("smartpoint", record.smart_point).add("no_value", record.no_value);
  fields.add("from_memory", record.from_memory).add("low_battery", record.low_battery);
  return fields;
}

Result<Fields> describe_nonin_ascii(std::span<const std::byte> bytes) {
  const NoninLine values = VG_TRY(parse_nonin_line(without_line_end(text_of(bytes))));
  Fields fields;
  add_optional(fields, "spo2", values.spo2);
  add_optional(fields, "heart_rate", values.heart_rate);
  fields.add("fast_averaging", values.fast_averaging).add("event", values.event);
  if (!values.time.empty()) fields.add("time", values.time);
  return fields;
}

}  // namespace vitalgate::bridge
