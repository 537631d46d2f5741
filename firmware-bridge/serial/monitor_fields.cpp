// Patient monitors and oximeters other than Nonin's, field by field.
#include <array>
#include <utility>

#include "firmware-bridge/serial/ansar_b.h"
#include "firmware-bridge/serial/cms50.h"
#include "firmware-bridge/serial/describe.h"
#include "firmware-bridge/serial/intellivue_frame.h"
#include "firmware-bridge/serial/line_driver.h"
#include "firmware-bridge/serial/masimo.h"
#include "firmware-bridge/serial/medibus_time.h"

namespace vitalgate::bridge {
namespace {

// The fields of a line: its values in their order, then its label and alarm.
struct LineNames {
  AnsarKey key;
  std::array<std::string_view, 4> values;
  std::string_view label;
  std::string_view alarm;
};
constexpr std::array kLines{
    LineNames{AnsarKey::hr, {"heart_rate"}, "ecg_label", "hr_alarm"},
    LineNames{AnsarKey::rr, {"respiratory_rate"}, "rr_message", "rr_alarm"},
    LineNames{AnsarKey::etco2, {"etco2"}, "etco2_message", "etco2_alarm"},
    LineNames{AnsarKey::spo2, {"spo2", "pulse_rate"}, "spo2_message", "spo2_alarm"},
    LineNames{AnsarKey::nibp,
              {"nibp_systolic", "nibp_diastolic", "nibp_mean", "nibp_pulse"},
              "nibp_message",
              "nibp_alarm"},
    LineNames{AnsarKey::p1, {"p1_systolic", "p1_diastolic", "p1_mean"}, "p1_message", "p1_alarm"},
    LineNames{AnsarKey::p2, {"p2_systolic", "p2_diastolic", "p2_mean"}, "p2_message", "p2_alarm"},
    LineNames{AnsarKey::t1, {"t1"}, "t1_message", "t1_alarm"},
    LineNames{AnsarKey::t2, {"t2"}, "t2_message", "t2_alarm"},
};

void add_value(Fields& fields, std::string_view name, const MasimoValue& value) {
  if (value.present) add_optional(fields, name, value.number);
}

Fields to_fields(const Cms50Sample& sample) {
  Fields fields;
  fields.add("strength", sample.strength).add("waveform", sample.waveform).add("bar", sample.bar);
  add_optional(fields, "pulse_rate", sample.pulse_rate);
  add_optional(fields, "spo2", sample.spo2);
  fields.add("finger_out", sample.finger_out).add("searching", sample.searching);
  fields.add("searched_too_long", sample.searched_too_long);
  fields.add("probe_error", sample.probe_error).add("dropping", sample.dropping);
  fields.add("beep", sample.beep);
  return fields;
}

// A stretch of a line: every frame in it, wherever it begins.
Result<Fields> describe_samples(std::span<const std::byte> bytes, std::size_t frame_bytes,
                                Result<Cms50Sample> (*parse)(std::span<const std::byte>)) {
  std::vector<Fields> samples;
  std::size_t at = 0, skipped = 0;
  while (bytes.size() - at >= frame_bytes) {
    const auto sample = parse(bytes.subspan(at, frame_bytes));
    if (sample) samples.push_back(to_fields(*sample));
    skipped += sample ? 0 : 1;
    at += sample ? frame_bytes : 1;
  }
  if (samples.empty()) return Error{Errc::malformed, "no whole frame", {}};
  Fields fields;
  fields.add("samples", std::move(samples)).add("skipped_bytes", skipped + bytes.size() - at);
  return fields;
}

}  // namespace

Result<Fields> describe_ansar_b(std::span<const std::byte> bytes) {
  const AnsarMessage message = VG_TRY(parse_ansar_b(bytes));
  Fields fields;
  for (const LineNames& names : kLines) {
    const AnsarLine* line = message.find(names.key);
    if (line == nullptr) continue;
    for (std::size_t i = 0; i < names.values.size() && !names.values[i].empty(); ++i)
      add_optional(fields, names.values[i], line->values[i].number);
    if (!line->label.empty()) fields.add(names.label, line->label);
    if (!line->alarm.empty()) fields.add(names.alarm, line->alarm);
  }
  Fields samples;
  samples.add("ecg", message.samples.ecg).add("resp", message.samples.respiration);
  samples.add("pleth", message.samples.pleth);
  samples.add("p1", message.samples.p1).add("p2", message.samples.p2);
  fields.add("waveform_samples", std::vector<Fields>{std::move(samples)});
  return fields;
}

Result<Fields> describe_masimo(std::span<const std::byte> bytes) {
  const MasimoLine values = VG_TRY(parse_masimo_line(without_line_end(text_of(bytes))));
  Fields fields;
  if (values.timestamp)
    fields.add("timestamp", iso_text(*values.timestamp));
  else
    fields.add("timestamp", nullptr);
  if (!values.serial.empty()) fields.add("serial", values.serial);
  add_value(fields, "spo2", values.spo2);
  add_value(fields, "pulse_rate", values.pulse_rate);
  add_value(fields, "perfusion_index", values.perfusion_index);
  add_value(fields, "spco", values.spco);
  add_value(fields, "spmet", values.spmet);
  add_value(fields, "pvi", values.pvi);
  if (values.alarm) fields.add("alarm", *values.alarm);
  fields.add("exceptions", values.exceptions);
  return fields;
}

Result<Fields> describe_cms50(std::span<const std::byte> bytes) {
  return describe_samples(bytes, kCms50FrameBytes, parse_cms50);
}

Result<Fields> describe_cms50_v7(std::span<const std::byte> bytes) {
  return describe_samples(bytes, kCms50V7FrameBytes, parse_cms50_v7);
}

Result<Fields> describe_intellivue(std::span<const std::byte> bytes) {
  const IntellivueFrame frame = VG_TRY(parse_intellivue_frame(bytes));
  Fields fields;
  if (frame.fcs_ok) fields.add("payload", hex_text(frame.payload));
  fields.add("fcs_ok", frame.fcs_ok);
  return fields;
}

Result<Fields> describe_medibus_time(std::span<const std::byte> bytes) {
  const LocalTime time = VG_TRY(parse_medibus_time(text_of(bytes)));
  Fields fields;
  fields.add("timestamp", iso_text(time));
  return fields;
}

}  // namespace vitalgate::bridge
