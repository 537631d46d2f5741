// A source on a real pseudo-terminal: the test is the device at the other end.
#include "firmware-bridge/serial/serial_source.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "config/catalogue.h"
#include "tests/unit/firmware-bridge/astm_bytes.h"
#include "tests/unit/firmware-bridge/other_process.h"
#include "tests/unit/firmware-bridge/raw_line.h"
#include "tests/unit/firmware-bridge/source_run.h"

namespace vitalgate::bridge {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using test::Bytes;
using test::from_hex;
using test::operator+;
using test::RawLine;
using test::SourceRun;

constexpr std::string_view kRecord =
    "00 02 00 0D 00 0E 14 18 07 1E 0B 2D 00 00 02 00 00 48 00 61 34 03";
constexpr std::string_view kOtherRecord =
    "00 02 00 0D 00 0E 14 18 07 1E 0B 2E 00 00 02 00 00 48 00 61 35 03";

config::DeviceSettings device(const std::string& driver, const std::string& port) {
  config::DeviceSettings settings;
  settings.id = "bay1";
  settings.driver = driver;
  settings.port = port;
  return settings;
}

// `count` measurements of data format 8.
Bytes measurements(std::size_t count) {
  Bytes bytes;
  const Bytes one = from_hex("80 48 61 00");
  for (std::size_t i = 0; i < count; ++i) bytes.insert(bytes.end(), one.begin(), one.end());
  return bytes;
}

// A path that is a link, as /dev/serial/by-id has them.
class Link {
 public:
  Link()
      : path_(std::filesystem::path(testing::TempDir()) /
              ("serial_source_test." + std::to_string(::getpid()))) {
    std::filesystem::remove(path_);
  }
  ~Link() { std::filesystem::remove(path_); }
  Link(const Link&) = delete;
  Link& operator=(const Link&) = delete;
  void point_to(const std::string& target) {
    std::filesystem::remove(path_);
    std::filesystem::create_symlink(target, path_);
  }
  void remove() { std::filesystem::remove(path_); }
  [[nodiscard]] std::string path() const { return path_; }

