#include "sync/batch/row_writer.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "agent/core/limits.h"
#include "sync/batch/digest.h"
#include "sync/batch/envelope.h"

namespace vitalgate::sync {
namespace {

WallTime at(std::string_view text) { return *parse_rfc3339(text); }

// The first row of CONTRACT's example.
TEST(RowWriterTest, WritesTheContractsExampleToTheLetter) {
  const Value value = Decimal::of(98);
  const Row row{.metric = config::find(config::metric::kPulseRateOximeter),
                .device = "spo2-bay1",
                .observed = at("2026-03-02T14:05:00.020Z"),
                .received = at("2026-03-02T14:05:00.097Z"),
                .clock = ClockWord::device,
                .value = &value,
                .unit = config::unit::kPerMinute,
                .flags = {},
                .raw = {}};
  std::string out;
  RowWriter("clinic-042", Lane::vitals, "k7p3q9x2ab").append(out, row, 93471, 0);
  EXPECT_EQ(out,
            R"({"reading_id":"clinic-042.vitals-k7p3q9x2ab.000000093471","seq":93471,)"
            R"("device_id":"spo2-bay1","metric":"heart_rate","code":"loinc:8867-4","mdc":149530,)"
            R"("observed_at":"2026-03-02T14:05:00.020Z","received_at":"2026-03-02T14:05:00.097Z",)"
            R"("clock":"device","value_num":98,"unit":"/min","quality":"good"})");
}

// CONTRACT: `code` is LOINC. What has another code says so in a field of its own.
TEST(RowWriterTest, ACodeThatIsNotLoincIsALocalCode) {
  const Value value = Decimal::of(56, -1);
  Row row{.metric = config::find(config::metric::kObservation),
          .code = "loinc:11125-2",
          .device = "lab-1",
          .observed = at("2026-03-02T14:05:00.020Z"),
          .received = at("2026-03-02T14:05:00.097Z"),
          .value = &value,
          .unit = config::unit::kPercent,
          .flags = {},
          .raw = {}};
  const auto written = [&] {
    std::string out;
    RowWriter("clinic-042", Lane::vitals, "k7p3q9x2ab").append(out, row, 1, 0);
    return nlohmann::json::parse(out);
  };
  EXPECT_EQ(written()["code"], "loinc:11125-2");
  EXPECT_FALSE(written().contains("local_code"));
  row.code = "local:GLU\"";
  EXPECT_EQ(written()["local_code"], "local:GLU\"");
  EXPECT_FALSE(written().contains("code"));
}

// The second row: corrected clock, group, measured digits, flags, raw.
TEST(RowWriterTest, CorrectedTimeGroupDigitsFlagsAndRawAreThere) {
  const Value value = Decimal::of(1210, -1);
  const std::array raw{std::byte{0x1e}, std::byte{0x79}, std::byte{0x00}};
  Row row{.metric = config::find(config::metric::kCuffSystolic),
          .device = "bp-room3",
          .observed = at("2026-03-02T14:04:41.000Z"),
          .received = at("2026-03-02T14:05:00.418Z"),
          .clock = ClockWord::corrected,
          .clock_offset = std::chrono::milliseconds(-1200),
          .value = &value,
          .unit = config::unit::kMillimetreOfMercury,
          .quality = Quality::questionable,
          .flags = {},
          .raw = raw};
  row.flags.set(Flag::artifact);
  std::string out;
  RowWriter("clinic-042", Lane::vitals, "k7p3q9x2ab").append(out, row, 93472, 93472);
  EXPECT_NE(out.find(R"("clock":"corrected","clock_offset_ms":-1200,)"
                     R"("group":"clinic-042.vitals-k7p3q9x2ab.000000093472",)"
                     R"("value_num":121.0,"unit":"mm[Hg]","quality":"questionable",)"
                     R"("flags":["artifact"],"raw":"HnkA"})"),
            std::string::npos)
      << out;
}

TEST(RowWriterTest, AMissingValueSaysWhyAndHasNoUnit) {
  const Value value = Absent::sensor_off;
  Row row;
  row.metric = config::find(config::metric::kSpo2);
  row.device = "a";
  row.value = &value;
  std::string out;
  RowWriter("g", Lane::vitals, "e").append(out, row, 1, 0);
  const auto json = nlohmann::json::parse(out);
  EXPECT_EQ(json["absent"], "sensor-off");
  EXPECT_FALSE(json.contains("value_num"));
  EXPECT_FALSE(json.contains("unit"));
}

TEST(RowWriterTest, AnyTextBecomesValidJsonAndComesBack) {
  std::string out;
  append_json_string(out, "a\"b\\c\n\x01 \xC3\xA4 \xF0\x9F\x98\x80");
  EXPECT_EQ(nlohmann::json::parse(out), "a\"b\\c\n\x01 \xC3\xA4 \xF0\x9F\x98\x80");
  for (const std::string_view broken : {"\xC3", "\xFF", "\xED\xA0\x80", "\xC0\x80", "\xF5\x80"}) {
    out.clear();
    append_json_string(out, broken);
    EXPECT_TRUE(nlohmann::json::accept(out)) << out;
  }
}

TEST(RowWriterTest, TheLongestRowIsWrittenWhole) {
  const Value value = std::string(limits::kTextValueBytesMax, '\x01');
  const std::string id(limits::kIdLengthMax, 'x');
  const std::string code = "local:" + std::string(100, '\x02');
  const std::array<std::byte, limits::kRawBytesMax> raw{};
  Row row{.metric = config::find(config::metric::kObservation),
          .code = code,
          .device = id,
          .observed = at("2026-03-02T14:05:00.020Z"),
          .received = at("2026-03-02T14:05:00.097Z"),
          .clock = ClockWord::corrected,
          .clock_offset = std::chrono::milliseconds::min(),
          .value = &value,
          .quality = Quality::questionable,
          .flags = {},
          .raw = raw};
  for (std::size_t i = 0; i < kFlagCount; ++i) row.flags.set(static_cast<Flag>(i));
  std::string out = "before";
  RowWriter(id, Lane::vitals, "k7p3q9x2ab")
      .append(out, row, limits::kSequenceMax, limits::kSequenceMax);
  const auto json = nlohmann::json::parse(out.substr(6));
  EXPECT_EQ(json["value_text"], std::get<std::string>(value));
  EXPECT_EQ(json["flags"].size(), kFlagCount);
  EXPECT_EQ(json["raw"].get<std::string>().size(), 88u);
}

TEST(EnvelopeTest, HasEveryMemberOfTheContractAndTheHashOfItsRows) {
  const std::string rows = R"({"reading_id":"x"},{"reading_id":"y"})";
  const std::string event = envelope_head({.gateway = "clinic-042",
                                           .site = "site-17",
                                           .epoch = "k7p3q9x2ab",
                                           .key = {Lane::vitals, 1842},
                                           .first = 93471,
                                           .last = 93472,
                                           .sealed = at("2026-03-02T14:05:07.120Z"),
                                           .low_watermark = at("2026-03-02T14:05:00.000Z"),
                                           .backfill = false,
                                           .agent_version = "1.0.0",
                                           .config_version = 27},
                                          rows) +
                            rows + std::string(kEnvelopeTail);
  const auto json = nlohmann::json::parse(event);
  EXPECT_EQ(json["specversion"], "1.0");
  EXPECT_EQ(json["id"], "clinic-042.vitals-k7p3q9x2ab.b000000001842");
  EXPECT_EQ(json["source"], "urn:vitalgate:clinic-042");
  EXPECT_EQ(json["type"], "io.vitalgate.readings.v1");
  EXPECT_EQ(json["subject"], "vitals-k7p3q9x2ab");
  EXPECT_EQ(json["time"], "2026-03-02T14:05:07.120Z");
  EXPECT_EQ(json["datacontenttype"], "application/json");
  EXPECT_EQ(json["dataschema"], "urn:vitalgate:readings:1.0");
  EXPECT_EQ(json["partitionkey"], "clinic-042");
  EXPECT_EQ(json["sequence"], "000000001842");
  const auto& data = json["data"];
  EXPECT_EQ(data["schema_version"], "1.0");
  EXPECT_EQ(data["lane"], "vitals");
  EXPECT_EQ(data["batch_seq"], 1842);
  EXPECT_EQ(data["count"], 2);
  EXPECT_EQ(data["dropped"], nlohmann::json::array());
  EXPECT_EQ(data["low_watermark"], "2026-03-02T14:05:00.000Z");
  EXPECT_EQ(data["backfill"], false);
  EXPECT_EQ(data["config_version"], 27);
  EXPECT_EQ(data["readings_sha256"], sha256_hex(rows));
  EXPECT_EQ(data["readings"].size(), 2u);
}

TEST(DigestTest, AgreesWithFips180) {
  EXPECT_EQ(sha256_hex("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

}  // namespace
}  // namespace vitalgate::sync
