// The source on a real pseudo-terminal: the test is the device at the other end of the line.
#include "firmware-bridge/serial/modbus_source.h"

#include <gtest/gtest.h>

#include <map>
#include <mutex>

#include "agent/core/crc.h"
#include "agent/core/limits.h"
#include "config/catalogue.h"
#include "tests/support/poll.h"
#include "tests/unit/firmware-bridge/other_process.h"
#include "tests/unit/firmware-bridge/raw_line.h"
#include "tests/unit/firmware-bridge/source_run.h"

namespace vitalgate::bridge {
namespace {

using config::RegisterKind;
using config::RegisterType;
using std::chrono::milliseconds;
using std::chrono::seconds;
using test::Bytes;
using test::SourceRun;

// A device with registers, on its own thread: answers every request on its line.
class Slave {
 public:
  enum class Mood { answers, silent, damages, answers_late, belongs_to_another_unit };

  explicit Slave(const test::RawLine& line)
      : line_(line), thread_([this](const std::stop_token& stop) { serve(stop); }) {}

  void set(std::uint8_t function, std::uint16_t address, std::uint16_t word) {
    const std::lock_guard lock(mutex_);
    words_[{function, address}] = word;
  }
  void become(Mood mood) { mood_ = mood; }
  [[nodiscard]] unsigned requests() const { return requests_; }
  void leave() {
    thread_.request_stop();
    thread_.join();
  }

 private:
  void serve(const std::stop_token& stop) {
    while (!stop.stop_requested()) {
      const Bytes request = line_.receive(milliseconds(50));
      if (request.size() != 8) continue;
      ++requests_;
      if (mood_ == Mood::silent) continue;
      if (mood_ == Mood::answers_late) std::this_thread::sleep_for(milliseconds(1100));
      Bytes answer = answer_to(request);
      if (mood_ == Mood::belongs_to_another_unit) answer[0] = std::byte{99};
      const std::uint16_t crc = kCrc16Modbus(answer);
      answer.push_back(static_cast<std::byte>(crc & 0xFF));
      answer.push_back(static_cast<std::byte>(crc >> 8));
      if (mood_ == Mood::damages) answer[3] ^= std::byte{0x10};
      line_.send(answer);
    }
  }

  Bytes answer_to(const Bytes& request) {
    const auto at = [&](std::size_t i) { return std::to_integer<unsigned>(request[i]); };
    const auto function = static_cast<std::uint8_t>(at(1));
    const unsigned address = at(2) << 8 | at(3), count = at(4) << 8 | at(5);
    const std::lock_guard lock(mutex_);
    Bytes answer{request[0], request[1], static_cast<std::byte>(count * 2)};
    for (unsigned i = address; i < address + count; ++i) {
      const auto word = words_.find({function, static_cast<std::uint16_t>(i)});
      if (word == words_.end()) return {request[0], request[1] | std::byte{0x80}, std::byte{2}};
      answer.push_back(static_cast<std::byte>(word->second >> 8));
      answer.push_back(static_cast<std::byte>(word->second & 0xFF));
    }
    return answer;
  }

  const test::RawLine& line_;
  std::mutex mutex_;
  std::map<std::pair<std::uint8_t, std::uint16_t>, std::uint16_t> words_;
  std::atomic<Mood> mood_{Mood::answers};
  std::atomic<unsigned> requests_{0};
  std::jthread thread_;  // last: it uses the others
};

config::DeviceSettings device(const std::string& port) {
  config::DeviceSettings settings;
  settings.id = "vent1";
  settings.driver = "modbus-rtu";
  settings.port = port;
  settings.parity = config::Parity::none;  // a pseudo-terminal has none
  settings.unit = 17;
  settings.poll_every = milliseconds(100);
  return settings;
}

config::RegisterSettings one(std::uint16_t address, RegisterKind kind, const std::string& metric,
                             int exponent = 0) {
  config::RegisterSettings settings;
  settings.device = "vent1";
  settings.address = address;
  settings.kind = kind;
  settings.exponent = static_cast<std::int8_t>(exponent);
  settings.metric = metric;
  return settings;
}

std::vector<config::RegisterSettings> two_registers() {
  auto volume = one(100, RegisterKind::holding, "tidal_volume");
  volume.missing = 65535;
  return {volume, one(7, RegisterKind::input, "airway_pressure", -1)};
}

class ModbusSourceTest : public testing::Test {
 protected:
  ModbusSourceTest() : slave_(line_), source_(5, device(line_.path()), two_registers()) {
    slave_.set(3, 100, 450);
    slave_.set(4, 7, 184);
  }

