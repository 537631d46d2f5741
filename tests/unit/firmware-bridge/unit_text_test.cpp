// Units and codes as free text has them.
#include "firmware-bridge/unit_text.h"

#include <gtest/gtest.h>

#include "config/catalogue.h"

namespace vitalgate::bridge {
namespace {

namespace unit = config::unit;

TEST(UnitTextTest, EverySpellingOfAUnitIsThatUnit) {
  struct Case {
    std::string_view text;
    UnitId unit;
  };
  for (const Case& c :
       {Case{"mmol/L", unit::kMillimolePerLitre}, Case{"MMOL/L", unit::kMillimolePerLitre},
        Case{" mmol / l ", unit::kMillimolePerLitre}, Case{"mg/dl", unit::kMilligramPerDecilitre},
        Case{"tera.l-1", unit::kTeraPerLitre}, Case{"giga.l-1", unit::kGigaPerLitre},
        Case{"10^9/L", unit::kGigaPerLitre}, Case{"K/uL", unit::kGigaPerLitre},
        Case{"bpm", unit::kPerMinute}, Case{"%", unit::kPercent}, Case{"C", unit::kDegreeCelsius},
        Case{"\xC2\xB0"
             "C",
             unit::kDegreeCelsius},
        Case{"mmHg", unit::kMillimetreOfMercury}, Case{"mm[Hg]", unit::kMillimetreOfMercury},
        Case{"UI/L", unit::kInternationalUnitPerLitre}, Case{"\xB5mol/L", unit::kMicromolePerLitre},
        Case{"mEq/L", unit::kMilliequivalentPerLitre}})
    EXPECT_EQ(ucum_from_free_text(c.text), c.unit) << c.text;
}

TEST(UnitTextTest, EveryUcumCodeOfTheCatalogueIsItself) {
  for (std::uint16_t i = 1; !config::ucum(UnitId{i}).empty(); ++i)
    EXPECT_EQ(ucum_from_free_text(config::ucum(UnitId{i})), UnitId{i}) << config::ucum(UnitId{i});
}

TEST(UnitTextTest, WhatIsUnknownOrCouldBeTwoUnitsIsNothing) {
  for (const std::string_view text : {"", " ", "foo/bar", "G/L", "G/l"})
    EXPECT_FALSE(ucum_from_free_text(text)) << text;
  EXPECT_FALSE(ucum_from_free_text(std::string(1000, 'x')));
}

TEST(UnitTextTest, ACodeCarriesItsSystem) {
  EXPECT_EQ(observation_code("LN", "11125-2"), "loinc:11125-2");
  EXPECT_EQ(observation_code("LOINC", "11125-2"), "loinc:11125-2");
  EXPECT_EQ(observation_code("MDC", "147842"), "mdc:147842");
  EXPECT_EQ(observation_code("", "GLU"), "local:GLU");
  EXPECT_EQ(observation_code("L", "GLU"), "local:GLU");
  EXPECT_EQ(observation_code("99ABC", "GLU"), "local:GLU");
}

TEST(UnitTextTest, ACodeIsBoundedAndHasNoCharactersThatMeanSomethingElsewhere) {
  EXPECT_EQ(observation_code("a/b", "x y\"\n\xC3"), "a_b:x_y___");
  EXPECT_EQ(observation_code(std::string(500, 's'), std::string(500, 'c')).size(), 64u);
}

}  // namespace
}  // namespace vitalgate::bridge
