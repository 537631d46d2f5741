#include "firmware-bridge/gatt/vendor_scales.h"

#include <algorithm>

#include "agent/core/byte_reader.h"
#include "firmware-bridge/gatt/advertisement.h"
#include "firmware-bridge/gatt/describe.h"
#include "firmware-bridge/gatt/row.h"

namespace vitalgate::bridge::gatt {
namespace {

constexpr std::string_view kUnits[] = {"kg", "[lb_av]", "jin"};

Error no_such_data() { return {Errc::malformed, "not the data of this device", {}}; }

Decimal weight_of(std::uint16_t raw, MassUnit unit) {
  if (unit == MassUnit::kilogram) return Decimal::of(std::int64_t{raw} * 5, -3);
  return Decimal::of(raw, -2);
}

std::optional<Decimal> tenths(std::uint16_t raw) {
  if (raw == 0 || raw == 0xFFFF) return std::nullopt;
  return Decimal::of(raw, -1);
}

std::optional<std::uint8_t> rate(std::uint8_t raw) {
  if (raw == 0 || raw == 0xFF) return std::nullopt;
  return raw;
}

}  // namespace

Result<ScaleAdvertisement> parse_xiaomi_scale_1(std::span<const std::byte> service_data) {
  if (service_data.size() != 10) return wrong_length();
  ByteReader in(service_data);
  ScaleAdvertisement scale;
  const std::uint8_t control = in.u8();
  if (has_bit(control, 4)) scale.unit = MassUnit::jin;
  if (has_bit(control, 0)) scale.unit = MassUnit::pound;
  scale.weight = weight_of(in.u16_le(), scale.unit);
  scale.time = read_date_time(in);
  scale.stable = has_bit(control, 5);
  scale.removed = has_bit(control, 7);
  scale.bytes = service_data.size();
  return scale;
}

Result<ScaleAdvertisement> parse_xiaomi_scale_2(std::span<const std::byte> service_data) {
  if (service_data.size() != 13) return wrong_length();
  ByteReader in(service_data);
  ScaleAdvertisement scale;
  const std::uint8_t unit = in.u8(), control = in.u8();
  if (has_bit(unit, 0)) scale.unit = MassUnit::pound;
  if (has_bit(control, 6)) scale.unit = MassUnit::jin;
  scale.time = read_date_time(in);
  const std::uint16_t impedance = in.u16_le();
  const bool measured = has_bit(control, 1) && impedance != 0 && impedance != 0xFFFF;
  if (measured) scale.impedance = Decimal::of(impedance);
  scale.weight = weight_of(in.u16_le(), scale.unit);
  scale.stable = has_bit(control, 5);
  scale.removed = has_bit(control, 7);
  scale.bytes = service_data.size();
  return scale;
}

Result<ScaleAdvertisement> parse_amazfit_scale(std::span<const std::byte> report) {
  const Advertisement advertisement = VG_TRY(parse_advertising_report(report));
  const auto data = find_service_data(advertisement.data, 0xFEE0);
  if (!data || data->size() != 20) return no_such_data();
  ByteReader in(*data);
  ScaleAdvertisement scale;
  in.take(5);
  const std::uint16_t impedance = in.u16_le();
  scale.weight = weight_of(in.u16_le(), scale.unit);
  scale.stable = in.u24_le() != 0;
  const std::uint8_t pulse = in.u8();
  if (scale.stable) {
    scale.impedance = tenths(impedance);
    scale.pulse = rate(pulse);
  }
  scale.address = address_text(advertisement);
  scale.rssi = advertisement.rssi;
  scale.bytes = report.size();
  return scale;
}

Result<ScaleAdvertisement> parse_xiaogui_scale(std::span<const std::byte> report) {
  const Advertisement advertisement = VG_TRY(parse_advertising_report(report));
  const auto data = find_manufacturer_data(advertisement.data);
  if (!data || data->size() != 15) return no_such_data();
  ByteReader in(*data);
  const std::uint8_t mark = in.u8();
  in.u8();
  const std::uint16_t weight = in.u16_be(), impedance = in.u16_be();
  in.u16_be();
  const std::uint8_t state = in.u8();
  const auto sender = in.take(6);
  const bool same_sender = std::equal(sender.begin(), sender.end(), advertisement.address.rbegin(),
                                      advertisement.address.rend());
  const bool known_state = state == 0x20 || state == 0x21 || state == 0x24 || state == 0x25;
  if (mark != 0xC0 || !same_sender || !known_state) return no_such_data();
  ScaleAdvertisement scale;
  scale.weight = Decimal::of(weight, has_bit(state, 2) ? -2 : -1);
  scale.stable = has_bit(state, 0);
  if (scale.stable) scale.impedance = tenths(impedance);
  scale.address = address_text(advertisement);
  scale.rssi = advertisement.rssi;
  scale.bytes = report.size();
  return scale;
}

void add_readings(const ScaleAdvertisement& scale, std::vector<Reading>& out) {
  Reading shared = shared_parts(scale.bytes);
  device_time(scale.time).put_into(shared);
  if (scale.removed.value_or(false)) shared.flags.set(Flag::removed);
  if (!scale.stable) {
    shared.flags.set(Flag::unstable);
    shared.quality = Quality::questionable;
  }
  Reading weighed = shared;
  Decimal kilograms = scale.weight;
  if (scale.unit == MassUnit::jin) {
    // A jin is half a kilogram: 0.01 jin are 0.005 kg.
    kilograms = Decimal::of(scale.weight.mantissa * 5, scale.weight.exponent - 1);
    weighed.flags.set(Flag::converted_unit);
  }
  const bool pounds = scale.unit == MassUnit::pound;
  add_row(out, weighed, pounds ? metric::kBodyWeightPound : metric::kBodyWeight,
          to_measured(kilograms));
  if (scale.impedance) add_row(out, shared, metric::kBodyImpedance, *scale.impedance);
  if (scale.pulse) add_row(out, shared, metric::kHeartRateEcg, Decimal::of(*scale.pulse));
}

Fields to_fields(const ScaleAdvertisement& scale) {
  Fields fields;
  if (!scale.address.empty()) fields.add("mac", scale.address);
  if (scale.rssi) fields.add("rssi", *scale.rssi);
  fields.add("weight", scale.weight)
      .add("unit", kUnits[static_cast<std::size_t>(scale.unit)])
      .add("stabilized", scale.stable);
  if (scale.removed) fields.add("removed", *scale.removed);
  if (scale.time) add_time(fields, "timestamp", *scale.time);
  if (scale.impedance) fields.add("impedance_ohm", *scale.impedance);
  if (scale.pulse) fields.add("pulse", *scale.pulse);
  return fields;
}

Result<BandAdvertisement> parse_mi_band(std::span<const std::byte> report) {
  const Advertisement advertisement = VG_TRY(parse_advertising_report(report));
  const auto data = find_manufacturer_data(advertisement.data, 0x0157);
  if (!data || data->size() != 24) return no_such_data();
  BandAdvertisement band;
  band.heart_rate = rate(std::to_integer<std::uint8_t>((*data)[3]));
  band.address = address_text(advertisement);
  band.rssi = advertisement.rssi;
  band.bytes = report.size();
  return band;
}

void add_readings(const BandAdvertisement& band, std::vector<Reading>& out) {
  // Most of the time a band measures nothing; it says so with every advertisement.
  if (!band.heart_rate) return;
  add_row(out, shared_parts(band.bytes), metric::kPulseRateOximeter, Decimal::of(*band.heart_rate));
}

Fields to_fields(const BandAdvertisement& band) {
  Fields fields;
  fields.add("mac", band.address).add("rssi", band.rssi);
  if (band.heart_rate)
    fields.add("heart_rate", *band.heart_rate);
  else
    fields.add("heart_rate", nullptr);
  return fields;
}

}  // namespace vitalgate::bridge::gatt