 private:
  std::filesystem::path path_;
};

TEST(SerialSourceTest, ArrivalsCarryTheirDeviceAndTicketsThatCountUp) {
  const RawLine line;
  SerialSource source(7, device("nonin-df8", line.path()));
  SourceRun run(source);
  EXPECT_EQ(run.report(1).state, SourceState::connected);
  const auto before = Stamp::now();
  line.send(measurements(3));
  ASSERT_TRUE(run.wait_for<Arrival>(3));
  const auto arrivals = run.all<Arrival>();
  for (std::size_t i = 0; i < arrivals.size(); ++i) {
    EXPECT_EQ(arrivals[i].device, "bay1");
    EXPECT_EQ(arrivals[i].ticket, i + 1);
    EXPECT_GE(arrivals[i].received.boot, before.boot);
    EXPECT_EQ(test::value_of(arrivals[i], config::metric::kSpo2), "97");
  }
}

TEST(SerialSourceTest, CountsFollowWithinASecondOrSo) {
  const RawLine line;
  SerialSource source(0, device("nonin-df8", line.path()));
  SourceRun run(source);
  run.report(1);
  line.send(measurements(3));
  ASSERT_TRUE(run.wait_for<SourceCounts>(1));
  for (int i = 0; i < 30 && run.all<SourceCounts>().back().frames < 3; ++i)
    std::this_thread::sleep_for(milliseconds(100));
  EXPECT_EQ(run.all<SourceCounts>().back().frames, 3u);
}

TEST(SerialSourceTest, StaysAliveOnASilentLineAndStopsAtOnce) {
  const RawLine line;
  SerialSource source(0, device("nonin-df8", line.path()));
  SourceRun run(source);
  run.report(1);
  const unsigned before = run.alive();
  std::this_thread::sleep_for(milliseconds(2300));
  EXPECT_GE(run.alive(), before + 2);
  EXPECT_EQ(run.all<SourceReport>().size(), 1u);
  const auto start = Clock::now();
  run.stop();
  EXPECT_LT(Clock::now() - start, milliseconds(500));
}

TEST(SerialSourceTest, AMissingPortIsReportedOnceAndOpenedWhenItComes) {
  Link link;
  SerialSource source(0, device("nonin-df8", link.path()));
  SourceRun run(source);
  const auto missing = run.report(1);
  EXPECT_EQ(missing.state, SourceState::waiting);
  EXPECT_EQ(missing.what, "no such port: " + link.path());
  EXPECT_FALSE(missing.hint.empty());
  std::this_thread::sleep_for(milliseconds(1000));
  EXPECT_EQ(run.all<SourceReport>().size(), 1u);

  const RawLine line;
  link.point_to(line.path());
  EXPECT_EQ(run.report(2).state, SourceState::connected);
}

TEST(SerialSourceTest, AReplacedLineIsFoundUnderItsOldName) {
  Link link;
  RawLine first;
  const RawLine second;  // made now: it must not get the number of the first
  link.point_to(first.path());
  SerialSource source(0, device("nonin-df8", link.path()));
  SourceRun run(source);
  run.report(1);
  first.send(measurements(1));
  ASSERT_TRUE(run.wait_for<Arrival>(1));

  first.unplug();
  const auto gone = run.report(2);
  EXPECT_EQ(gone.state, SourceState::waiting);
  EXPECT_EQ(gone.what, "unplugged");
  link.remove();
  std::this_thread::sleep_for(milliseconds(500));

  link.point_to(second.path());
  const auto back = run.report(3);
  EXPECT_EQ(back.state, SourceState::connected) << back.what;
  second.send(measurements(1));
  ASSERT_TRUE(run.wait_for<Arrival>(2));
  EXPECT_EQ(run.all<Arrival>().back().ticket, 2u);
}

TEST(SerialSourceTest, ASilentLineWhoseLinkMovedIsLeftForTheNewOne) {
  Link link;
  const RawLine first, second;
  link.point_to(first.path());
  SerialSource source(0, device("nonin-df8", link.path()));
  SourceRun run(source);
  run.report(1);
  link.point_to(second.path());
  EXPECT_EQ(run.report(2).what, "unplugged");
  const auto back = run.report(3);
  EXPECT_EQ(back.state, SourceState::connected) << back.what;
  second.send(measurements(1));
  EXPECT_TRUE(run.wait_for<Arrival>(1));
}

TEST(SerialSourceTest, AHeldPortNamesTheHolderAndIsTakenWhenFree) {
  const RawLine line;
  test::OtherProcess other(line, test::OtherProcess::Way::opens_and_locks);
  SerialSource source(0, device("nonin-df8", line.path()));
  SourceRun run(source);
  const auto held = run.report(1);
  EXPECT_EQ(held.state, SourceState::held);
  EXPECT_EQ(held.what, other.held_by());
  other.end();
  EXPECT_EQ(run.report(2).state, SourceState::connected);
}

TEST(SerialSourceTest, APathThatIsNoPortIsRefused) {
  SerialSource source(0, device("nonin-df8", "/dev/null"));
  SourceRun run(source);
  EXPECT_EQ(run.report(1).state, SourceState::refused);
}

TEST(SerialSourceTest, StopsReadingAtTheOutstandingLimitAndGoesOnWhenDurable) {
  constexpr std::size_t kLimit = limits::kOutstandingArrivalsMax;
  const RawLine line;
  SerialSource source(0, device("nonin-df8", line.path()));
  SourceRun run(source);
  run.report(1);
  line.send(measurements(kLimit + 40));
  ASSERT_TRUE(run.wait_for<Arrival>(kLimit));
  const unsigned before = run.alive();
  std::this_thread::sleep_for(milliseconds(1500));
  EXPECT_EQ(run.all<Arrival>().size(), kLimit);
  EXPECT_GT(run.alive(), before);
  EXPECT_LT(run.alive(), before + 20) << "it must wait, not spin";

  source.durable(30);
  ASSERT_TRUE(run.wait_for<Arrival>(kLimit + 30));
  std::this_thread::sleep_for(milliseconds(200));
  EXPECT_EQ(run.all<Arrival>().size(), kLimit + 30);
  source.durable(kLimit + 30);
  ASSERT_TRUE(run.wait_for<Arrival>(kLimit + 40));
}

TEST(SerialSourceTest, ARecordIsAcknowledgedOnlyAfterItIsDurable) {
  const RawLine line;
  SerialSource source(0, device("nonin-df13", line.path()));
  SourceRun run(source);
  run.report(1);
  line.send(from_hex(kRecord));
  ASSERT_TRUE(run.wait_for<Arrival>(1));
  EXPECT_TRUE(run.all<Arrival>()[0].urgent_commit);
  EXPECT_TRUE(line.receive(milliseconds(300)).empty());
  source.durable(1);
  EXPECT_EQ(line.receive(seconds(5)), from_hex("06"));
  EXPECT_TRUE(line.receive(milliseconds(200)).empty());
}

TEST(SerialSourceTest, ABrokenRecordIsAskedForAgainAtOnce) {
  const RawLine line;
  SerialSource source(0, device("nonin-df13", line.path()));
  SourceRun run(source);
  run.report(1);
  Bytes broken = from_hex(kRecord);
  broken[19] = std::byte{0x60};
  line.send(broken);
  EXPECT_EQ(line.receive(seconds(5)), from_hex("15"));
  EXPECT_TRUE(run.all<Arrival>().empty());
}

TEST(SerialSourceTest, ARecordSentTwiceBeforeItsAnswerIsAnsweredOnce) {
  // The second answer would be taken for the answer to the record that comes next.
  const RawLine line;
  SerialSource source(0, device("nonin-df13", line.path()));
  SourceRun run(source);
  run.report(1);
  line.send(from_hex(kRecord));
  line.send(from_hex(kRecord));
  ASSERT_TRUE(run.wait_for<Arrival>(2));
  source.durable(1);
  EXPECT_TRUE(line.receive(milliseconds(200)).empty());
  source.durable(2);
  EXPECT_EQ(line.receive(seconds(5)), from_hex("06"));
  line.send(from_hex(kOtherRecord));
  ASSERT_TRUE(run.wait_for<Arrival>(3));
  EXPECT_TRUE(line.receive(milliseconds(200)).empty());
  source.durable(3);
  EXPECT_EQ(line.receive(seconds(5)), from_hex("06"));
}

TEST(SerialSourceTest, ARecordOfAnEarlierConnectionIsNotAcknowledgedOnTheNext) {
  Link link;
  RawLine first;
  link.point_to(first.path());
  SerialSource source(0, device("nonin-df13", link.path()));
  SourceRun run(source);
  run.report(1);
  first.send(from_hex(kRecord));
  ASSERT_TRUE(run.wait_for<Arrival>(1));
  const RawLine second;
  first.unplug();
  link.point_to(second.path());
  run.report(3);
  source.durable(1);
  EXPECT_TRUE(second.receive(milliseconds(300)).empty());
}

// An analyser that has sent its header and is about to send a result.
class AnalyserTest : public testing::Test {
 protected:
  void SetUp() override {
    run_.report(1);
    line_.send(test::kEnq);
    ASSERT_EQ(line_.receive(seconds(5)), test::kAck);
    line_.send(test::astm_frame(1, "H|\\^&\r"));
    ASSERT_EQ(line_.receive(seconds(5)), test::kAck);
  }

