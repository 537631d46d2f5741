#include "firmware-bridge/gatt/cgm.h"

#include "agent/core/byte_reader.h"
#include "agent/core/crc.h"
#include "firmware-bridge/gatt/glucose.h"
#include "firmware-bridge/gatt/row.h"

namespace vitalgate::bridge::gatt {
namespace {

constexpr std::size_t kCrcBytes = 2;
constexpr unsigned kTimeSyncRequired = 8;
constexpr Sample kInterstitialFluid{9, 0};

constexpr FlagBit kStatusFlags[] = {{0, Flag::session_stopped, true},
                                    {1, Flag::low_battery, false},
                                    {2, Flag::sensor_type_incorrect, true},
                                    {3, Flag::sensor_fault, true},
                                    {4, Flag::device_alert, false},
                                    {5, Flag::device_fault, true},
                                    {kTimeSyncRequired, Flag::time_sync_required, false},
                                    {9, Flag::calibration_not_allowed, false},
                                    {10, Flag::calibration_recommended, false},
                                    {11, Flag::calibration_required, true},
                                    {12, Flag::temperature_too_high, true},
                                    {13, Flag::temperature_too_low, true},
                                    {16, Flag::below_patient_low, false},
                                    {17, Flag::above_patient_high, false},
                                    {18, Flag::below_hypo, false},
                                    {19, Flag::above_hyper, false},
                                    {20, Flag::rate_of_decrease_exceeded, false},
                                    {21, Flag::rate_of_increase_exceeded, false},
                                    {22, Flag::below_device_range, true},
                                    {23, Flag::above_device_range, true}};
constexpr std::string_view kStatusNames[] = {"session_stopped",
                                             "battery_low",
                                             "sensor_type_incorrect",
                                             "sensor_malfunction",
                                             "device_specific_alert",
                                             "general_device_fault",
                                             "",
                                             "",
                                             "time_sync_required",
                                             "calibration_not_allowed",
                                             "calibration_recommended",
                                             "calibration_required",
                                             "sensor_temp_too_high",
                                             "sensor_temp_too_low",
                                             "",
                                             "",
                                             "below_patient_low",
                                             "above_patient_high",
                                             "below_hypo",
                                             "above_hyper",
                                             "rate_of_decrease_exceeded",
                                             "rate_of_increase_exceeded",
                                             "below_device_range",
                                             "above_device_range"};

std::optional<std::uint32_t> read_status(ByteReader& in, std::uint8_t flags) {
  if ((flags & 0xE0U) == 0) return std::nullopt;
  std::uint32_t status = 0;
  if (has_bit(flags, 7)) status |= in.u8();
  if (has_bit(flags, 6)) status |= std::uint32_t{in.u8()} << 8U;
  if (has_bit(flags, 5)) status |= std::uint32_t{in.u8()} << 16U;
  return status;
}

// Calls `take(record, offset)` for each; nothing is known about the rest after a broken one.
template <class Take>
Result<> for_each_record(std::span<const std::byte> value, bool crc_announced, Take take) {
  if (value.empty()) return truncated();
  for (std::size_t at = 0; at < value.size();) {
    const CgmRecord record = VG_TRY(parse_cgm_record(value.subspan(at), crc_announced));
    take(record, at);
    at += record.size;
  }
  return {};
}

void add_record(const CgmRecord& record, std::size_t offset, std::uint8_t group,
                const Context& context, std::vector<Reading>& out) {
  Reading shared = shared_parts(record.size, offset, group);
  const std::uint32_t status = record.status.value_or(0);
  put_flags(shared, status, kStatusFlags);
  if (context.session_start && !has_bit(status, kTimeSyncRequired))
    shared.device_time = *context.session_start + std::chrono::minutes(record.offset_minutes);
  const Sample sample = context.cgm_sample ? Sample::of(*context.cgm_sample) : kInterstitialFluid;
  if (sample.is_control()) {
    shared.flags.set(Flag::control_solution);
    shared.quality = Quality::test;
  }
  add_row(out, shared, glucose_metric(sample, /*molar=*/false), to_measured(record.glucose));
  if (record.trend) add_row(out, shared, metric::kGlucoseTrend, to_value(*record.trend));
  if (record.quality) add_row(out, shared, metric::kGlucoseQuality, to_value(*record.quality));
}

Fields record_fields(const CgmRecord& record) {
  Fields fields;
  fields.add("size", record.size);
  add_number(fields, "glucose_mg_dl", record.glucose);
  fields.add("time_offset_min", record.offset_minutes);
  if (record.status) add_bits(fields, "status", "status_flags", *record.status, kStatusNames);
  if (record.trend) add_number(fields, "trend_mg_dl_min", *record.trend);
  if (record.quality) add_number(fields, "quality_pct", *record.quality);
  if (record.has_crc) fields.add("crc_ok", true);
  return fields;
}

}  // namespace

Names cgm_status_names() { return kStatusNames; }

Result<CgmRecord> parse_cgm_record(std::span<const std::byte> bytes, bool crc_announced) {
  CgmRecord record;
  if (bytes.empty()) return truncated();
  record.size = std::to_integer<std::uint8_t>(bytes[0]);
  if (record.size > bytes.size()) return truncated();
  bytes = bytes.first(record.size);
  ByteReader in(bytes);
  in.u8();
  const std::uint8_t flags = in.u8();
  record.glucose = sfloat(in.u16_le());
  record.offset_minutes = in.u16_le();
  record.status = read_status(in, flags);
  if (has_bit(flags, 0)) record.trend = sfloat(in.u16_le());
  if (has_bit(flags, 1)) record.quality = sfloat(in.u16_le());
  if (!in.ok()) return truncated();
  if (in.remaining() == 0) {
    if (crc_announced) return Error{Errc::malformed, "a record without its checksum", {}};
    return record;
  }
  if (in.remaining() != kCrcBytes)
    return Error{Errc::malformed, "a record's size is not that of its fields", {}};
  if (in.u16_le() != kCrc16Mcrf4xx(bytes.first(bytes.size() - kCrcBytes))) return broken_crc();
  record.has_crc = true;
  return record;
}

Result<> decode_cgm(std::span<const std::byte> value, const Context& context,
                    std::vector<Reading>& out) {
  const std::size_t before = out.size();
  std::uint8_t group = 0;
  const auto read =
      for_each_record(value, context.cgm_has_crc, [&](const CgmRecord& record, std::size_t offset) {
        add_record(record, offset, ++group, context, out);
      });
  if (!read) out.erase(out.begin() + static_cast<std::ptrdiff_t>(before), out.end());
  return read;
}

Result<Fields> describe_cgm(std::span<const std::byte> value) {
  std::vector<Fields> records;
  VG_TRY(for_each_record(value, /*crc_announced=*/false,
                         [&records](const CgmRecord& record, std::size_t) {
                           records.push_back(record_fields(record));
                         }));
  Fields fields;
  fields.add("records", std::move(records));
  return fields;
}

}  // namespace vitalgate::bridge::gatt
