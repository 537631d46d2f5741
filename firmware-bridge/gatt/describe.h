// Fields in the way that all characteristics share: numbers, times, bit fields, names of codes.
//
// A number keeps its digits, a special is its name. A time is the text of its digits beside
// "<name>_status". A bit field is its integer beside a list of names; reserved bits have none.
// Pure; any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "agent/core/result.h"
#include "firmware-bridge/fields.h"
#include "firmware-bridge/gatt/date_time.h"
#include "firmware-bridge/gatt/number.h"

namespace vitalgate::bridge::gatt {

// In the order of the bits or codes; empty where one is reserved.
using Names = std::span<const std::string_view>;

void add_number(Fields& fields, std::string_view name, const Number& number);
void add_time(Fields& fields, std::string_view name, const DateTime& time);

// "<name>" and the list under `list_name`.
void add_bits(Fields& fields, std::string_view name, std::string_view list_name, std::uint32_t bits,
              Names names);

// "reserved" where there is none.
std::string_view name_of(std::uint8_t code, Names names);

// Upper-case digits without blanks.
std::string hex_text(std::span<const std::byte> bytes);
std::string hex_text(std::uint16_t uuid);

Error truncated();     // a field that the flags announce is not there
Error wrong_length();  // the layout has one length, and this is not it
Error broken_crc();

}  // namespace vitalgate::bridge::gatt
