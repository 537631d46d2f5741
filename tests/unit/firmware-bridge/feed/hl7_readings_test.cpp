// What becomes of the OBX segments of an HL7 v2 message.
#include <gtest/gtest.h>

#include "agent/core/limits.h"
#include "config/catalogue.h"
#include "firmware-bridge/feed/hl7_intake.h"
#include "firmware-bridge/format.h"
#include "tests/unit/firmware-bridge/bytes.h"
#include "tests/unit/firmware-bridge/feed/hl7_text.h"

namespace vitalgate::bridge {
namespace {

using test::hl7;
using test::oru;

std::vector<Arrival> arrivals_of(const std::string& message) {
  hl7::Intake intake = hl7::take(message);
  EXPECT_EQ(intake.verdict, hl7::Verdict::accepted) << intake.text;
  return std::move(intake.arrivals);
}

std::vector<Reading> readings_of(std::string_view lines) {
  std::vector<Reading> all;
  for (const Arrival& arrival : arrivals_of(oru(lines)))
    all.insert(all.end(), arrival.readings.begin(), arrival.readings.end());
  return all;
}

// The only reading of one OBX, from its field 2 on.
Reading reading_of(std::string_view obx) {
  const auto readings = readings_of(std::string("OBX|1|").append(obx).append("\n"));
  EXPECT_EQ(readings.size(), 1u) << obx;
  return readings.empty() ? Reading{} : readings.front();
}

std::string text_of(const Reading& reading) {
  if (const auto* number = std::get_if<Decimal>(&reading.value)) return number->to_text();
  if (const auto* text = std::get_if<std::string>(&reading.value)) return "'" + *text + "'";
  return std::string(name(std::get<Absent>(reading.value)));
}

TEST(Hl7ReadingsTest, ACodeAndUnitOfTheCatalogueBecomeItsMetric) {
  const Reading reading =
      reading_of("NM|8480-6^Systolic^LN||121.0|mmHg|||||F|||20260302140500+0100");
  EXPECT_EQ(reading.metric, config::metric::kCuffSystolic);
  EXPECT_EQ(reading.unit, config::unit::kMillimetreOfMercury);
  EXPECT_EQ(text_of(reading), "121.0");
  EXPECT_EQ(reading.quality, Quality::good);
  EXPECT_TRUE(reading.flags.empty());
  EXPECT_TRUE(reading.code.empty());
  EXPECT_EQ(to_rfc3339(*reading.device_time), "2026-03-02T13:05:00.000Z");
}

TEST(Hl7ReadingsTest, AnotherCodeIsAnObservationUnderItsOwnCode) {
  const Reading loinc = reading_of("NM|11273-0^ERYTHROCYTES^LN||4.06|tera.l-1|||||F");
  EXPECT_EQ(loinc.metric, config::metric::kObservation);
  EXPECT_EQ(loinc.code, "loinc:11273-0");
  EXPECT_EQ(loinc.unit, config::unit::kTeraPerLitre);
  EXPECT_EQ(text_of(loinc), "4.06");
  EXPECT_EQ(reading_of("NM|GLU^Glucose^L||5.1|mmol/L|||||F").code, "local:GLU");
}

TEST(Hl7ReadingsTest, ALoincCodeInTheAlternateCodingIsPreferred) {
  const Reading reading = reading_of("NM|GLU^Glucose^L^2339-0^Glucose^LN||98|mg/dL|||||F");
  EXPECT_EQ(reading.metric, config::metric::kGlucoseVenousBlood);
}

TEST(Hl7ReadingsTest, AMonitorsOwnCodeSaysHowItWasMeasured) {
  const Reading pulse = reading_of(
      "NM|149530^MDC_PULS_OXIM_PULS_RATE^MDC^8867-4^Heart "
      "rate^LN||72|264864^MDC_DIM_BEAT_PER_MIN^MDC|||||R");
  EXPECT_EQ(pulse.metric, config::metric::kPulseRateOximeter);
  EXPECT_TRUE(pulse.flags.has(Flag::preliminary));
  EXPECT_EQ(reading_of("NM|150456^SpO2^MDC||97|262688^MDC_DIM_PERCENT^MDC|||||F").metric,
            config::metric::kSpo2);
  const Reading other = reading_of("NM|999999^SOMETHING^MDC||1|%^^UCUM|||||F");
  EXPECT_EQ(other.metric, config::metric::kObservation);
  EXPECT_EQ(other.code, "mdc:999999");
}

TEST(Hl7ReadingsTest, ANumberWithAnUnknownUnitIsKeptAsTextAndQuestionable) {
  const Reading unknown = reading_of("NM|8867-4^HR^LN||72|furlong|||||F");
  EXPECT_EQ(unknown.metric, config::metric::kObservation);
  EXPECT_EQ(unknown.code, "loinc:8867-4");
  EXPECT_EQ(text_of(unknown), "'72 furlong'");
  EXPECT_EQ(unknown.quality, Quality::questionable);
  const Reading none = reading_of("NM|8867-4^HR^LN||072.0||||||F");
  EXPECT_EQ(text_of(none), "'072.0'");
  EXPECT_EQ(none.quality, Quality::questionable);
}

TEST(Hl7ReadingsTest, ALimitIsMarkedAndQuestionable) {
  const Reading above = reading_of("SN|33914-3^GFR^LN||>^40|mg/dL|||||F");
  EXPECT_EQ(text_of(above), "40");
  EXPECT_TRUE(above.flags.has(Flag::above_limit));
  EXPECT_EQ(above.quality, Quality::questionable);
  const Reading below = reading_of("NM|X^^L||<0.01|mg/dL|||||F");
  EXPECT_EQ(text_of(below), "0.01");
  EXPECT_TRUE(below.flags.has(Flag::below_limit));
  const Reading plain = reading_of("SN|X^^L||^182|mg/dL|||||F");
  EXPECT_EQ(text_of(plain), "182");
  EXPECT_EQ(plain.quality, Quality::good);
  EXPECT_TRUE(reading_of("SN|X^^L||<=^3|mg/dL|||||F").flags.has(Flag::below_limit));
  const Reading unknown = reading_of("SN|X^^L||>^40|foo|||||F");
  EXPECT_EQ(text_of(unknown), "'>40 foo'");
  EXPECT_TRUE(unknown.flags.has(Flag::above_limit));
}

TEST(Hl7ReadingsTest, ARatioOrRangeIsText) {
  EXPECT_EQ(text_of(reading_of("SN|X^^L||^1^:^128||||||F")), "'1:128'");
  EXPECT_EQ(text_of(reading_of("SN|X^^L||^5^-^10|mg/dL|||||F")), "'5-10 mg/dL'");
}

TEST(Hl7ReadingsTest, AnNmThatIsNoNumberIsKeptAsTextAndQuestionable) {
  for (const std::string_view value : {"1,024", "12 H", "0x1F", "1e5", "9999999999999999", "--"}) {
    const Reading reading = reading_of(std::string("NM|X^^L||").append(value).append("||||||F"));
    EXPECT_EQ(text_of(reading), std::string("'").append(value).append("'"));
    EXPECT_EQ(reading.quality, Quality::questionable);
  }
}

TEST(Hl7ReadingsTest, NumbersAreReadAsTheStandardAllowsThem) {
  EXPECT_EQ(text_of(reading_of("NM|X^^L||+37.60|Cel|||||F")), "37.60");
  EXPECT_EQ(text_of(reading_of("NM|X^^L||-.5|Cel|||||F")), "-0.5");
  EXPECT_EQ(text_of(reading_of("NM|X^^L|| 0098 |Cel|||||F")), "98");
  EXPECT_EQ(text_of(reading_of("ST|X^^L||98.6|[degF]|||||F")), "98.6");
}

TEST(Hl7ReadingsTest, CodedResultsAndTextsAreKeptAsTheyWereWritten) {
  EXPECT_EQ(text_of(reading_of("CWE|625-4^Bacteria^LN||27268008^Salmonella^SCT||||||F")),
            "'27268008^Salmonella^SCT'");
  const Reading text = reading_of("ST|X^^L||neg \\T\\ clear||||||F");
  EXPECT_EQ(text_of(text), "'neg & clear'");
  EXPECT_EQ(text.quality, Quality::good);
}

TEST(Hl7ReadingsTest, ATextThatIsTooLongIsCutBetweenCharactersAndQuestionable) {
  std::string umlauts;
  for (int i = 0; i < 800; ++i) umlauts += "\xC3\xBC";
  const Reading reading = reading_of(std::string("ST|X^^L||x").append(umlauts).append("||||||F"));
  const auto& text = std::get<std::string>(reading.value);
  EXPECT_LE(text.size(), limits::kTextValueBytesMax);
  EXPECT_TRUE(text.ends_with("\xBC..."));
  EXPECT_EQ(reading.quality, Quality::questionable);
}

TEST(Hl7ReadingsTest, WhatHasNoUsableValueMakesNoReadingAndIsCounted) {
  const hl7::Intake intake =
      hl7::take(oru("OBX|1|NM|8867-4^HR^LN||||||||I\n"
                    "OBX|2|NM|8867-4^HR^LN||72|/min|||||X\n"
                    "OBX|3|NM|8867-4^HR^LN||72|/min|||||D\n"
                    "OBX|4|NM|8867-4^HR^LN||72|/min|||||W\n"
                    "OBX|5|NM|8867-4^HR^LN||27~25|/min|||||F\n"
                    "OBX|6|NM|8867-4^HR^LN||\"\"|/min|||||F\n"
                    "OBX|7|ED|11502-2^Report^LN||^application^pdf^Base64^AAAA||||||F\n"
                    "OBX|8|NM|||72|/min|||||F\n"
                    "OBX|9|NA|X^^L||1^2^3||||||F\n"
                    "OBX\n"
                    "OBX|11|NM|8867-4^HR^LN||72|/min|||||F\n"));
  EXPECT_EQ(intake.verdict, hl7::Verdict::accepted);
  EXPECT_EQ(intake.text, "1 results taken, 10 without a usable value");
  ASSERT_EQ(intake.arrivals.size(), 1u);
  EXPECT_EQ(intake.arrivals[0].readings.size(), 1u);
}

TEST(Hl7ReadingsTest, StatusAndAbnormalFlagsAreToldOn) {
  EXPECT_TRUE(reading_of("NM|X^^L||1|%|||||P").flags.has(Flag::preliminary));
  EXPECT_TRUE(reading_of("NM|X^^L||1|%|||||C").flags.has(Flag::corrected_result));
  EXPECT_TRUE(reading_of("NM|X^^L||1|%||L|||F").flags.has(Flag::abnormal_low));
  EXPECT_TRUE(reading_of("NM|X^^L||1|%||H~A|||F").flags.has(Flag::abnormal_high));
  EXPECT_TRUE(reading_of("NM|X^^L||1|%||LL|||F").flags.has(Flag::critical_low));
  EXPECT_TRUE(reading_of("NM|X^^L||1|%||A~HH|||F").flags.has(Flag::critical_high));
  EXPECT_EQ(reading_of("NM|X^^L||1|%||N|||F").flags, FlagSet{});
  EXPECT_EQ(reading_of("NM|X^^L||1|%").quality, Quality::questionable) << "no status at all";
}

TEST(Hl7ReadingsTest, AValueThatTheMonitorCallsInvalidIsNoNumber) {
  const Reading invalid = reading_of("NM|8867-4^HR^LN||72|/min||INV|||F");
  EXPECT_EQ(text_of(invalid), "error");
  EXPECT_TRUE(invalid.flags.has(Flag::device_says_invalid));
  EXPECT_EQ(reading_of("NM|8867-4^HR^LN||72|/min||QUES|||F").quality, Quality::questionable);
  EXPECT_EQ(reading_of("NM|8867-4^HR^LN||72|/min||DEMO~QUES|||F").quality, Quality::test);
}

TEST(Hl7ReadingsTest, ATrainingOrDebuggingMessageIsTestData) {
  for (const std::string_view id : {"T", "D", "T^A"}) {
    const auto arrivals =
        arrivals_of(hl7(std::string("MSH|^~\\&|A|B|C|D|2026||ORU^R01|1|")
                            .append(id)
                            .append("|2.5\nOBX|1|NM|8867-4^HR^LN||72|/min|||||F\n")));
    EXPECT_EQ(arrivals.at(0).readings.at(0).quality, Quality::test);
  }
}

TEST(Hl7ReadingsTest, TheOrdersTimeStandsInForAMissingOne) {
  const auto readings = readings_of(
      "OBR|1||||||20260302130000+0000\n"
      "OBX|1|NM|X^^L||1|%|||||F\n"
      "OBX|2|NM|X^^L||1|%|||||F|||20260302131500+0000\n"
      "OBR|2\n"
      "OBX|1|NM|X^^L||1|%|||||F\n");
  ASSERT_EQ(readings.size(), 3u);
  EXPECT_EQ(to_rfc3339(*readings[0].device_time), "2026-03-02T13:00:00.000Z");
  EXPECT_EQ(to_rfc3339(*readings[1].device_time), "2026-03-02T13:15:00.000Z");
  EXPECT_FALSE(readings[2].device_time);
  EXPECT_EQ(readings[2].quality, Quality::good);
}

TEST(Hl7ReadingsTest, TheHeadersOffsetHoldsForEveryStampWithoutOne) {
  const auto arrivals =
      arrivals_of(hl7("MSH|^~\\&|A|B|C|D|20260302140507-0500||ORU^R01|1|P|2.5\n"
                      "OBX|1|NM|X^^L||1|%|||||F|||20260302140000\n"));
  EXPECT_EQ(to_rfc3339(*arrivals.at(0).readings.at(0).device_time), "2026-03-02T19:00:00.000Z");
}

TEST(Hl7ReadingsTest, ATimeThatIsNoPointInTimeIsNotUsedAndSaid) {
  for (const std::string_view time : {"20260302", "20260231120000", "now"}) {
    const Reading reading = reading_of(std::string("NM|X^^L||1|%|||||F|||").append(time));
    EXPECT_FALSE(reading.device_time) << time;
    EXPECT_TRUE(reading.flags.has(Flag::device_clock_invalid));
    EXPECT_EQ(reading.quality, Quality::questionable);
  }
}

TEST(Hl7ReadingsTest, ReadingsOfOneOrderAreAGroup) {
  const auto readings = readings_of(
      "OBR|1\nOBX|1|NM|8480-6^S^LN||121|mmHg|||||F\nOBX|2|NM|8462-4^D^LN||81|mmHg|||||F\n"
      "OBR|2\nOBX|1|NM|8867-4^H^LN||72|/min|||||F\n");
  ASSERT_EQ(readings.size(), 3u);
  EXPECT_NE(readings[0].group, 0);
  EXPECT_EQ(readings[0].group, readings[1].group);
  EXPECT_NE(readings[0].group, readings[2].group);
}

TEST(Hl7ReadingsTest, ABigMessageComesInSeveralArrivalsAndNothingIsLost) {
  std::string lines;
  for (int i = 0; i < 700; ++i)
    lines.append("OBR|1\nOBX|1|NM|X^^L||").append(std::to_string(i)).append("|%|||||F\n");
  const auto arrivals = arrivals_of(oru(lines));
  int next = 0;
  for (const Arrival& arrival : arrivals) {
    EXPECT_TRUE(arrival.urgent_commit);
    EXPECT_LE(arrival.readings.size(), limits::kReadingsPerArrivalMax);
    std::uint8_t last_group = 0;
    for (const Reading& reading : arrival.readings) {
      EXPECT_EQ(text_of(reading), std::to_string(next++));
      EXPECT_GT(reading.group, last_group) << "each order is a group of its own";
      last_group = reading.group;
    }
  }
  EXPECT_EQ(next, 700);
}

TEST(Hl7ReadingsTest, RawBytesHoldTheResultAndNobodysName) {
  const auto arrivals =
      arrivals_of(oru("OBX|1|NM|X^^L||1|%|0-5|N|||F|||20260302140000||1134^SMITH^JOHN\n"
                      "OBX|2|ST|Y^^L||" +
                      std::string(80, 'a') + "||||||F\n"));
  const Arrival& arrival = arrivals.at(0);
  const std::string bytes(reinterpret_cast<const char*>(arrival.bytes.data()),
                          arrival.bytes.size());
  EXPECT_EQ(bytes, "OBX|1|NM|X^^L||1|%");
  EXPECT_EQ(arrival.readings[0].raw.length, bytes.size());
  EXPECT_EQ(arrival.readings[1].raw.length, 0u) << "too long for raw";
}

TEST(Hl7ReadingsTest, OnlyResultsAreTaken) {
  EXPECT_EQ(hl7::take(hl7("MSH|^~\\&|A|B|C|D|2026||ADT^A01|1|P|2.5\nPID|1\n")).verdict,
            hl7::Verdict::rejected);
  EXPECT_EQ(hl7::take(hl7("MSH|^~\\&|A|B|C|D|2026||ORU^R40^ORU_R40|1|P|2.6\n")).verdict,
            hl7::Verdict::accepted);
  EXPECT_EQ(hl7::take("PID|1").verdict, hl7::Verdict::error);
  EXPECT_EQ(hl7::take(oru("", std::string(300, '1'))).verdict, hl7::Verdict::error)
      << "its control id is too long to be given back";
}

TEST(Hl7FormatTest, AMessageIsDescribedWithAndWithoutItsFrame) {
  const Format* format = find_format("hl7v2-oru-r01");
  const std::string message = oru("OBX|1|NM|8867-4^HR^LN||72|/min|||||F|||202603021405\n");
  for (const std::string& text : {message, "\x0B" + message + "\x1C\r"}) {
    const auto fields = format->describe(test::bytes_of(text));
    ASSERT_TRUE(fields);
    const auto& list = std::get<std::vector<Fields>>(*fields->find("observations"));
    ASSERT_EQ(list.size(), 1u);
    EXPECT_EQ(std::get<std::string>(*list[0].find("code")), "8867-4");
    EXPECT_EQ(std::get<Decimal>(*list[0].find("value")).to_text(), "72");
    EXPECT_EQ(std::get<std::string>(*list[0].find("time")), "202603021405");
    EXPECT_EQ(format->readings(test::bytes_of(text))->at(0).readings.size(), 1u);
  }
  EXPECT_FALSE(format->describe(test::bytes_of(hl7("MSH|^~\\&|A|B|C|D|2026||ADT^A01|1|P|2.5\n"))));
  EXPECT_FALSE(format->describe({}));
}

}  // namespace
}  // namespace vitalgate::bridge
