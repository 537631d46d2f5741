#include "firmware-bridge/gatt/health_sensor.h"

#include "agent/core/byte_reader.h"
#include "agent/core/limits.h"
#include "firmware-bridge/gatt/describe.h"
#include "firmware-bridge/gatt/device_info.h"
#include "firmware-bridge/gatt/row.h"
#include "firmware-bridge/gatt/segments.h"

namespace vitalgate::bridge::gatt {
namespace {

constexpr std::uint8_t kNumeric = 1, kDiscrete = 2, kString = 3, kMostClasses = 8, kBundle = 255;
constexpr std::string_view kClasses[] = {"",
                                         "numeric",
                                         "simple_discrete",
                                         "string",
                                         "sample_array",
                                         "compound_discrete_event",
                                         "compound_state_event",
                                         "compound",
                                         "tlv"};

std::vector<std::uint32_t> read_list(ByteReader& in) {
  std::vector<std::uint32_t> list;
  const std::size_t count = in.u8();
  if (count * 4 > in.remaining()) {
    in.take(in.remaining() + 1);  // not ok() from here on
    return list;
  }
  for (std::size_t i = 0; i < count; ++i) list.push_back(in.u32_le());
  return list;
}

void skip_tlvs(ByteReader& in) {
  const std::size_t count = in.u8();
  for (std::size_t i = 0; i < count && in.ok(); ++i) {
    in.u32_le();
    in.take(in.u16_le());
  }
}

void read_attributes(ByteReader& in, Observation& out) {
  const std::uint16_t flags = in.u16_le();
  if (has_bit(flags, 0)) out.type = in.u32_le();
  if (has_bit(flags, 1)) out.time = read_elapsed_time(in);
  if (has_bit(flags, 2)) out.duration = float32(in.u32_le());
  if (has_bit(flags, 3)) out.status = in.u16_le();
  if (has_bit(flags, 4)) out.object = in.u32_le();
  if (has_bit(flags, 5)) out.patient = in.u8();
  if (has_bit(flags, 6)) out.supplemental = read_list(in);
  if (has_bit(flags, 7)) read_list(in);
  if (has_bit(flags, 8)) read_list(in);
  if (has_bit(flags, 9)) skip_tlvs(in);
}

// Class, length and the bytes that the length announces.
struct Frame {
  std::uint8_t kind = 0;
  std::span<const std::byte> rest;
};

Result<Frame> read_frame(ByteReader& in) {
  Frame frame;
  frame.kind = in.u8();
  frame.rest = in.take(in.u16_le());
  if (!in.ok()) return truncated();
  if (frame.kind == 0 || (frame.kind > kMostClasses && frame.kind != kBundle))
    return Error{Errc::malformed, "no such class of observation", {}};
  return frame;
}

Result<Observation> read_simple(const Frame& frame) {
  ByteReader in(frame.rest);
  Observation observation;
  observation.kind = frame.kind;
  read_attributes(in, observation);
  if (frame.kind == kNumeric) {
    observation.unit = in.u16_le();
    observation.number = float32(in.u32_le());
  } else if (frame.kind == kDiscrete) {
    observation.code = in.u32_le();
  } else if (frame.kind == kString) {
    observation.value = in.take(in.u16_le());
    const std::string_view text(reinterpret_cast<const char*>(observation.value.data()),
                                observation.value.size());
    if (!is_utf8(text)) return Error{Errc::malformed, "a text that is no utf-8", {}};
  } else {
    observation.value = in.take(in.remaining());
  }
  if (!in.ok()) return truncated();
  observation.bytes = 3 + frame.rest.size();
  return observation;
}

Result<Observation> read_bundle(const Frame& frame) {
  ByteReader in(frame.rest);
  Observation bundle;
  bundle.kind = frame.kind;
  read_attributes(in, bundle);
  const std::size_t count = in.u8();
  if (!in.ok()) return truncated();
  static_assert(limits::kReadingsPerArrivalMax > UINT8_MAX, "every member may be a row");
  for (std::size_t i = 0; i < count; ++i) {
    const Frame member = VG_TRY(read_frame(in));
    if (member.kind == kBundle) return Error{Errc::malformed, "a bundle inside a bundle", {}};
    bundle.members.push_back(VG_TRY(read_simple(member)));
  }
  bundle.bytes = 3 + frame.rest.size();
  return bundle;
}

Result<ObservationSegment> parse_segment(std::span<const std::byte> value, bool stored) {
  if (value.empty()) return truncated();
  ObservationSegment segment;
  segment.header = std::to_integer<std::uint8_t>(value[0]);
  segment.part = value.subspan(1);
  if (!SegmentHeader::of(segment.header).is_whole()) return segment;
  ByteReader in(segment.part);
  if (stored) segment.record = in.u32_le();
  if (!in.ok()) return truncated();
  segment.observation = VG_TRY(parse_observation(in.take(in.remaining())));
  return segment;
}

void add_list(Fields& fields, std::string_view name, std::span<const std::uint32_t> list) {
  fields.add(name, std::vector<std::int64_t>(list.begin(), list.end()));
}

}  // namespace

Result<Observation> parse_observation(std::span<const std::byte> bytes) {
  ByteReader in(bytes);
  const Frame frame = VG_TRY(read_frame(in));
  return frame.kind == kBundle ? read_bundle(frame) : read_simple(frame);
}

Result<ObservationSegment> parse_live_observation(std::span<const std::byte> value) {
  return parse_segment(value, /*stored=*/false);
}
Result<ObservationSegment> parse_stored_observation(std::span<const std::byte> value) {
  return parse_segment(value, /*stored=*/true);
}

Fields to_fields(const Observation& observation) {
  constexpr std::string_view kStatusNames[] = {"invalid",
                                               "questionable",
                                               "not_available",
                                               "calibrating",
                                               "test_data",
                                               "early_estimate",
                                               "manually_entered",
                                               "setting",
                                               "",
                                               "",
                                               "",
                                               "",
                                               "",
                                               "",
                                               "threshold_error",
                                               "threshold_disabled"};
  Fields fields;
  fields.add("class", observation.kind);
  const bool bundle = observation.kind == kBundle;
  fields.add("class_name", bundle ? "bundle" : name_of(observation.kind, kClasses));
  if (observation.type) fields.add("type", *observation.type);
  if (observation.time) add_elapsed_time(fields, *observation.time);
  if (observation.duration) add_number(fields, "duration_s", *observation.duration);
  if (observation.status)
    add_bits(fields, "status", "status_flags", *observation.status, kStatusNames);
  if (observation.object) fields.add("object_id", *observation.object);
  if (observation.patient) fields.add("patient_id", *observation.patient);
  if (!observation.supplemental.empty())
    add_list(fields, "supplemental_information", observation.supplemental);
  if (bundle) {
    std::vector<Fields> members;
    for (const Observation& member : observation.members) members.push_back(to_fields(member));
    fields.add("observations", std::move(members));
  } else if (observation.kind == kNumeric) {
    fields.add("unit", observation.unit);
    add_number(fields, "value", observation.number);
  } else if (observation.kind == kDiscrete) {
    fields.add("value", observation.code);
  } else if (observation.kind == kString) {
    fields.add("value", std::string(reinterpret_cast<const char*>(observation.value.data()),
                                    observation.value.size()));
  } else {
    fields.add("data", hex_text(observation.value));
  }
  return fields;
}

void add_readings(const ObservationSegment& segment, std::vector<Reading>& out) {
  if (!segment.observation) return;
  const std::size_t first = out.size();
  const std::size_t offset = segment.record ? 5 : 1;
  add_readings(*segment.observation, offset, out);
  if (!segment.record) return;
  for (Reading& row : std::span(out).subspan(first)) row.flags.set(Flag::from_memory);
}

Fields to_fields(const ObservationSegment& segment) {
  const auto header = SegmentHeader::of(segment.header);
  Fields fields;
  fields.add("first_segment", header.first)
      .add("last_segment", header.last)
      .add("segment_counter", header.counter);
  if (segment.record) fields.add("record_number", *segment.record);
  if (segment.observation)
    fields.add("observation", std::vector<Fields>{to_fields(*segment.observation)});
  else
    fields.add("data", hex_text(segment.part));
  return fields;
}

Result<Fields> describe_health_sensor_features(std::span<const std::byte> value) {
  ByteReader in(value);
  const std::uint8_t flags = in.u8();
  const auto types = read_list(in);
  std::vector<std::uint32_t> specialisations;
  if (has_bit(flags, 0)) specialisations = read_list(in);
  if (!in.ok()) return truncated();
  Fields fields;
  fields.add("flags", flags);
  add_list(fields, "observation_types", types);
  if (has_bit(flags, 0)) add_list(fields, "device_specialisations", specialisations);
  return fields;
}

Result<Fields> describe_health_sensor_control_point(std::span<const std::byte> value) {
  if (value.size() != 1) return wrong_length();
  const auto op_code = std::to_integer<std::uint8_t>(value[0]);
  std::string_view name;
  if (op_code == 0x01) name = "start_live_observations";
  if (op_code == 0x02) name = "stop_live_observations";
  if (op_code == 0x80) name = "success";
  if (op_code > 0x80) name = "failure";
  if (name.empty()) return Error{Errc::malformed, "no such op code", {}};
  Fields fields;
  fields.add("op_code", op_code).add("op_name", name);
  return fields;
}

}  // namespace vitalgate::bridge::gatt
