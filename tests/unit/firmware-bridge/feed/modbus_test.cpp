// Modbus: frames, numbers in registers, and which registers are asked for together.
#include <gtest/gtest.h>

#include <bit>

#include "agent/core/crc.h"
#include "firmware-bridge/format.h"
#include "firmware-bridge/serial/modbus_blocks.h"
#include "firmware-bridge/serial/modbus_value.h"
#include "tests/unit/firmware-bridge/bytes.h"

namespace vitalgate::bridge {
namespace {

using config::RegisterKind;
using config::RegisterSettings;
using config::RegisterType;
using config::WordOrder;
using Words = std::vector<std::uint16_t>;

// The frame with its CRC behind it.
test::Bytes frame(std::string_view hex) {
  test::Bytes bytes = test::from_hex(hex);
  const std::uint16_t crc = kCrc16Modbus(bytes);
  bytes.push_back(static_cast<std::byte>(crc & 0xFF));
  bytes.push_back(static_cast<std::byte>(crc >> 8));
  return bytes;
}

Result<Fields> request(std::string_view hex) {
  return find_format("modbus-rtu-request")->describe(frame(hex));
}
Result<Fields> response(std::string_view hex) {
  return find_format("modbus-rtu-response")->describe(frame(hex));
}

std::int64_t number(const Fields& fields, std::string_view name) {
  const FieldValue* value = fields.find(name);
  return value == nullptr ? -1 : std::get<std::int64_t>(*value);
}

TEST(ModbusFrameTest, ARequestIsDescribedByItsFunction) {
  const Fields read = *request("0B 04 00 10 00 02");
  EXPECT_EQ(number(read, "slave"), 11);
  EXPECT_EQ(number(read, "function"), 4);
  EXPECT_EQ(number(read, "address"), 16);
  EXPECT_EQ(number(read, "quantity"), 2);
  EXPECT_EQ(number(*request("0B 06 00 10 12 34"), "value"), 0x1234);
  const Fields written = *request("0B 10 00 10 00 01 02 AB CD");
  EXPECT_EQ(std::get<std::string>(*written.find("data")), "ABCD");
  EXPECT_EQ(number(*request("0B 0F 00 10 00 0A 02 FF 03"), "quantity"), 10);
  EXPECT_EQ(number(*request("0B 16 00 04 00 F2 00 25"), "or_mask"), 0x25);
}

TEST(ModbusFrameTest, AResponseIsDescribedByItsFunction) {
  const Fields read = *response("0B 03 04 00 01 FF FF");
  EXPECT_EQ(std::get<std::vector<std::int64_t>>(*read.find("registers")),
            (std::vector<std::int64_t>{1, 65535}));
  const Fields refused = *response("0B 84 02");
  EXPECT_EQ(number(refused, "function"), 4);
  EXPECT_EQ(number(refused, "exception"), 2);
  EXPECT_EQ(number(*response("0B 10 00 10 00 01"), "quantity"), 1);
}

TEST(ModbusFrameTest, AWrongCrcIsAllThatADamagedFrameTells) {
  test::Bytes bytes = frame("0B 03 04 00 01 FF FF");
  bytes[3] ^= std::byte{1};
  const Fields fields = *find_format("modbus-rtu-response")->describe(bytes);
  EXPECT_EQ(fields.members().size(), 1u);
  EXPECT_FALSE(std::get<bool>(*fields.find("crc_ok")));
}

TEST(ModbusFrameTest, ALengthThatDoesNotFitTheFunctionIsRefused) {
  for (const std::string_view hex :
       {"0B 03 00 10 00", "0B 03 00 10 00 01 00", "0B 10 00 10 00 01 02 AB",
        "0B 10 00 10 00 02 02 AB CD", "0B 83 02", "0B 0F 00 10 00 0A 01 FF",
        "0B 17 00 00 00 01 00 00 00 02 02 AB CD"})
    EXPECT_FALSE(request(hex)) << hex;
  for (const std::string_view hex : {"0B 03 04 00 01 FF", "0B 03 03 00 01 FF", "0B 83",
                                     "0B 83 02 00", "0B 06 00 10 12", "0B 01 02 FF"})
    EXPECT_FALSE(response(hex)) << hex;
  EXPECT_FALSE(find_format("modbus-rtu-request")->describe({}));
  EXPECT_FALSE(find_format("modbus-rtu-request")->describe(test::from_hex("FF FF")));
}

std::string text(const RegisterSettings& settings, const Words& words) {
  const Value value = register_value(settings, words);
  if (const auto* decimal = std::get_if<Decimal>(&value)) return decimal->to_text();
  return std::string(name(std::get<Absent>(value)));
}

RegisterSettings typed(RegisterType type, int exponent = 0) {
  RegisterSettings settings;
  settings.type = type;
  settings.exponent = static_cast<std::int8_t>(exponent);
  return settings;
}

Words single(float number) {
  const auto bits = std::bit_cast<std::uint32_t>(number);
  return {static_cast<std::uint16_t>(bits >> 16), static_cast<std::uint16_t>(bits & 0xFFFF)};
}

TEST(ModbusValueTest, IntegersHaveTheirSignAndScale) {
  EXPECT_EQ(text(typed(RegisterType::u16, -1), {366}), "36.6");
  EXPECT_EQ(text(typed(RegisterType::u16), {0xFFFF}), "65535");
  EXPECT_EQ(text(typed(RegisterType::s16, -2), {0xFFFF}), "-0.01");
  EXPECT_EQ(text(typed(RegisterType::u32), {0xFFFF, 0xFFFE}), "4294967294");
  EXPECT_EQ(text(typed(RegisterType::s32), {0xFFFF, 0xFFFE}), "-2");
  EXPECT_EQ(text(typed(RegisterType::u16, 3), {12}), "12000");
}

TEST(ModbusValueTest, TheWordOrderIsASetting) {
  RegisterSettings low_first = typed(RegisterType::u32);
  low_first.order = WordOrder::low_first;
  EXPECT_EQ(text(low_first, {2, 1}), "65538");
  EXPECT_EQ(text(typed(RegisterType::u32), {1, 2}), "65538");
}

TEST(ModbusValueTest, ASingleHasTheShortestDigitsThatMeanIt) {
  EXPECT_EQ(text(typed(RegisterType::f32), single(36.6F)), "36.6");
  EXPECT_EQ(text(typed(RegisterType::f32), single(-0.1F)), "-0.1");
  EXPECT_EQ(text(typed(RegisterType::f32), single(100.0F)), "100");
  EXPECT_EQ(text(typed(RegisterType::f32), single(0.0F)), "0");
  EXPECT_EQ(text(typed(RegisterType::f32), single(-0.0F)), "0");
  EXPECT_EQ(text(typed(RegisterType::f32, -1), single(366.0F)), "36.6");
}

TEST(ModbusValueTest, WhatIsNoNumberIsNeverOne) {
  EXPECT_EQ(text(typed(RegisterType::f32), {0x7FC0, 0}), "not-a-number");
  EXPECT_EQ(text(typed(RegisterType::f32), {0x7F80, 0}), "positive-infinity");
  EXPECT_EQ(text(typed(RegisterType::f32), {0xFF80, 0}), "negative-infinity");
  EXPECT_EQ(text(typed(RegisterType::f32), {0, 1}), "error") << "smaller than anything measured";
  EXPECT_EQ(text(typed(RegisterType::f32), {0x7F7F, 0xFFFF}), "error");
}

TEST(ModbusValueTest, TheNumberForNoValueIsNoSignal) {
  RegisterSettings settings = typed(RegisterType::u16);
  settings.missing = 65535;
  EXPECT_EQ(text(settings, {0xFFFF}), "no-signal");
  EXPECT_EQ(text(settings, {0xFFFE}), "65534");
  settings.type = RegisterType::s16;
  EXPECT_EQ(text(settings, {0xFFFF}), "no-signal");
  settings.missing = -32768;
  EXPECT_EQ(text(settings, {0x8000}), "no-signal");
  settings = typed(RegisterType::f32);
  settings.missing = -999;
  EXPECT_EQ(text(settings, single(-999.0F)), "no-signal");
}

RegisterSettings at(std::uint16_t address, RegisterType type = RegisterType::u16,
                    RegisterKind kind = RegisterKind::holding) {
  RegisterSettings settings = typed(type);
  settings.address = address;
  settings.kind = kind;
  return settings;
}

TEST(ModbusBlocksTest, NeighboursAreAskedForTogetherAndOthersApart) {
  const std::vector registers{at(12), at(10, RegisterType::f32),
                              at(14), at(10, RegisterType::u16, RegisterKind::input),
                              at(13), at(11)};
  const auto blocks = register_blocks(registers, 125);
  ASSERT_EQ(blocks.size(), 2u);
  EXPECT_EQ(blocks[0].address, 10);
  EXPECT_EQ(blocks[0].count, 5u);
  EXPECT_EQ(blocks[0].values, (std::vector<std::size_t>{1, 5, 0, 4, 2}));
  EXPECT_EQ(blocks[1].kind, RegisterKind::input);
  EXPECT_EQ(register_blocks(std::vector{at(1), at(3)}, 125).size(), 2u);
}

TEST(ModbusBlocksTest, ANumberIsNeverTornBetweenTwoRequests) {
  const std::vector registers{at(0), at(1), at(2, RegisterType::u32), at(4)};
  const auto blocks = register_blocks(registers, 3);
  ASSERT_EQ(blocks.size(), 2u);
  EXPECT_EQ(blocks[0].count, 2u);
  EXPECT_EQ(blocks[1].address, 2);
  EXPECT_EQ(blocks[1].count, 3u);
}

TEST(ModbusBlocksTest, ANumberBeyondTheLastRegisterIsNotAskedFor) {
  EXPECT_TRUE(register_blocks(std::vector{at(65535, RegisterType::u32)}, 125).empty());
  EXPECT_EQ(register_blocks(std::vector{at(65535)}, 125).size(), 1u);
}

}  // namespace
}  // namespace vitalgate::bridge