  test::RawLine line_;
  Slave slave_;
  ModbusSource source_;
};

TEST_F(ModbusSourceTest, ARoundIsOneArrivalWithOneGroup) {
  SourceRun run(source_);
  ASSERT_TRUE(run.wait_for<Arrival>(2));
  EXPECT_EQ(run.report(1).state, SourceState::connected) << run.report(1).what;
  const auto arrivals = run.all<Arrival>();
  for (std::size_t i = 0; i < 2; ++i) {
    EXPECT_EQ(arrivals[i].device, "vent1");
    EXPECT_EQ(arrivals[i].ticket, i + 1);
    ASSERT_EQ(arrivals[i].readings.size(), 2u);
    EXPECT_EQ(test::value_of(arrivals[i], config::metric::kTidalVolume), "450");
    EXPECT_EQ(test::value_of(arrivals[i], config::metric::kAirwayPressure), "18.4");
    EXPECT_EQ(arrivals[i].readings[0].group, 1);
    EXPECT_EQ(arrivals[i].readings[1].group, 1);
    EXPECT_EQ(arrivals[i].bytes, test::from_hex("01C2 00B8"));
    EXPECT_EQ(arrivals[i].readings[1].raw.offset, 2);
  }
}

TEST_F(ModbusSourceTest, ARegisterWithoutAValueSaysSo) {
  slave_.set(3, 100, 65535);
  SourceRun run(source_);
  ASSERT_TRUE(run.wait_for<Arrival>(1));
  EXPECT_EQ(test::value_of(run.all<Arrival>()[0], config::metric::kTidalVolume), "no-signal");
}

TEST_F(ModbusSourceTest, ARefusedRegisterIsAnErrorBesideTheOthers) {
  auto registers = two_registers();
  registers.push_back(one(200, RegisterKind::holding, "fio2"));
  ModbusSource source(0, device(line_.path()), registers);
  SourceRun run(source);
  ASSERT_TRUE(run.wait_for<Arrival>(1));
  const Arrival arrival = run.all<Arrival>()[0];
  EXPECT_EQ(test::value_of(arrival, config::metric::kInspiredOxygen), "error");
  EXPECT_EQ(test::value_of(arrival, config::metric::kAirwayPressure), "18.4");
  const SourceReport report = run.report(1);
  EXPECT_EQ(report.state, SourceState::refused);
  EXPECT_EQ(report.what, "unit 17 refuses: Illegal data address: holding registers 200-200");
}

TEST_F(ModbusSourceTest, ASilentDeviceIsToldOfInWordsAndGivesNoReading) {
  slave_.become(Slave::Mood::silent);
  SourceRun run(source_);
  const SourceReport report = run.report(1);
  EXPECT_EQ(report.state, SourceState::waiting);
  EXPECT_TRUE(report.what.starts_with("the device answers nothing")) << report.what;
  EXPECT_NE(report.hint.find("device.unit = 17"), std::string::npos) << report.hint;
  EXPECT_TRUE(run.all<Arrival>().empty());
  slave_.become(Slave::Mood::answers);
  ASSERT_TRUE(run.wait_for<Arrival>(1));
  EXPECT_EQ(run.report(2).state, SourceState::connected);
}

TEST_F(ModbusSourceTest, ASilentDeviceIsAskedLessAndLess) {
  slave_.become(Slave::Mood::silent);
  SourceRun run(source_);
  std::this_thread::sleep_for(seconds(4));
  EXPECT_LE(slave_.requests(), 4u);
  EXPECT_GE(run.alive(), 4u);
  const auto start = Clock::now();
  run.stop();
  EXPECT_LT(Clock::now() - start, milliseconds(1200));
}

TEST_F(ModbusSourceTest, ADamagedAnswerGivesNoReading) {
  slave_.become(Slave::Mood::damages);
  SourceRun run(source_);
  const SourceReport report = run.report(1);
  EXPECT_TRUE(report.what.starts_with("the answers come damaged")) << report.what;
  EXPECT_TRUE(run.all<Arrival>().empty());
  ASSERT_TRUE(run.wait_for<SourceCounts>(1));
  EXPECT_GE(run.all<SourceCounts>().back().bad_frames, 1u);
  EXPECT_EQ(run.all<SourceCounts>().back().frames, 0u);
}

TEST_F(ModbusSourceTest, AnAnswerOfAnotherUnitGivesNoReading) {
  slave_.become(Slave::Mood::belongs_to_another_unit);
  SourceRun run(source_);
  run.report(1);
  EXPECT_TRUE(run.all<Arrival>().empty());
}

TEST_F(ModbusSourceTest, ALateAnswerIsNotTakenForTheAnswerToTheNextRequest) {
  // Two requests of one kind and size: only their addresses differ, which no answer repeats.
  slave_.set(3, 200, 21);
  ModbusSource source(
      0, device(line_.path()),
      {one(100, RegisterKind::holding, "tidal_volume"), one(200, RegisterKind::holding, "fio2")});
  slave_.become(Slave::Mood::answers_late);
  SourceRun run(source);
  std::this_thread::sleep_for(milliseconds(1500));
  slave_.become(Slave::Mood::answers);
  ASSERT_TRUE(run.wait_for<Arrival>(3));
  for (const Arrival& arrival : run.all<Arrival>()) {
    EXPECT_EQ(test::value_of(arrival, config::metric::kTidalVolume), "450");
    EXPECT_EQ(test::value_of(arrival, config::metric::kInspiredOxygen), "21");
  }
}

TEST_F(ModbusSourceTest, AsksNothingAtTheOutstandingLimitAndGoesOnWhenDurable) {
  constexpr std::size_t kLimit = limits::kOutstandingArrivalsMax;
  SourceRun run(source_);
  ASSERT_TRUE(run.wait_for<Arrival>(kLimit));
  std::this_thread::sleep_for(milliseconds(500));
  EXPECT_EQ(run.all<Arrival>().size(), kLimit);
  source_.durable(2);
  ASSERT_TRUE(run.wait_for<Arrival>(kLimit + 2));
}

TEST_F(ModbusSourceTest, AnUnpluggedLineIsReported) {
  SourceRun run(source_);
  ASSERT_TRUE(run.wait_for<Arrival>(1));
  slave_.leave();
  line_.unplug();
  EXPECT_TRUE(test::poll_until(
      [&] {
        const auto reports = run.all<SourceReport>();
        return !reports.empty() && reports.back().state == SourceState::waiting;
      },
      seconds(10)));
}

TEST_F(ModbusSourceTest, AHeldPortNamesTheHolderAndIsTakenWhenFree) {
  test::OtherProcess other(line_, test::OtherProcess::Way::opens_and_locks);
  SourceRun run(source_);
  const SourceReport held = run.report(1);
  EXPECT_EQ(held.state, SourceState::held);
  EXPECT_EQ(held.what, other.held_by());
  other.end();
  EXPECT_TRUE(run.wait_for<Arrival>(1));
}

}  // namespace
}  // namespace vitalgate::bridge