  const Bytes result_ = test::astm_frame(2, "R|1|^^^GLU|6.1|mmol/L\r");
  RawLine line_;
  SerialSource source_{0, device("astm", line_.path())};
  SourceRun run_{source_};
};

TEST_F(AnalyserTest, AnAnalysersFrameIsAcknowledgedOnlyAfterItsResultsAreDurable) {
  line_.send(result_);
  ASSERT_TRUE(run_.wait_for<Arrival>(1));
  EXPECT_TRUE(run_.all<Arrival>()[0].urgent_commit);
  EXPECT_TRUE(line_.receive(milliseconds(300)).empty());
  source_.durable(1);
  EXPECT_EQ(line_.receive(seconds(5)), test::kAck);
  line_.send(test::astm_frame(3, "L|1|N\r"));
  EXPECT_EQ(line_.receive(seconds(5)), test::kAck);
  line_.send(test::kEot);
  EXPECT_TRUE(line_.receive(milliseconds(200)).empty());
}

TEST_F(AnalyserTest, AFrameSentTwiceBeforeItIsDurableIsAnsweredOnceAndTakenOnce) {
  line_.send(result_);
  ASSERT_TRUE(run_.wait_for<Arrival>(1));
  line_.send(result_);
  ASSERT_TRUE(run_.wait_for<Arrival>(2));
  EXPECT_TRUE(run_.all<Arrival>()[1].readings.empty());
  source_.durable(2);
  EXPECT_EQ(line_.receive(seconds(5)), test::kAck);
  EXPECT_TRUE(line_.receive(milliseconds(200)).empty());
}

TEST_F(AnalyserTest, AnAnswerThatTheAnalyserGaveUpOnIsNotGivenToWhatItSaysNext) {
  line_.send(result_);
  ASSERT_TRUE(run_.wait_for<Arrival>(1));
  line_.send(test::kEot + test::kEnq);
  EXPECT_EQ(line_.receive(seconds(5)), test::kAck);
  source_.durable(1);
  EXPECT_TRUE(line_.receive(milliseconds(300)).empty());
}

TEST(SerialSourceTest, ADeviceThatMustBeAskedIsAskedWhenTheLineOpensAndKeptGoing) {
  const RawLine line;
  SerialSource source(0, device("cms50-v7", line.path()));
  SourceRun run(source);
  run.report(1);
  EXPECT_EQ(line.receive(seconds(5)), from_hex("7D 81 A1 80 80 80 80 80 80"));
  line.send(from_hex("01 80 86 A0 84 CB E2 80 80"));
  ASSERT_TRUE(run.wait_for<Arrival>(1));
  EXPECT_EQ(line.receive(seconds(5)), from_hex("7D 81 AF 80 80 80 80 80 80"));
}

TEST(SerialSourceTest, ADriversParityIsUsedUnlessTheSettingsSayAnother) {
  const RawLine line;
  auto settings = device("cms50-5byte", line.path());
  {
    SerialSource source(0, settings);
    SourceRun run(source);
    EXPECT_TRUE(run.report(1).what.ends_with("at 19200 baud 8O1")) << run.report(1).what;
    run.stop();
  }
  settings.parity = config::Parity::none;
  SerialSource source(0, settings);
  SourceRun run(source);
  EXPECT_TRUE(run.report(1).what.ends_with("at 19200 baud 8N1")) << run.report(1).what;
}

TEST(SerialSourceTest, ALineDriverReadsWhatItsColumnsSay) {
  const RawLine line;
  auto settings = device("line", line.path());
  settings.pattern = "T=([0-9.]+)";
  const std::vector<config::ColumnSettings> columns{{"bay1", 1, "room_temperature", "Cel", ""}};
  SerialSource source(0, settings, columns);
  SourceRun run(source);
  run.report(1);
  line.send(test::bytes_of("T=21.5\r\n"));
  ASSERT_TRUE(run.wait_for<Arrival>(1));
  EXPECT_EQ(test::value_of(run.all<Arrival>()[0], config::metric::kRoomTemperature), "21.5");
}

TEST(SerialSourceTest, AMessageWithTooManyReadingsComesInSeveralArrivals) {
  const RawLine line;
  SerialSource source(0, device("ansar-b", line.path()));
  SourceRun run(source);
  run.report(1);
  std::string text;
  for (int i = 0; i < 300; ++i) text += "HR=1;80;;\r";
  const Bytes message = [&text] {
    Bytes bytes = test::bytes_of(
        "\xFF"
        "ANSAR-B ");
    bytes.insert(bytes.end(), 400, std::byte{0x10});
    for (const std::byte byte : test::bytes_of(text + "\xFE")) bytes.push_back(byte);
    return bytes;
  }();
  line.send(message);
  ASSERT_TRUE(run.wait_for<Arrival>(2));
  const auto arrivals = run.all<Arrival>();
  EXPECT_EQ(arrivals[0].readings.size(), limits::kReadingsPerArrivalMax);
  EXPECT_EQ(arrivals[1].readings.size(), 300 - limits::kReadingsPerArrivalMax);
  EXPECT_EQ(arrivals[1].bytes, arrivals[0].bytes);
  EXPECT_EQ(arrivals[1].ticket, 2u);
}

}  // namespace
}  // namespace vitalgate::bridge
