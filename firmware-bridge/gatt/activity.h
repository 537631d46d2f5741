// Physical Activity Monitor Service (183E): 2B3B to 2B45.
//
//   2B3B  features u64
//   2B3C general instantaneous (flags u24), 2B3D general summary (u32), 2B3E cardiorespiratory
//   instantaneous (u16), 2B3F cardiorespiratory summary (u32), 2B40 step counter summary (u8),
//   2B41 sleep instantaneous (u16), 2B42 sleep summary (u24):
//         segment header u8 | flags | session u16 | sub-session u8 or u16 | relative time u32 s |
//         sequence u32 | a field for each flag, in the order of the bits (activity.cpp)
//   2B43  control point: op code u8 | operand
//   2B44  current session: flags u8 (0 running) | session u16 | start u32, offset u16 | sub-session
//         | start u32, offset u16
//   2B45  session descriptor: flags u8 (0 a session, not a sub-session; 1 running; 2 deleted) |
//         session u16 | [sub-session] | start u32, offset u16 | [end u32, offset u16]
//
// Sources disagree. The sub-session identifier has two bytes in RonanB96/bluetooth-sig-python and
// in Philips' prototype client, one in other readings of the specification: the length of the
// value decides, since the flags tell exactly what it must be, and a value that fits neither is
// refused. Field widths are those of Philips' client; the bits agree in both.
//
// Rows, only from unsegmented values and only where the unit is beyond doubt: steps (normal
// walking), heart_rate, respiratory_rate. Everything else (energies, speeds, distances, levels,
// summaries of other values) is described as the raw integer and makes no row, because no public
// source confirms its scale. Relative time counts from a session's start: no device time. Segments
// are joined with SegmentJoiner first. Pure; any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "agent/core/reading.h"
#include "agent/core/result.h"
#include "firmware-bridge/fields.h"

namespace vitalgate::bridge::gatt {

struct ActivityField {
  std::string_view name;  // empty: a bit without a field
  std::uint8_t bytes = 0;
  MetricId metric{};  // with `publishes`
  bool publishes = false;
};

struct ActivityLayout {
  std::uint8_t flag_bytes;
  std::span<const ActivityField> fields;  // in the order of the flag bits
};

// 2B3C to 2B42.
const ActivityLayout& activity_layout(std::uint16_t uuid);

struct Activity {
  const ActivityLayout* layout = nullptr;
  std::uint8_t header = 0;
  bool is_whole = false;            // the members below are of an unsegmented value
  std::span<const std::byte> body;  // behind the header
  std::uint32_t flags = 0;
  std::uint16_t session = 0;
  std::uint16_t sub_session = 0;
  std::uint32_t relative_seconds = 0;
  std::uint32_t sequence = 0;
  std::span<const std::byte> values;  // the fields
  std::size_t bytes = 0;
};

Result<Activity> parse_activity(const ActivityLayout& layout, std::span<const std::byte> value);
// What a SegmentJoiner put together: everything behind the headers.
Result<Activity> parse_activity_body(const ActivityLayout& layout, std::span<const std::byte> body);
void add_readings(const Activity& activity, std::vector<Reading>& out);
Fields to_fields(const Activity& activity);

Result<Fields> describe_activity_features(std::span<const std::byte> value);       // 2B3B
Result<Fields> describe_activity_control_point(std::span<const std::byte> value);  // 2B43
Result<Fields> describe_current_session(std::span<const std::byte> value);         // 2B44
Result<Fields> describe_session_descriptor(std::span<const std::byte> value);      // 2B45

}  // namespace vitalgate::bridge::gatt
