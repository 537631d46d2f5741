// The real capture of an Ivy 450C, from the serial line to the receiver's rows.
#include <array>
#include <map>
#include <optional>

#include "tests/integration/world.h"
#include "tests/support/failure.h"
#include "tests/support/paths.h"

namespace vitalgate::test {
namespace {

constexpr std::size_t kMessages = 18;  // whole ones; a cut-off one comes before them
constexpr std::size_t kRowsPerMessage = 17;

struct Expected {
  std::uint32_t mdc;
  std::string_view metric;
  std::string_view code;
  std::string_view unit;
  std::optional<int> value;  // nothing: absent
};

constexpr std::array<Expected, kRowsPerMessage> kExpected{{
    {147842, "heart_rate", "loinc:8867-4", "/min", 80},
    {149530, "heart_rate", "loinc:8867-4", "/min", 80},
    {149546, "heart_rate", "loinc:8867-4", "/min", 80},
    {150456, "spo2", "loinc:59408-5", "%", 100},
    {151562, "respiratory_rate", "loinc:9279-1", "/min", 35},
    {150021, "blood_pressure_systolic", "loinc:8480-6", "mm[Hg]", 121},
    {150022, "blood_pressure_diastolic", "loinc:8462-4", "mm[Hg]", 75},
    {150023, "blood_pressure_mean", "loinc:8478-0", "mm[Hg]", 92},
    {150037, "blood_pressure_invasive_systolic", "loinc:76215-3", "mm[Hg]", 111},
    {150038, "blood_pressure_invasive_diastolic", "loinc:76213-8", "mm[Hg]", 73},
    {150039, "blood_pressure_invasive_mean", "loinc:76214-6", "mm[Hg]", 88},
    {0, "end_tidal_co2", "loinc:19889-5", "", std::nullopt},
    {0, "blood_pressure_invasive_2_systolic", "loinc:76215-3", "", std::nullopt},
    {0, "blood_pressure_invasive_2_diastolic", "loinc:76213-8", "", std::nullopt},
    {0, "blood_pressure_invasive_2_mean", "loinc:76214-6", "", std::nullopt},
    {0, "body_temperature", "loinc:8310-5", "", std::nullopt},
    {0, "body_temperature_2", "loinc:8310-5", "", std::nullopt},
}};

// The replay happens once; every test looks at what came of it.
class CaptureTest : public testing::Test {
 protected:
  struct Outcome {
    std::vector<Json> rows;
    Status status;
    Verdict verdict;
    int agent_code = -1;
  };

  static void SetUpTestSuite() {
    const auto file = shared_file("data/serial/ivy450c_ansarb_part1.bin");
    if (file) outcome_ = replay(*file);
  }

  static void TearDownTestSuite() { outcome_.reset(); }

  void SetUp() override {
    if (!outcome_) GTEST_SKIP() << "skipped: no shared data (VITALGATE_SHARED names the folder)";
  }

  static Outcome replay(const std::filesystem::path& file) {
    Site site("capture");
    clinic::ClinicOptions options;
    options.directory = site.lines();
    options.monitors = 0;
    options.speed = 10;
    options.recordings = {{file, ""}};
    options.replay = clinic::Replay::once;
    clinic::Clinic clinic(options);
    const std::string device = clinic.devices().front().id;
    Agent agent(site.agent(), site.config(clinic.devices()));
    site.start();
    agent.start();
    poll_until([&] { return clinic.line(device).heard(); }, std::chrono::seconds(30));
    clinic.start();
    Outcome outcome;
    outcome.status = agent.wait_for("all messages to be confirmed", [](const Status& now) {
      return now.sequenced() >= kMessages * kRowsPerMessage && now.waiting == 0;
    });
    outcome.agent_code = agent.stop();
    site.hub.stop();
    outcome.verdict = site.hub.verdict();
    outcome.rows = site.hub.rows(device);
    return outcome;
  }

  static std::vector<Json> rows_of(const Expected& expected) {
    std::vector<Json> found;
    for (const Json& row : outcome_->rows) {
      const bool same_code = expected.mdc == 0 || row.value("mdc", 0u) == expected.mdc;
      if (row.at("metric") == expected.metric && same_code) found.push_back(row);
    }
    return found;
  }

  static inline std::optional<Outcome> outcome_;
};

TEST_F(CaptureTest, EveryValueArrivesOnceWithItsCodesAndUnit) {
  for (const Expected& expected : kExpected) {
    if (!expected.value) continue;
    SCOPED_TRACE(std::string(expected.metric) + " " + std::to_string(expected.mdc));
    const auto rows = rows_of(expected);
    EXPECT_EQ(rows.size(), kMessages);
    for (const Json& row : rows) {
      EXPECT_EQ(row.value("code", ""), expected.code);
      EXPECT_EQ(row.value("mdc", 0u), expected.mdc);
      EXPECT_EQ(row.value("unit", ""), expected.unit);
      EXPECT_NEAR(row.value("value_num", -1), *expected.value, 1);  // P1 wanders by one
      EXPECT_EQ(row.value("quality", ""), "good");
    }
  }
}

TEST_F(CaptureTest, NoSignalArrivesAsAbsentWithAReasonNeverAsZero) {
  for (const Expected& expected : kExpected) {
    if (expected.value) continue;
    SCOPED_TRACE(expected.metric);
    const auto rows = rows_of(expected);
    EXPECT_EQ(rows.size(), kMessages);
    for (const Json& row : rows) {
      EXPECT_EQ(row.value("code", ""), expected.code);
      EXPECT_FALSE(row.contains("value_num"));
      EXPECT_FALSE(row.value("absent", "").empty());
    }
  }
}

TEST_F(CaptureTest, TheCutOffFirstMessageCostsOnlyItself) {
  EXPECT_EQ(outcome_->rows.size(), kMessages * kRowsPerMessage);
  EXPECT_EQ(outcome_->status.quarantined, 0u);
  const DeviceStatus& device = outcome_->status.devices.front();
  EXPECT_GT(device.bad_frames + device.skipped_bytes, 0u);
}

TEST_F(CaptureTest, TheArterialPressureFollowsTheMonitor) {
  std::map<int, int> times;
  for (const Json& row : rows_of(kExpected[8])) ++times[row.value("value_num", 0)];
  EXPECT_EQ(times, (std::map<int, int>{{110, 3}, {111, 15}}));
}

TEST_F(CaptureTest, TheReceiverFindsNothingMissingAndNothingBroken) {
  EXPECT_EQ(outcome_->agent_code, 0);
  EXPECT_EQ(outcome_->verdict.received, kMessages * kRowsPerMessage);
  EXPECT_EQ(outcome_->verdict.missing, 0u);
  EXPECT_EQ(outcome_->verdict.violations, 0u);
}

}  // namespace
}  // namespace vitalgate::test
