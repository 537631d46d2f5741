#include "tests/clinic/clinic.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>
#include <utility>

#include "tests/clinic/ansarb.h"
#include "tests/clinic/dice.h"
#include "tests/clinic/nonin.h"
#include "tests/support/failure.h"

namespace vitalgate::clinic {
namespace {

constexpr auto kTick = std::chrono::milliseconds(4);

struct Kind {
  std::string_view driver;
  std::string_view name;
};
constexpr std::array kKinds{Kind{kIvy, "ivy"}, Kind{kNoninDf2, "spo2"}, Kind{kNoninDf8, "onyx"},
                            Kind{kNoninDf7, "xpod"}, Kind{kNoninAscii, "hand"}};

}  // namespace

struct Clinic::Bed {
  Bed(test::DeviceConfig config, std::unique_ptr<Monitor> speaker)
      : device(std::move(config)), monitor(std::move(speaker)), line(device.port) {
    upcoming = monitor->next();
  }

  test::DeviceConfig device;
  std::unique_ptr<Monitor> monitor;
  std::optional<Frame> upcoming;
  test::PseudoTerminal line;
};

std::unique_ptr<Monitor> make_monitor(std::string_view kind, std::uint64_t seed, Script script) {
  if (kind == kIvy) return make_ivy(seed, script);
  if (kind == kNoninDf2) return make_nonin_frames(FrameFormat::df2, seed, script);
  if (kind == kNoninDf7) return make_nonin_frames(FrameFormat::df7, seed, script);
  if (kind == kNoninDf8) return make_nonin_df8(seed, script);
  if (kind == kNoninAscii) return make_nonin_ascii(seed, script);
  throw test::Failure("no simulated monitor speaks " + std::string(kind), "");
}

std::vector<test::DeviceConfig> devices_of(const ClinicOptions& options) {
  std::vector<test::DeviceConfig> devices;
  const auto add = [&](const std::string& name, std::string_view driver) {
    test::DeviceConfig device;
    device.id = name;
    device.driver = driver;
    device.port = std::filesystem::absolute(options.directory) / name;
    devices.push_back(std::move(device));
  };
  for (unsigned at = 0; at < options.monitors; ++at) {
    const Kind& kind = kKinds[at % kKinds.size()];
    add(std::string(kind.name) + "-room" + std::to_string(at + 1), kind.driver);
  }
  for (std::size_t at = 0; at < options.recordings.size(); ++at) {
    add("recording" + std::to_string(at + 1), driver_of(options.recordings[at]));
  }
  return devices;
}

Clinic::Clinic(const ClinicOptions& options) : options_(options) {
  std::filesystem::create_directories(options_.directory);
  Dice seeds(options_.seed);
  for (const test::DeviceConfig& device : devices()) {
    const std::size_t at = beds_.size();
    beds_.push_back(std::make_unique<Bed>(
        device, at < options_.monitors
                    ? make_monitor(device.driver, seeds.next(), options_.script)
                    : replay(options_.recordings[at - options_.monitors], options_.replay)));
  }
}

Clinic::~Clinic() { stop(); }

void Clinic::start() {
  thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
}

void Clinic::stop() {
  if (!thread_.joinable()) return;
  thread_.request_stop();
  thread_.join();
}

void Clinic::run(const std::stop_token& stop) {
  const auto began = Clock::now();
  while (!stop.stop_requested()) {
    const std::chrono::duration<double> real = Clock::now() - began;
    const auto now = std::chrono::duration_cast<Micros>(real * options_.speed);
    for (const auto& bed : beds_) {
      bed->line.tend();
      while (bed->upcoming && bed->upcoming->due <= now) {
        bed->line.write(bed->upcoming->bytes);
        bed->upcoming = bed->monitor->next();
      }
    }
    std::unique_lock lock(mutex_);
    stopped_.wait_for(lock, stop, kTick, [] { return false; });
  }
}

test::PseudoTerminal& Clinic::line(const std::string& device) {
  const auto bed = std::find_if(beds_.begin(), beds_.end(),
                                [&](const auto& each) { return each->device.id == device; });
  if (bed == beds_.end()) throw test::Failure("the clinic has no device " + device, "");
  return (*bed)->line;
}

test::PseudoTerminal::Counts Clinic::counts() const {
  test::PseudoTerminal::Counts sum;
  for (const auto& bed : beds_) {
    const auto counts = bed->line.counts();
    sum.sent += counts.sent;
    sum.unheard += counts.unheard;
    sum.discarded += counts.discarded;
  }
  return sum;
}

}  // namespace vitalgate::clinic
