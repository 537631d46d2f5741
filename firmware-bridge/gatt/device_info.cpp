#include "firmware-bridge/gatt/device_info.h"

#include <algorithm>
#include <string>

#include "agent/core/byte_reader.h"
#include "firmware-bridge/gatt/describe.h"
#include "firmware-bridge/gatt/row.h"

namespace vitalgate::bridge::gatt {
namespace {

constexpr std::uint8_t kLevelMost = 100;
constexpr unsigned kChargeLevelBit = 7;
constexpr unsigned kLow = 2, kCritical = 3;

Error level_error() { return {Errc::malformed, "a battery level beyond 100 %", {}}; }

unsigned bits_of(std::uint16_t word, unsigned first, unsigned count) {
  return word >> first & ((1U << count) - 1);
}

// How many bytes follow the first one of a UTF-8 character; nothing for what begins none.
std::optional<std::size_t> following(unsigned char first) {
  if (first < 0x80) return 0;
  if (first >= 0xC2 && first < 0xE0) return 1;
  if (first >= 0xE0 && first < 0xF0) return 2;
  if (first >= 0xF0 && first < 0xF5) return 3;
  return std::nullopt;
}

// Overlong forms, surrogates and what lies beyond Unicode show in the second byte.
bool is_second(unsigned char first, unsigned char second) {
  if (first == 0xE0) return second >= 0xA0;
  if (first == 0xED) return second < 0xA0;
  if (first == 0xF0) return second >= 0x90;
  if (first == 0xF4) return second < 0x90;
  return true;
}

}  // namespace

bool is_utf8(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    const auto first = static_cast<unsigned char>(text[at]);
    const auto more = following(first);
    if (!more || text.size() - at <= *more) return false;
    for (std::size_t i = 1; i <= *more; ++i)
      if ((static_cast<unsigned char>(text[at + i]) & 0xC0U) != 0x80U) return false;
    if (*more > 0 && !is_second(first, static_cast<unsigned char>(text[at + 1]))) return false;
    at += 1 + *more;
  }
  return true;
}

Result<std::uint8_t> parse_battery_level(std::span<const std::byte> value) {
  if (value.size() != 1) return wrong_length();
  const auto level = std::to_integer<std::uint8_t>(value[0]);
  if (level > kLevelMost) return level_error();
  return level;
}

void add_battery_level(std::uint8_t level, std::vector<Reading>& out) {
  add_row(out, shared_parts(1), metric::kBatteryLevel, Decimal::of(level));
}

Result<Fields> describe_battery_level(std::span<const std::byte> value) {
  const std::uint8_t level = VG_TRY(parse_battery_level(value));
  Fields fields;
  fields.add("level_pct", level);
  return fields;
}

Result<BatteryStatus> parse_battery_status(std::span<const std::byte> value) {
  ByteReader in(value);
  BatteryStatus status;
  const std::uint8_t flags = in.u8();
  status.power = in.u16_le();
  if (has_bit(flags, 0)) status.identifier = in.u16_le();
  if (has_bit(flags, 1)) status.level = in.u8();
  if (has_bit(flags, 2)) status.additional = in.u8();
  if (!in.ok()) return truncated();
  if (status.level.value_or(0) > kLevelMost) return level_error();
  status.bytes = in.offset();
  return status;
}

void add_readings(const BatteryStatus& status, std::vector<Reading>& out) {
  if (!status.level) return;
  Reading shared = shared_parts(status.bytes);
  const unsigned charge_level = bits_of(status.power, kChargeLevelBit, 2);
  if (charge_level == kLow) shared.flags.set(Flag::low_battery);
  if (charge_level == kCritical) shared.flags.set(Flag::critical_battery);
  add_row(out, shared, metric::kBatteryLevel, Decimal::of(*status.level));
}

