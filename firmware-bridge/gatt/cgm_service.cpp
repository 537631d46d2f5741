#include "firmware-bridge/gatt/cgm_service.h"

#include "agent/core/byte_reader.h"
#include "agent/core/crc.h"
#include "firmware-bridge/gatt/cgm.h"
#include "firmware-bridge/gatt/describe.h"
#include "firmware-bridge/gatt/glucose.h"
#include "firmware-bridge/gatt/row.h"
#include "firmware-bridge/gatt/time_types.h"

namespace vitalgate::bridge::gatt {
namespace {

constexpr std::size_t kCrcBytes = 2;
constexpr std::string_view kFeatures[] = {"calibration",
                                          "patient_high_low_alerts",
                                          "hypo_alerts",
                                          "hyper_alerts",
                                          "rate_alerts",
                                          "device_specific_alert",
                                          "sensor_malfunction",
                                          "sensor_temp_high_low",
                                          "sensor_result_high_low",
                                          "low_battery",
                                          "sensor_type_error",
                                          "general_device_fault",
                                          "e2e_crc",
                                          "multiple_bond",
                                          "multiple_sessions",
                                          "trend",
                                          "quality"};

// Whether the last two bytes of a value of `length` or `length` + 2 bytes are a CRC.
Result<bool> check_length(std::span<const std::byte> value, std::size_t length) {
  if (value.size() == length) return false;
  if (value.size() != length + kCrcBytes) return wrong_length();
  ByteReader tail(value.last(kCrcBytes));
  if (tail.u16_le() != kCrc16Mcrf4xx(value.first(length))) return broken_crc();
  return true;
}

enum class Operand : std::uint8_t { none, minutes, level, record_number, calibration, response };

constexpr std::size_t kOperandBytes[] = {0, 1, 2, 2, 10, 2};

struct Operation {
  std::string_view name;
  Operand operand = Operand::none;
};

// In the order of the op codes.
constexpr Operation kOperations[] = {{},
                                     {"set_communication_interval", Operand::minutes},
                                     {"get_communication_interval"},
                                     {"communication_interval_response", Operand::minutes},
                                     {"set_calibration_value", Operand::calibration},
                                     {"get_calibration_value", Operand::record_number},
                                     {"calibration_value_response", Operand::calibration},
                                     {"set_patient_high", Operand::level},
                                     {"get_patient_high"},
                                     {"patient_high_response", Operand::level},
                                     {"set_patient_low", Operand::level},
                                     {"get_patient_low"},
                                     {"patient_low_response", Operand::level},
                                     {"set_hypo", Operand::level},
                                     {"get_hypo"},
                                     {"hypo_response", Operand::level},
                                     {"set_hyper", Operand::level},
                                     {"get_hyper"},
                                     {"hyper_response", Operand::level},
                                     {"set_rate_decrease", Operand::level},
                                     {"get_rate_decrease"},
                                     {"rate_decrease_response", Operand::level},
                                     {"set_rate_increase", Operand::level},
                                     {"get_rate_increase"},
                                     {"rate_increase_response", Operand::level},
                                     {"reset_device_specific_alert"},
                                     {"start_session"},
                                     {"stop_session"},
                                     {"response_code", Operand::response}};

void add_calibration(Fields& fields, ByteReader& in) {
  add_number(fields, "glucose_mg_dl", sfloat(in.u16_le()));
  fields.add("calibration_time_min", in.u16_le());
  add_sample(fields, Sample::of(in.u8()));
  fields.add("next_calibration_min", in.u16_le());
  fields.add("record_number", in.u16_le());
  fields.add("calibration_status", in.u8());
}

void add_operand(Fields& fields, Operand operand, ByteReader& in) {
  switch (operand) {
    case Operand::none:
      break;
    case Operand::minutes:
      fields.add("interval_min", in.u8());
      break;
    case Operand::level:
      add_number(fields, "level", sfloat(in.u16_le()));
      break;
    case Operand::record_number:
      fields.add("record_number", in.u16_le());
      break;
    case Operand::calibration:
      add_calibration(fields, in);
      break;
    case Operand::response:
      fields.add("request_op_code", in.u8());
      fields.add("result", in.u8());
      break;
  }
}

void add_crc(Fields& fields, bool has_crc) {
  if (has_crc) fields.add("crc_ok", true);
}

}  // namespace

Result<CgmFeature> parse_cgm_feature(std::span<const std::byte> value) {
  constexpr std::size_t kBytes = 6;
  if (value.size() != kBytes) return wrong_length();
  ByteReader in(value);
  CgmFeature feature;
  feature.features = in.u24_le();
  feature.sample = in.u8();
  feature.crc = in.u16_le();
  if (feature.has_crc() && feature.crc != kCrc16Mcrf4xx(value.first(kBytes - kCrcBytes)))
    return broken_crc();
  return feature;
}

Result<Fields> describe_cgm_feature(std::span<const std::byte> value) {
  const CgmFeature feature = VG_TRY(parse_cgm_feature(value));
  Fields fields;
  add_bits(fields, "features", "names", feature.features, kFeatures);
  add_sample(fields, Sample::of(feature.sample));
  if (feature.has_crc())
    fields.add("crc_ok", true);
  else
    fields.add("crc_field", feature.crc);
  return fields;
}

std::optional<WallTime> CgmSessionStart::in_utc() const {
  const auto local = to_local(start);
  if (!local) return std::nullopt;
  const auto zone_minutes = time_zone_minutes(zone);
  const auto dst_minutes = gatt::dst_minutes(dst);
  if (!zone_minutes || !dst_minutes) return from_local(*local);
  return WallTime(local->time_since_epoch()) - std::chrono::minutes(*zone_minutes + *dst_minutes);
}

Result<CgmSessionStart> parse_cgm_session_start(std::span<const std::byte> value) {
  CgmSessionStart session;
  session.has_crc = VG_TRY(check_length(value, 9));
  ByteReader in(value);
  session.start = read_date_time(in);
  session.zone = static_cast<std::int8_t>(in.u8());
  session.dst = in.u8();
  return session;
}

Result<Fields> describe_cgm_session_start(std::span<const std::byte> value) {
  const CgmSessionStart session = VG_TRY(parse_cgm_session_start(value));
  Fields fields;
  add_time(fields, "start_time", session.start);
  add_time_zone(fields, session.zone);
  add_dst(fields, session.dst);
  add_crc(fields, session.has_crc);
  return fields;
}

Result<Fields> describe_cgm_status(std::span<const std::byte> value) {
  const bool has_crc = VG_TRY(check_length(value, 5));
  ByteReader in(value);
  Fields fields;
  fields.add("time_offset_min", in.u16_le());
  add_bits(fields, "status", "status_flags", in.u24_le(), cgm_status_names());
  add_crc(fields, has_crc);
  return fields;
}

Result<Fields> describe_cgm_run_time(std::span<const std::byte> value) {
  const bool has_crc = VG_TRY(check_length(value, 2));
  Fields fields;
  fields.add("run_time_h", ByteReader(value).u16_le());
  add_crc(fields, has_crc);
  return fields;
}

Result<Fields> describe_cgm_control_point(std::span<const std::byte> value) {
  ByteReader in(value);
  const std::uint8_t op_code = in.u8();
  if (!in.ok()) return truncated();
  if (op_code >= std::size(kOperations) || kOperations[op_code].name.empty())
    return Error{Errc::malformed, "no such op code", {}};
  const Operation& operation = kOperations[op_code];
  const std::size_t operand_bytes = kOperandBytes[static_cast<std::size_t>(operation.operand)];
  const bool has_crc = VG_TRY(check_length(value, 1 + operand_bytes));
  Fields fields;
  fields.add("op_code", op_code).add("op_name", operation.name);
  add_operand(fields, operation.operand, in);
  add_crc(fields, has_crc);
  return fields;
}

}  // namespace vitalgate::bridge::gatt
