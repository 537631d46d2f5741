#include "firmware-bridge/gatt/vendor_formats.h"

#include <array>
#include <utility>

#include "firmware-bridge/gatt/dexcom.h"
#include "firmware-bridge/gatt/omron.h"
#include "firmware-bridge/gatt/vendor_scales.h"

namespace vitalgate::bridge::gatt {
namespace {

std::vector<Arrival> one_arrival(std::span<const std::byte> bytes, std::vector<Reading> readings) {
  Arrival arrival;
  arrival.readings = std::move(readings);
  arrival.bytes.assign(bytes.begin(), bytes.end());
  std::vector<Arrival> arrivals;
  arrivals.push_back(std::move(arrival));
  return arrivals;
}

template <auto Parse>
Result<Fields> described(std::span<const std::byte> bytes) {
  return to_fields(VG_TRY(Parse(bytes)));
}

template <auto Parse>
Result<std::vector<Arrival>> parsed(std::span<const std::byte> bytes) {
  std::vector<Reading> readings;
  add_readings(VG_TRY(Parse(bytes)), readings);
  return one_arrival(bytes, std::move(readings));
}

template <auto Decode>
Result<std::vector<Arrival>> decoded(std::span<const std::byte> bytes) {
  std::vector<Reading> readings;
  VG_TRY(Decode(bytes, readings));
  return one_arrival(bytes, std::move(readings));
}

template <auto Parse>
constexpr Format format(std::string_view name, std::string_view title) {
  return {name, title, described<Parse>, parsed<Parse>};
}

constexpr std::array kFormats{
    format<parse_xiaomi_scale_1>("xiaomi-scale-v1-181D", "Xiaomi scale 1, service data"),
    format<parse_xiaomi_scale_2>("xiaomi-scale-v2-181B", "Xiaomi scale 2, service data"),
    format<parse_amazfit_scale>("amazfit-scale-fee0", "Amazfit scale, advertising report"),
    format<parse_mi_band>("miband-0157", "Mi Band, advertising report"),
    format<parse_xiaogui_scale>("xiaogui-scale", "Xiaogui scale, advertising report"),
    format<parse_omron_14>("omron-eeprom-14-le", "Omron cuff, EEPROM record"),
    format<parse_omron_24>("omron-heartguide-24", "Omron HeartGuide, EEPROM record"),
    Format{"dexcom-g5-glucose-rx", "Dexcom G5, glucose message", describe_dexcom_glucose,
           decoded<decode_dexcom_glucose>},
    Format{"dexcom-g5-backfill", "Dexcom G5, backfill notifications", describe_dexcom_backfill,
           decoded<decode_dexcom_backfill>},
    Format{"dexcom-g5-time-rx", "Dexcom G5, transmitter time", describe_dexcom_time, nullptr},
};

}  // namespace

std::span<const Format> vendor_formats() { return kFormats; }

}  // namespace vitalgate::bridge::gatt
