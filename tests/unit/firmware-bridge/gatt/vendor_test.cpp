// Vendors' advertisements and records: messages made here from the layouts.
#include "agent/core/crc.h"
#include "firmware-bridge/format.h"
#include "tests/unit/firmware-bridge/gatt/value.h"

namespace vitalgate::test {
namespace {

const bridge::Format& format(std::string_view name) { return *bridge::find_format(name); }

std::vector<Reading> readings(std::string_view name, const Bytes& bytes) {
  auto arrivals = format(name).readings(bytes);
  EXPECT_TRUE(arrivals);
  return arrivals ? (*arrivals)[0].readings : std::vector<Reading>{};
}

Bytes with_crc(std::string_view hex) {
  Bytes message = from_hex(hex);
  const std::uint16_t crc = kCrc16Xmodem(message);
  message.push_back(static_cast<std::byte>(crc));
  message.push_back(static_cast<std::byte>(crc >> 8U));
  return message;
}

TEST(FormatsTest, EveryCharacteristicIsOneByItsUuid) {
  for (const auto& characteristic : bridge::gatt::characteristics()) {
    char name[8];
    std::snprintf(name, sizeof name, "%04x", characteristic.uuid);
    const auto* found = bridge::find_format(name);
    ASSERT_NE(found, nullptr) << name;
    EXPECT_EQ(found->readings != nullptr, characteristic.decode != nullptr) << name;
  }
  const auto arrivals = format("2A37").readings(from_hex("00 48"));
  ASSERT_EQ(arrivals->size(), 1u);
  EXPECT_EQ((*arrivals)[0].bytes, from_hex("00 48"));
}

TEST(XiaomiScaleTest, AWeightThatIsNotStableIsADoubt) {
  const auto moving = readings("xiaomi-scale-v1-181D", from_hex("02 B036 E8070A05071E00"));
  EXPECT_EQ(value_of(moving, metric::kBodyWeight), "70.000");
  EXPECT_EQ(moving[0].quality, Quality::questionable);
  EXPECT_TRUE(moving[0].flags.has(Flag::unstable));
  const auto stable = readings("xiaomi-scale-v1-181D", from_hex("22 B036 E8070A05071E00"));
  EXPECT_EQ(stable[0].quality, Quality::good);
}

TEST(XiaomiScaleTest, PoundsAreNotKilogramsAndJinAreHalfOfThem) {
  const auto pounds = readings("xiaomi-scale-v1-181D", from_hex("23 543D E8070A05071E00"));
  EXPECT_EQ(value_of(pounds, metric::kBodyWeightPound), "157.00");
  const auto jin = readings("xiaomi-scale-v1-181D", from_hex("32 B036 E8070A05071E00"));
  EXPECT_EQ(value_of(jin, metric::kBodyWeight), "70.000");
  EXPECT_TRUE(jin[0].flags.has(Flag::converted_unit));
}

TEST(XiaomiScaleTest, TheSecondModelHasAnImpedanceWhenItSaysSo) {
  const auto with = readings("xiaomi-scale-v2-181B", from_hex("02 22 E8070A05071E00 F401 B036"));
  EXPECT_EQ(value_of(with, metric::kBodyImpedance), "500");
  const auto without = readings("xiaomi-scale-v2-181B", from_hex("02 20 E8070A05071E00 F401 B036"));
  EXPECT_EQ(value_of(without, metric::kBodyImpedance), "no row");
}

// A report of Xiaogui's scale with the address 665544332211.
Bytes xiaogui(std::string_view weight_to_state, std::string_view sender) {
  std::string hex = "043E1D 0201 0300 112233445566 11 10 FF C001";
  hex.append(weight_to_state).append(sender).append("BD");
  return from_hex(hex);
}

TEST(XiaoguiScaleTest, TheStateSaysUnitAndStability) {
  const auto tenths = readings("xiaogui-scale", xiaogui("0276 138B 0002 21", "665544332211"));
  EXPECT_EQ(value_of(tenths, metric::kBodyWeight), "63.0");
  EXPECT_EQ(value_of(tenths, metric::kBodyImpedance), "500.3");
  const auto moving = readings("xiaogui-scale", xiaogui("189C 138B 0002 24", "665544332211"));
  EXPECT_EQ(value_of(moving, metric::kBodyWeight), "63.00");
  EXPECT_TRUE(moving[0].flags.has(Flag::unstable));
  EXPECT_EQ(value_of(moving, metric::kBodyImpedance), "no row");
}

TEST(XiaoguiScaleTest, AnotherSendersDataIsRefused) {
  const auto& scale = format("xiaogui-scale");
  EXPECT_FALSE(scale.readings(xiaogui("0276 138B 0002 21", "665544332212")));
  EXPECT_FALSE(scale.readings(xiaogui("0276 138B 0002 33", "665544332211")));
  Bytes torn = xiaogui("0276 138B 0002 21", "665544332211");
  while (!torn.empty()) {
    torn.pop_back();
    EXPECT_FALSE(scale.describe(torn));
  }
}

TEST(OmronTest, AnEmptySlotMakesNoReading) {
  for (const char* slot : {"FFFFFFFFFFFFFFFFFFFFFFFFFFFF", "0000000000000000000000000000",
                           "E258541A331ADE1800004C00BA00"})
    EXPECT_TRUE(readings("omron-eeprom-14-le", from_hex(slot)).empty()) << slot;
}

TEST(OmronTest, AnImpossibleTimeIsNoTime) {
  // 120/80, 60 /min; 2024-10-05 07:30, and the same with 61 seconds.
  const auto good = readings("omron-eeprom-14-le", from_hex("5F503C18A7288007000000000000"));
  EXPECT_EQ(value_of(good, metric::kCuffSystolic), "120");
  EXPECT_EQ(value_of(good, metric::kCuffDiastolic), "80");
  EXPECT_EQ(value_of(good, metric::kPulseRateCuff), "60");
  ASSERT_TRUE(good[0].device_time);
  const auto bad = readings("omron-eeprom-14-le", from_hex("5F503C18A728BD07000000000000"));
  EXPECT_FALSE(bad[0].device_time);
  EXPECT_TRUE(bad[0].flags.has(Flag::device_clock_invalid));
}

TEST(DexcomTest, AMessageWithAWrongChecksumSaysNothingElse) {
  Bytes message = with_crc("31 00 01000000 10000000 7800 06 F6");
  EXPECT_EQ(value_of(readings("dexcom-g5-glucose-rx", message), metric::kGlucoseInterstitialFluid),
            "120");
  EXPECT_EQ(value_of(readings("dexcom-g5-glucose-rx", message), metric::kGlucoseTrend), "-1.0");
  message[6] ^= std::byte{1};
  EXPECT_FALSE(format("dexcom-g5-glucose-rx").readings(message));
  const auto fields = format("dexcom-g5-glucose-rx").describe(message);
  EXPECT_EQ(fields->members().size(), 1u);
}

TEST(DexcomTest, OnlyAReliableStateGivesAValue) {
  for (unsigned state = 0; state <= 20; ++state) {
    char hex[64];
    std::snprintf(hex, sizeof hex, "31 00 01000000 10000000 7800 %02X F6", state);
    const auto rows = readings("dexcom-g5-glucose-rx", with_crc(hex));
    const bool reliable = state == 6 || state == 7 || state == 14;
    EXPECT_EQ(std::holds_alternative<Decimal>(rows[0].value), reliable) << state;
  }
  const auto code =
      readings("dexcom-g5-glucose-rx", with_crc("31 00 01000000 10000000 0500 06 F6"));
  EXPECT_EQ(value_of(code, metric::kGlucoseInterstitialFluid), "error");
  const auto shown =
      readings("dexcom-g5-glucose-rx", with_crc("31 00 01000000 10000000 7810 06 F6"));
  EXPECT_EQ(shown[0].quality, Quality::questionable);
}

TEST(DexcomTest, ABackfillWithAGapIsRefused) {
  const auto& backfill = format("dexcom-g5-backfill");
  const Bytes first = from_hex("0107 00000000 10000000 7800 06 F6 20000000 7900");
  const Bytes second = from_hex("0207 06 F7");
  EXPECT_EQ(readings("dexcom-g5-backfill", first + second).size(), 4u);
  EXPECT_FALSE(backfill.readings(first));
  EXPECT_FALSE(backfill.readings(first + from_hex("0307 06 F7")));
  EXPECT_FALSE(backfill.readings(first + from_hex("0208 06 F7")));
}

}  // namespace
}  // namespace vitalgate::test
