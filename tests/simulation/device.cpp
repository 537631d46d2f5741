#include "tests/simulation/device.h"

#include "agent/core/limits.h"
#include "config/catalogue.h"

namespace vitalgate::simulation {
namespace {

constexpr std::uint64_t kSalt = 0x64657669636573;
constexpr std::uint64_t kNumbering = 7;
constexpr std::uint32_t kTextEvery = 16;
constexpr std::int64_t kImpossible = 9999;  // of a heart rate
// A monitor has little memory: when nobody takes its values the newest are not kept.
constexpr std::size_t kForgetfulKeepsMax = 8;

}  // namespace

Device::Device(Stage& stage, Ledger& ledger, const Scenario& scenario, std::size_t number)
    : stage_(stage),
      ledger_(ledger),
      id_(scenario.settings.devices.at(number).id),
      plan_(scenario.devices.at(number)),
      number_(number),
      dice_(scenario.seed * limits::kDevicesMax + number + kSalt) {}

void Device::begin() {
  measuring_ = true;
  measure_later();
}

void Device::measure_later() {
  const auto ms = static_cast<std::uint64_t>(plan_.pause.count());
  // Bouts: most follow each other closely, then there is a long pause.
  const auto pause = dice_.one_in(4) ? dice_.next() % (7 * ms) : dice_.next() % (ms / 6);
  stage_.after(std::chrono::milliseconds(pause + 1), [this] {
    if (!measuring_) return;
    measure();
    measure_later();
  });
}

void Device::measure() {
  if (plan_.manner == Manner::forgets &&
      (!running_ || kept_.size() >= outstanding_ + kForgetfulKeepsMax))
    return;
  const auto count = static_cast<std::uint32_t>(dice_.between(1, plan_.readings_max));
  kept_.push_back({.position = ++position_,
                   .first = last_number_ + 1,
                   .last = last_number_ + count,
                   .held = dice_.one_in(50)});
  last_number_ += count;
  hand_over();
}

void Device::hand_over() {
  if (!running_) return;
  while (outstanding_ < kept_.size() && outstanding_ < limits::kOutstandingArrivalsMax) {
    Record& record = kept_[outstanding_++];
    record.ticket = ++ticket_;
    stage_.post(bridge::SourceEvent{number_, arrival_of(record)});
  }
}

Arrival Device::arrival_of(const Record& record) const {
  Arrival arrival;
  arrival.device = id_;
  arrival.received = stage_.stamp();
  arrival.ticket = record.ticket;
  arrival.urgent_commit = plan_.manner == Manner::repeats;
  if (plan_.manner == Manner::resumes)
    arrival.mark = SourceMark{.slot = 0, .stream = kNumbering, .position = record.position};
  const auto group = static_cast<std::uint8_t>(record.last - record.first == 2 ? 1 : 0);
  const auto add = [&](MetricId metric, UnitId unit, Value value) {
    arrival.readings.push_back({.metric = metric,
                                .unit = unit,
                                .value = std::move(value),
                                .flags = {},
                                .group = group,
                                .raw = {},
                                .device_time = {}});
  };
  for (std::uint32_t number = record.first; number <= record.last; ++number)
    add(config::metric::kObservation, config::unit::kOne,
        number % kTextEvery == 0
            ? Value(std::to_string(number) + std::string(" ") + std::string(number % 200, 'x'))
            : Value(Decimal::of(number)));
  if (record.held)
    add(config::metric::kHeartRateEcg, config::unit::kPerMinute, Decimal::of(kImpossible));
  return arrival;
}

void Device::start(const std::vector<SourceMark>& marks) {
  const std::uint64_t durable = marks.empty() ? 0 : marks.front().position;
  if (plan_.manner == Manner::resumes)
    while (!kept_.empty() && kept_.front().position <= durable) forget_front();
  running_ = true;
  hand_over();
}

void Device::stop() {
  running_ = false;
  if (plan_.manner == Manner::forgets)
    kept_.erase(kept_.begin(), kept_.begin() + static_cast<std::ptrdiff_t>(outstanding_));
  outstanding_ = 0;
  for (Record& record : kept_) record.ticket = 0;
}

void Device::told(std::uint64_t ticket) {
  while (!kept_.empty() && kept_.front().ticket != 0 && kept_.front().ticket <= ticket) {
    forget_front();
    --outstanding_;
  }
  hand_over();
}

// From here on the gateway alone has it.
void Device::forget_front() {
  const Record record = kept_.front();
  kept_.pop_front();
  ledger_.promise(number_, record.first, record.last);
  ledger_.promise_held(record.held ? 1 : 0);
}

}  // namespace vitalgate::simulation
