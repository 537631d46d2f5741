#include "firmware-bridge/gatt/characteristic.h"

#include <algorithm>
#include <array>

#include "firmware-bridge/gatt/activity.h"
#include "firmware-bridge/gatt/blood_pressure.h"
#include "firmware-bridge/gatt/body_composition.h"
#include "firmware-bridge/gatt/cgm.h"
#include "firmware-bridge/gatt/cgm_service.h"
#include "firmware-bridge/gatt/device_info.h"
#include "firmware-bridge/gatt/glucose.h"
#include "firmware-bridge/gatt/glucose_context.h"
#include "firmware-bridge/gatt/health_sensor.h"
#include "firmware-bridge/gatt/heart_rate.h"
#include "firmware-bridge/gatt/pulse_oximeter.h"
#include "firmware-bridge/gatt/racp_value.h"
#include "firmware-bridge/gatt/thermometer.h"
#include "firmware-bridge/gatt/time_types.h"
#include "firmware-bridge/gatt/weight_scale.h"

namespace vitalgate::bridge::gatt {
namespace {

using Bytes = std::span<const std::byte>;
using Readings = std::vector<Reading>;

Error too_long() { return {Errc::malformed, "longer than an attribute can be", {}}; }

// A description whose value an attribute can hold.
template <auto Describe>
Result<Fields> bounded(Bytes value) {
  if (value.size() > kAttributeBytesMax) return too_long();
  return Describe(value);
}

// What a parse function and the functions for its result make of a value.
template <auto Parse>
Result<Fields> described(Bytes value) {
  if (value.size() > kAttributeBytesMax) return too_long();
  const auto parsed = Parse(value);
  if (!parsed) return parsed.error();
  return to_fields(*parsed);
}

template <auto Parse>
Result<> decoded(Bytes value, const Context&, Readings& out) {
  if (value.size() > kAttributeBytesMax) return too_long();
  const auto parsed = Parse(value);
  if (!parsed) return parsed.error();
  add_readings(*parsed, out);
  return {};
}

template <auto Parse>
constexpr Characteristic measurement(std::uint16_t uuid, std::string_view name) {
  return {uuid, name, decoded<Parse>, described<Parse>};
}

template <auto Describe>
constexpr Characteristic description(std::uint16_t uuid, std::string_view name) {
  return {uuid, name, nullptr, bounded<Describe>};
}

// Those that need Context, or whose parse function needs more than the value.

template <auto Parse>
Result<> decoded_temperature(Bytes value, const Context& context, Readings& out) {
  if (value.size() > kAttributeBytesMax) return too_long();
  add_readings(VG_TRY(Parse(value)), context.temperature_type, out);
  return {};
}

Result<> decoded_battery(Bytes value, const Context&, Readings& out) {
  add_battery_level(VG_TRY(parse_battery_level(value)), out);
  return {};
}

Result<> decoded_glucose_context(Bytes value, const Context& context, Readings& out) {
  if (value.size() > kAttributeBytesMax) return too_long();
  const auto parsed = VG_TRY(parse_glucose_context(value));
  const bool same = context.glucose_sequence == parsed.sequence;
  add_readings(parsed, same ? context.glucose_time : std::nullopt, out);
  return {};
}

Result<> decoded_cgm(Bytes value, const Context& context, Readings& out) {
  if (value.size() > kAttributeBytesMax) return too_long();
  return decode_cgm(value, context, out);
}

Result<> decoded_record(Bytes value, const Context& context, Readings& out) {
  if (value.size() > kAttributeBytesMax) return too_long();
  add_readings(VG_TRY(parse_blood_pressure_record(value, context.blood_pressure_has_crc)), out);
  return {};
}

Result<BloodPressureRecord> parse_record_without_crc(Bytes value) {
  return parse_blood_pressure_record(value, /*has_crc=*/false);
}

template <std::uint16_t Uuid>
Result<Activity> parse_activity_of(Bytes value) {
  return parse_activity(activity_layout(Uuid), value);
}

template <std::uint16_t Uuid>
constexpr Characteristic activity(std::string_view name) {
  return measurement<parse_activity_of<Uuid>>(Uuid, name);
}

constexpr std::array kTable = std::to_array<Characteristic>({
    description<describe_date_time>(0x2A08, "Date Time"),
    description<describe_day_of_week>(0x2A09, "Day of Week"),
    description<describe_day_date_time>(0x2A0A, "Day Date Time"),
    description<describe_exact_time_256>(0x2A0C, "Exact Time 256"),
    description<describe_dst_offset>(0x2A0D, "DST Offset"),
    description<describe_time_zone>(0x2A0E, "Time Zone"),
    description<describe_local_time_information>(0x2A0F, "Local Time Information"),
    description<describe_reference_time>(0x2A14, "Reference Time Information"),
    measurement<parse_glucose>(0x2A18, "Glucose Measurement"),
    {0x2A19, "Battery Level", decoded_battery, bounded<describe_battery_level>},
    {0x2A1C, "Temperature Measurement", decoded_temperature<parse_temperature>,
     described<parse_temperature>},
    description<describe_temperature_type>(0x2A1D, "Temperature Type"),
    {0x2A1E, "Intermediate Temperature", decoded_temperature<parse_intermediate_temperature>,
     described<parse_intermediate_temperature>},
    description<describe_measurement_interval>(0x2A21, "Measurement Interval"),
    description<describe_system_id>(0x2A23, "System ID"),
    description<describe_text>(0x2A24, "Model Number String"),
    description<describe_text>(0x2A25, "Serial Number String"),
    description<describe_text>(0x2A26, "Firmware Revision String"),
    description<describe_text>(0x2A27, "Hardware Revision String"),
    description<describe_text>(0x2A28, "Software Revision String"),
    description<describe_text>(0x2A29, "Manufacturer Name String"),
    description<describe_regulatory_data>(0x2A2A,
                                          "IEEE 11073-20601 Regulatory Certification Data List"),
    description<describe_current_time>(0x2A2B, "Current Time"),
    {0x2A34, "Glucose Measurement Context", decoded_glucose_context,
     described<parse_glucose_context>},
    measurement<parse_blood_pressure>(0x2A35, "Blood Pressure Measurement"),
    measurement<parse_cuff_pressure>(0x2A36, "Intermediate Cuff Pressure"),
    measurement<parse_heart_rate>(0x2A37, "Heart Rate Measurement"),
    measurement<parse_sensor_location>(0x2A38, "Body Sensor Location"),
    description<describe_blood_pressure_feature>(0x2A49, "Blood Pressure Feature"),
    description<describe_pnp_id>(0x2A50, "PnP ID"),
    description<describe_glucose_features>(0x2A51, "Glucose Feature"),
    description<describe_racp_indication>(0x2A52, "Record Access Control Point"),
    measurement<parse_spot_check>(0x2A5E, "PLX Spot-Check Measurement"),
    measurement<parse_continuous_oximetry>(0x2A5F, "PLX Continuous Measurement"),
    description<describe_oximeter_features>(0x2A60, "PLX Features"),
    description<describe_change_increment>(0x2A99, "Database Change Increment"),
    description<describe_user_index>(0x2A9A, "User Index"),
    description<describe_body_composition_features>(0x2A9B, "Body Composition Feature"),
    measurement<parse_body_composition>(0x2A9C, "Body Composition Measurement"),
    measurement<parse_weight>(0x2A9D, "Weight Measurement"),
    description<describe_weight_features>(0x2A9E, "Weight Scale Feature"),
    description<describe_user_control_point>(0x2A9F, "User Control Point"),
    {0x2AA7, "CGM Measurement", decoded_cgm, bounded<describe_cgm>},
    description<describe_cgm_feature>(0x2AA8, "CGM Feature"),
    description<describe_cgm_status>(0x2AA9, "CGM Status"),
    description<describe_cgm_session_start>(0x2AAA, "CGM Session Start Time"),
    description<describe_cgm_run_time>(0x2AAB, "CGM Session Run Time"),
    description<describe_cgm_control_point>(0x2AAC, "CGM Specific Ops Control Point"),
    measurement<parse_enhanced_blood_pressure>(0x2B34, "Enhanced Blood Pressure Measurement"),
    measurement<parse_enhanced_cuff_pressure>(0x2B35, "Enhanced Intermediate Cuff Pressure"),
    {0x2B36, "Blood Pressure Record", decoded_record, described<parse_record_without_crc>},
    description<describe_activity_features>(0x2B3B, "Physical Activity Monitor Features"),
    activity<0x2B3C>("General Activity Instantaneous Data"),
    activity<0x2B3D>("General Activity Summary Data"),
    activity<0x2B3E>("CardioRespiratory Activity Instantaneous Data"),
    activity<0x2B3F>("CardioRespiratory Activity Summary Data"),
    activity<0x2B40>("Step Counter Activity Summary Data"),
    activity<0x2B41>("Sleep Activity Instantaneous Data"),
    activity<0x2B42>("Sleep Activity Summary Data"),
    description<describe_activity_control_point>(0x2B43, "Physical Activity Monitor Control Point"),
    description<describe_current_session>(0x2B44, "Physical Activity Current Session"),
    description<describe_session_descriptor>(0x2B45, "Physical Activity Session Descriptor"),
    measurement<parse_live_observation>(0x2B8B, "Live Health Observations"),
    description<describe_device_time>(0x2B90, "Device Time"),
    measurement<parse_stored_observation>(0x2BDD, "Stored Health Observations"),
    measurement<parse_battery_status>(0x2BED, "Battery Level Status"),
    description<describe_elapsed_time>(0x2BF2, "Current Elapsed Time"),
    description<describe_health_sensor_features>(0x2BF3, "Health Sensor Features"),
    description<describe_health_sensor_control_point>(0x2BF4, "GHS Control Point"),
});

constexpr bool before(const Characteristic& a, const Characteristic& b) { return a.uuid < b.uuid; }
static_assert(std::is_sorted(kTable.begin(), kTable.end(), before));
static_assert(kTable.size() == kCharacteristicCount);

}  // namespace

std::span<const Characteristic> characteristics() { return kTable; }

const Characteristic* find_characteristic(std::uint16_t uuid) {
  const auto* found = std::lower_bound(
      kTable.begin(), kTable.end(), uuid,
      [](const Characteristic& known, std::uint16_t wanted) { return known.uuid < wanted; });
  return found == kTable.end() || found->uuid != uuid ? nullptr : found;
}

void remember(std::uint16_t uuid, std::span<const std::byte> value, Context& context) {
  constexpr unsigned kRecordsHaveCrc = 6;
  if (uuid == 0x2AAA) {
    if (const auto session = parse_cgm_session_start(value))
      context.session_start = session->in_utc();
  } else if (uuid == 0x2AA8) {
    if (const auto feature = parse_cgm_feature(value)) {
      context.cgm_has_crc = feature->has_crc();
      context.cgm_sample = feature->sample;
    }
  } else if (uuid == 0x2A1D) {
    if (const auto type = parse_temperature_type(value)) context.temperature_type = *type;
  } else if (uuid == 0x2A49) {
    if (const auto features = parse_blood_pressure_feature(value))
      context.blood_pressure_has_crc = (*features >> kRecordsHaveCrc & 1U) != 0;
  } else if (uuid == 0x2A18) {
    if (const auto glucose = parse_glucose(value)) {
      context.glucose_sequence = glucose->sequence;
      context.glucose_time = glucose->time().time;
    }
  }
}

}  // namespace vitalgate::bridge::gatt
