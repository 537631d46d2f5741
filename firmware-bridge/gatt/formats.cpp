#include <array>
#include <iterator>
#include <utility>

#include "agent/core/byte_reader.h"
#include "firmware-bridge/format.h"
#include "firmware-bridge/gatt/characteristic.h"
#include "firmware-bridge/gatt/describe.h"
#include "firmware-bridge/gatt/number.h"
#include "firmware-bridge/gatt/racp_value.h"
#include "firmware-bridge/gatt/vendor_formats.h"

namespace vitalgate::bridge {
namespace {

Fields number_fields(const gatt::Number& number) {
  Fields fields;
  gatt::add_number(fields, "value", number);
  if (const auto* decimal = std::get_if<Decimal>(&number))
    fields.add("mantissa", decimal->mantissa).add("exponent", decimal->exponent);
  return fields;
}

Result<Fields> describe_sfloat(std::span<const std::byte> bytes) {
  if (bytes.size() != 2) return gatt::wrong_length();
  return number_fields(gatt::sfloat(ByteReader(bytes).u16_le()));
}

Result<Fields> describe_float(std::span<const std::byte> bytes) {
  if (bytes.size() != 4) return gatt::wrong_length();
  return number_fields(gatt::float32(ByteReader(bytes).u32_le()));
}

// The readings of one value of the characteristic at this place of the table, without Context.
template <std::size_t Place>
Result<std::vector<Arrival>> readings_of(std::span<const std::byte> bytes) {
  Arrival arrival;
  VG_TRY(gatt::characteristics()[Place].decode(bytes, {}, arrival.readings));
  arrival.bytes.assign(bytes.begin(), bytes.end());
  std::vector<Arrival> arrivals;
  arrivals.push_back(std::move(arrival));
  return arrivals;
}

// A format of each characteristic, named by its UUID.
struct CharacteristicFormats {
  std::array<std::string, gatt::kCharacteristicCount> names;
  std::array<Format, gatt::kCharacteristicCount> formats;

  CharacteristicFormats() { fill(std::make_index_sequence<gatt::kCharacteristicCount>()); }

  template <std::size_t... Places>
  void fill(std::index_sequence<Places...>) {
    (fill_one<Places>(), ...);
  }

  template <std::size_t Place>
  void fill_one() {
    const gatt::Characteristic& characteristic = gatt::characteristics()[Place];
    names[Place] = gatt::hex_text(characteristic.uuid);
    formats[Place] = {names[Place], characteristic.name, characteristic.describe,
                      characteristic.decode == nullptr ? nullptr : readings_of<Place>};
  }
};

std::vector<Format> all_formats() {
  static const CharacteristicFormats kByUuid;
  std::vector<Format> formats(kByUuid.formats.begin(), kByUuid.formats.end());
  formats.push_back({"SFLOAT", "IEEE 11073 number, 16 bits", describe_sfloat});
  formats.push_back({"FLOAT", "IEEE 11073 number, 32 bits", describe_float});
  formats.push_back({"2A52-command", "Record Access Control Point, written by the collector",
                     gatt::describe_racp_command});
  const auto vendors = gatt::vendor_formats();
  formats.insert(formats.end(), vendors.begin(), vendors.end());
  return formats;
}

}  // namespace

std::span<const Format> gatt_formats() {
  static const std::vector<Format> kFormats = all_formats();
  return kFormats;
}

}  // namespace vitalgate::bridge