Fields to_fields(const BatteryStatus& status) {
  Fields fields;
  fields.add("battery_present", has_bit(status.power, 0))
      .add("wired_power", bits_of(status.power, 1, 2))
      .add("wireless_power", bits_of(status.power, 3, 2))
      .add("charge_state", bits_of(status.power, 5, 2))
      .add("charge_level", bits_of(status.power, kChargeLevelBit, 2))
      .add("charging_type", bits_of(status.power, 9, 3))
      .add("fault_battery", has_bit(status.power, 12))
      .add("fault_external", has_bit(status.power, 13))
      .add("fault_other", has_bit(status.power, 14));
  if (status.identifier) fields.add("identifier", *status.identifier);
  if (status.level) fields.add("level_pct", *status.level);
  if (status.additional)
    fields.add("service_required", *status.additional & 3)
        .add("battery_fault", has_bit(*status.additional, 2));
  return fields;
}

Result<Fields> describe_system_id(std::span<const std::byte> value) {
  if (value.size() != 8) return wrong_length();
  ByteReader in(value);
  std::uint64_t manufacturer = in.u32_le();
  manufacturer |= std::uint64_t{in.u8()} << 32U;
  Fields fields;
  fields.add("manufacturer_id", manufacturer).add("oui", in.u24_le());
  std::vector<std::byte> most_first(value.rbegin(), value.rend());
  fields.add("eui64", hex_text(most_first));
  return fields;
}

Result<Fields> describe_text(std::span<const std::byte> value) {
  std::string text;
  for (const std::byte byte : value) text.push_back(static_cast<char>(byte));
  constexpr std::string_view kPadding("\0 ", 2);
  text.erase(text.find_last_not_of(kPadding) + 1);
  if (!is_utf8(text)) return Error{Errc::malformed, "a text that is no utf-8", {}};
  Fields fields;
  fields.add("text", std::move(text));
  return fields;
}

Result<Fields> describe_regulatory_data(std::span<const std::byte> value) {
  if (value.empty()) return truncated();
  Fields fields;
  fields.add("data", hex_text(value));
  return fields;
}

Result<Fields> describe_pnp_id(std::span<const std::byte> value) {
  if (value.size() != 7) return wrong_length();
  ByteReader in(value);
  Fields fields;
  fields.add("vendor_source", in.u8());
  fields.add("vendor_id", in.u16_le());
  fields.add("product_id", in.u16_le());
  const std::uint16_t version = in.u16_le();
  std::string text = std::to_string(version >> 8U);
  text.append(1, '.').append(std::to_string(version >> 4U & 15U));
  text.append(1, '.').append(std::to_string(version & 15U));
  fields.add("product_version", version).add("version_text", std::move(text));
  return fields;
}

Result<Fields> describe_change_increment(std::span<const std::byte> value) {
  if (value.size() != 4) return wrong_length();
  Fields fields;
  fields.add("change_increment", ByteReader(value).u32_le());
  return fields;
}

Result<Fields> describe_user_index(std::span<const std::byte> value) {
  if (value.size() != 1) return wrong_length();
  Fields fields;
  const auto user = std::to_integer<std::uint8_t>(value[0]);
  fields.add("user_id", user);
  if (user == 255) fields.add("user_unknown", true);
  return fields;
}

Result<Fields> describe_user_control_point(std::span<const std::byte> value) {
  constexpr std::uint8_t kResponse = 0x20;
  constexpr std::string_view kRequests[] = {
      "", "register_new_user", "consent", "delete_user_data", "list_all_users", "delete_users"};
  constexpr std::string_view kResults[] = {"",
                                           "success",
                                           "op_code_not_supported",
                                           "invalid_parameter",
                                           "operation_failed",
                                           "user_not_authorized"};
  ByteReader in(value);
  const std::uint8_t op_code = in.u8();
  Fields fields;
  if (op_code != kResponse) {
    if (!in.ok() || name_of(op_code, kRequests) == "reserved")
      return Error{Errc::malformed, "no such op code", {}};
    fields.add("op_code", op_code).add("op_name", name_of(op_code, kRequests));
    return fields;
  }
  const std::uint8_t request = in.u8(), result = in.u8();
  if (!in.ok()) return truncated();
  fields.add("op_code", op_code)
      .add("op_name", "response_code")
      .add("request_op_code", request)
      .add("response_code", result)
      .add("response_name", name_of(result, kResults));
  if (in.remaining() > 0) fields.add("parameter", hex_text(in.take(in.remaining())));
  return fields;
}

}  // namespace vitalgate::bridge::gatt
