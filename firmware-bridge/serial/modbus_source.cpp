#include "firmware-bridge/serial/modbus_source.h"

#include <poll.h>

#include <algorithm>
#include <utility>

#include "agent/core/check.h"
#include "agent/core/limits.h"
#include "config/catalogue.h"
#include "firmware-bridge/serial/modbus_value.h"

namespace vitalgate::bridge {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kTick{1000};  // alive() and counts, at least this often
constexpr milliseconds kRetryMin{1000};
constexpr milliseconds kRetryMax{30'000};
// What comes later than this after its time is over would be taken for another answer.
constexpr milliseconds kLateMax{1000};
constexpr std::uint32_t kUsualBaud = 9600;
// A device that answers is allowed to miss a round before it is called silent.
constexpr unsigned kSilentRounds = 2;

std::vector<config::RegisterSettings> only_of(std::vector<config::RegisterSettings> registers,
                                              const std::string& device) {
  std::erase_if(registers, [&](const auto& one) { return one.device != device; });
  return registers;
}

SourceReport to_report(const Error& error) {
  const SourceState state = is_held(error)                 ? SourceState::held
                            : error.code == Errc::rejected ? SourceState::refused
                                                           : SourceState::waiting;
  return {state, error.what, error.hint};
}

// "holding registers 107-109"
std::string text_of(const RegisterBlock& block) {
  std::string text = block.kind == config::RegisterKind::holding ? "holding" : "input";
  text.append(" registers ").append(std::to_string(block.address)).append("-");
  return text.append(std::to_string(block.address + block.count - 1));
}

Reading empty_reading(const config::RegisterSettings& settings) {
  const config::Metric* metric = config::find(settings.metric, settings.unit);
  VG_CHECK(metric != nullptr);  // the loader accepts only those that are
  Reading reading;
  reading.metric = metric->id;
  reading.unit = metric->unit;
  reading.group = 1;
  return reading;
}

std::span<const std::uint16_t> words_of(const config::RegisterSettings& settings,
                                        const RegisterBlock& block, const ModbusAnswer& answer) {
  return std::span(answer.registers)
      .subspan(static_cast<std::size_t>(settings.address - block.address),
               register_count(settings.type));
}

// The words as they were on the line.
void append_raw(std::span<const std::uint16_t> words, Reading& reading, Arrival& arrival) {
  reading.raw = {static_cast<std::uint16_t>(arrival.bytes.size()),
                 static_cast<std::uint16_t>(words.size() * 2)};
  for (const std::uint16_t word : words) {
    arrival.bytes.push_back(static_cast<std::byte>(word >> 8));
    arrival.bytes.push_back(static_cast<std::byte>(word & 0xFF));
  }
}

}  // namespace

ModbusSource::ModbusSource(std::size_t index, const config::DeviceSettings& device,
                           std::vector<config::RegisterSettings> registers)
    : device_(device),
      parity_(device.parity == config::Parity::driver ? config::Parity::even : device.parity),
      baud_(device.baud != 0 ? device.baud : kUsualBaud),
      registers_(only_of(std::move(registers), device.id)),
      index_(index),
      blocks_(register_blocks(registers_, ModbusLine::registers_max(baud_))),
      reports_(index),
      backoff_(kRetryMin, kRetryMax, std::hash<std::string>{}(device.id)) {}

void ModbusSource::run(std::stop_token stop, const Emit& emit, const std::function<void()>& alive) {
  const std::stop_callback wake(stop, [this] { bell_.ring(); });
  while (!stop.stop_requested()) {
    alive();
    if (!step(emit, stop, alive)) break;
  }
  line_.reset();
}

bool ModbusSource::step(const Emit& emit, const std::stop_token& stop,
                        const std::function<void()>& alive) {
  if (!reports_.counts(emit, counts_)) return false;
  if (Clock::now() < next_at_ || full()) {
    wait_until(full() ? Clock::now() + kTick : next_at_);
    return true;
  }
  if (!line_) return open_line(emit);
  next_at_ = std::max(next_at_ + device_.poll_every, Clock::now());
  Round round = ask(stop, alive);
  if (stop.stop_requested()) return false;
  return finish(emit, std::move(round));
}

bool ModbusSource::open_line(const Emit& emit) {
  auto line = ModbusLine::open(device_.port, baud_, parity_, device_.unit);
  if (!line) {
    next_at_ = Clock::now() + backoff_.next();
    return reports_.state(emit, to_report(line.error()));
  }
  line_ = std::move(*line);
  heard_ = false;
  silent_rounds_ = 0;
  next_at_ = Clock::now();
  return true;
}

bool ModbusSource::full() const {
  return last_ticket_ - bell_.durable() >= limits::kOutstandingArrivalsMax;
}

ModbusSource::Round ModbusSource::ask(const std::stop_token& stop,
                                      const std::function<void()>& alive) {
  Round round;
  for (const RegisterBlock& block : blocks_) {
    if (stop.stop_requested()) break;
    alive();
    ModbusAnswer answer;
    // After a silence nothing more is asked in this round: the answer may only be late, and would
    // be taken for the answer to the next request.
    if (round.failure.fault == ModbusFault::none) {
      answer = line_->read(block.kind, block.address, block.count);
      ++(answer.fault == ModbusFault::none ? counts_.frames : counts_.bad_frames);
    } else {
      answer.fault = round.failure.fault;
    }
    if (answer.fault == ModbusFault::refused)
      round.refused = std::string(answer.what).append(": ").append(text_of(block));
    else if (answer.fault != ModbusFault::none && round.failure.fault == ModbusFault::none)
      round.failure = {answer.fault, text_of(block), {}};
    round.answered |= answer.fault == ModbusFault::none || answer.fault == ModbusFault::refused;
    append(block, answer, round);
  }
  return round;
}

void ModbusSource::append(const RegisterBlock& block, const ModbusAnswer& answer,
                          Round& round) const {
  const Stamp received = Stamp::now();
  for (const std::size_t position : block.values) {
    const config::RegisterSettings& settings = registers_[position];
    Reading reading = empty_reading(settings);
    if (round.arrivals.empty() ||
        round.arrivals.back().readings.size() == limits::kReadingsPerArrivalMax)
      round.arrivals.emplace_back().device = device_.id;
    Arrival& arrival = round.arrivals.back();
    arrival.received = received;
    if (answer.fault == ModbusFault::none) {
      const auto words = words_of(settings, block, answer);
      reading.value = register_value(settings, words);
      append_raw(words, reading, arrival);
    }
    arrival.readings.push_back(std::move(reading));
  }
}

bool ModbusSource::finish(const Emit& emit, Round round) {
  if (round.failure.fault == ModbusFault::none) {
    silent_rounds_ = 0;
    backoff_.reset();
  } else if (!tell_failure(emit, round.failure)) {
    return false;
  }
  if (!round.answered) return true;
  for (Arrival& arrival : round.arrivals) {
    arrival.ticket = ++last_ticket_;
    if (!emit({index_, std::move(arrival)})) return false;
  }
  if (round.failure.fault != ModbusFault::none) return true;
  heard_ = true;
  const std::string unit = std::to_string(device_.unit);
  if (!round.refused.empty())
    return reports_.state(
        emit, {SourceState::refused,
               std::string("unit ").append(unit).append(" refuses: ").append(round.refused),
               "compare the registers with the manual of the device, and whether "
               "it counts them from 0 or from 1"});
  return reports_.state(emit, {SourceState::connected,
                               std::string("unit ")
                                   .append(unit)
                                   .append(" answers on ")
                                   .append(device_.port)
                                   .append(" at ")
                                   .append(line_text(baud_, parity_)),
                               {}});
}

bool ModbusSource::tell_failure(const Emit& emit, const ModbusAnswer& failure) {
  next_at_ = std::max(next_at_, Clock::now() + kLateMax + backoff_.next());
  if (failure.fault == ModbusFault::unplugged || !line_->still_there()) {
    line_.reset();
    return reports_.state(emit, {SourceState::waiting, "unplugged", "plug the device in again"});
  }
  if (++silent_rounds_ < kSilentRounds && heard_) return true;
  const std::string line = line_text(baud_, parity_);
  if (failure.fault == ModbusFault::damaged)
    return reports_.state(emit, {SourceState::waiting, "the answers come damaged: " + failure.what,
                                 "check the wiring and its termination, that no other device has "
                                 "this unit address, and that the device speaks " +
                                     line});
  return reports_.state(
      emit, {SourceState::waiting, "the device answers nothing: " + failure.what,
             std::string("check the unit address (device.unit = ")
                 .append(std::to_string(device_.unit))
                 .append("), that the device speaks ")
                 .append(line)
                 .append(" (device.baud, device.parity), and that A and B are not swapped")});
}

// Until `deadline`, a second at most, or a ring.
void ModbusSource::wait_until(Clock::time_point deadline) const {
  pollfd bell{bell_.fd(), POLLIN, 0};
  const auto left = std::chrono::ceil<milliseconds>(deadline - Clock::now());
  const auto wait = std::clamp(left, milliseconds(0), kTick);
  if (::poll(&bell, 1, static_cast<int>(wait.count())) > 0) bell_.take();
}

}  // namespace vitalgate::bridge
