#include "firmware-bridge/serial/serial_source.h"

#include <poll.h>

#include <algorithm>
#include <iterator>
#include <utility>

#include "agent/core/check.h"

namespace vitalgate::bridge {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kTick{1000};  // alive() and counts, at least this often
constexpr milliseconds kSilence{1000};
constexpr milliseconds kRetryMin{200};
constexpr milliseconds kRetryMax{2000};
constexpr std::size_t kReplyBytesMax = 64;
constexpr std::string_view kUnplugged = "unplugged";

const DriverInfo& driver_named(std::string_view name) {
  const DriverInfo* info = find_serial_driver(name);
  VG_CHECK(info != nullptr);  // the loader accepts only names that are
  return *info;
}

// How long poll() may wait for `deadline`, in its milliseconds.
int wait_ms(Clock::time_point deadline) {
  const auto left = std::chrono::ceil<milliseconds>(deadline - Clock::now());
  return static_cast<int>(std::clamp(left, milliseconds(0), kTick).count());
}

SourceReport to_report(const Error& error) {
  const SourceState state = is_held(error)                 ? SourceState::held
                            : error.code == Errc::rejected ? SourceState::refused
                                                           : SourceState::waiting;
  return {state, error.what, error.hint};
}

// Readings beyond what one Arrival may hold go into further ones.
std::vector<Arrival> split(Arrival arrival) {
  std::vector<Arrival> parts;
  std::vector<Reading> readings = std::exchange(arrival.readings, {});
  auto from = readings.begin();
  do {
    const auto rest = static_cast<std::size_t>(readings.end() - from);
    const auto to =
        from + static_cast<std::ptrdiff_t>(std::min(rest, limits::kReadingsPerArrivalMax));
    parts.push_back(arrival);
    parts.back().readings.assign(std::move_iterator(from), std::move_iterator(to));
    from = to;
  } while (from != readings.end());
  return parts;
}

}  // namespace

SerialSource::SerialSource(std::size_t index, const config::DeviceSettings& device,
                           std::span<const config::ColumnSettings> columns)
    : index_(index),
      device_(device.id),
      path_(device.port),
      info_(driver_named(device.driver)),
      baud_(device.baud != 0 ? device.baud : info_.baud),
      parity_(device.parity != config::Parity::driver ? device.parity : info_.parity),
      driver_(make_driver(device, columns)),
      backoff_(kRetryMin, kRetryMax, std::hash<std::string>{}(device.id)),
      reports_(index) {}

void SerialSource::run(std::stop_token stop, const Emit& emit, const std::function<void()>& alive) {
  const std::stop_callback wake(stop, [this] { bell_.ring(); });
  while (!stop.stop_requested()) {
    alive();
    if (!step(emit)) break;
  }
  port_.reset();
}

bool SerialSource::step(const Emit& emit) {
  if (!hand_over(emit) || !reports_.counts(emit, driver_->counts())) return false;
  if (!port_ && Clock::now() >= open_at_ && !open_port(emit)) return false;
  if (!port_) {
    sleep_until(open_at_);
    return true;
  }
  if (exchange()) return true;
  return close_port(emit);
}

bool SerialSource::open_port(const Emit& emit) {
  auto port = Port::open(path_, baud_, parity_);
  if (!port) {
    open_at_ = Clock::now() + backoff_.next();
    SourceReport failure = to_report(port.error());
    // That the port of an unplugged device is not there is no news.
    if (failure.state == SourceState::waiting && reports_.says(kUnplugged)) return true;
    return reports_.state(emit, std::move(failure));
  }
  port_ = std::move(*port);
  heard_at_ = tick_at_ = Clock::now();
  return reports_.state(
      emit, {SourceState::connected, "open: " + path_ + " at " + line_text(baud_, parity_), {}});
}

bool SerialSource::close_port(const Emit& emit) {
  port_.reset();
  driver_->reset();
  // An answer that comes by the next connection would be taken for the answer to something else.
  reply_.clear();
  forget_owed();
  open_at_ = Clock::now() + backoff_.next();
  return reports_.state(
      emit, {SourceState::waiting, std::string(kUnplugged), "plug the device in again"});
}

bool SerialSource::full() const {
  return last_ticket_ - bell_.durable() >= limits::kOutstandingArrivalsMax;
}

bool SerialSource::hand_over(const Emit& emit) {
  while (!waiting_.empty() && !full()) {
    auto [arrival, acknowledge] = std::move(waiting_.front());
    waiting_.pop_front();
    arrival.ticket = ++last_ticket_;
    if (acknowledge) owe(arrival);
    if (!emit({index_, std::move(arrival)})) return false;
  }
  return true;
}

void SerialSource::owe(const Arrival& arrival) {
  // A record that is sent again before we answered gets one answer: a second would be taken for
  // the answer to the record behind it.
  if (!owed_.empty() && owed_.back().record == arrival.bytes) owed_.pop_back();
  owed_.push_back({arrival.ticket, arrival.bytes});
}

void SerialSource::forget_owed() {
  owed_.clear();
  for (Waiting& waiting : waiting_) waiting.acknowledge = false;
}

Result<> SerialSource::exchange() {
  tick();
  VG_TRY(answer_device());
  short events = full() ? 0 : POLLIN;
  if (!reply_.empty()) events |= POLLOUT;
  // A line that is not read is not asked either: poll() always tells of a hang-up, and would not
  // wait while what came before it cannot be taken.
  pollfd watched[] = {{bell_.fd(), POLLIN, 0}, {events != 0 ? port_->fd() : -1, events, 0}};
  if (::poll(watched, 2, wait_ms(tick_at_)) < 0) return {};  // a signal
  if ((watched[0].revents & POLLIN) != 0) bell_.take();

  const short seen = watched[1].revents;
  if ((seen & POLLIN) != 0 && (events & POLLIN) != 0) return read_port();
  if ((seen & (POLLHUP | POLLERR | POLLNVAL)) != 0)
    return Error{Errc::unavailable, std::string(kUnplugged), {}};
  if ((events & POLLIN) != 0 && Clock::now() - heard_at_ >= kSilence) {
    heard_at_ = Clock::now();
    if (!port_->still_there()) return Error{Errc::unavailable, std::string(kUnplugged), {}};
  }
  return {};
}

Result<> SerialSource::read_port() {
  const std::size_t count = VG_TRY(port_->read(buffer_));
  const Stamp received = Stamp::now();
  if (count == 0) return {};
  heard_at_ = Clock::now();
  backoff_.reset();
  std::vector<Arrival> arrivals;
  driver_->feed(std::span(buffer_).first(count), received, arrivals);
  queue(std::move(arrivals));
  take_reply();
  return answer_device();
}

void SerialSource::queue(std::vector<Arrival> arrivals) {
  const auto awaited = driver_->take_awaited();
  if (awaited) forget_owed();
  const bool asks = !driver_->acknowledgement().empty();
  std::size_t left = arrivals.size();
  for (Arrival& whole : arrivals) {
    whole.device = device_;
    for (Arrival& part : split(std::move(whole))) waiting_.push_back({std::move(part), false});
    waiting_.back().acknowledge = asks && left-- <= awaited.value_or(arrivals.size());
  }
}

void SerialSource::take_reply() {
  for (const std::byte byte : driver_->take_reply())
    if (reply_.size() < kReplyBytesMax) reply_.push_back(byte);
}

void SerialSource::tick() {
  const auto now = Clock::now();
  if (now < tick_at_) return;
  tick_at_ = now + kTick;
  driver_->tick();
  take_reply();
}

Result<> SerialSource::answer_device() {
  for (; !owed_.empty() && owed_.front().ticket <= bell_.durable(); owed_.pop_front()) {
    const auto bytes = driver_->acknowledgement();
    if (reply_.size() + bytes.size() <= kReplyBytesMax)
      reply_.insert(reply_.end(), bytes.begin(), bytes.end());
  }
  if (reply_.empty()) return {};
  const std::size_t written = VG_TRY(port_->write(reply_));
  reply_.erase(reply_.begin(), reply_.begin() + static_cast<std::ptrdiff_t>(written));
  return {};
}

// Until `deadline`, a second at most, or a ring.
void SerialSource::sleep_until(Clock::time_point deadline) const {
  pollfd bell{bell_.fd(), POLLIN, 0};
  if (::poll(&bell, 1, wait_ms(deadline)) > 0) bell_.take();
}

}  // namespace vitalgate::bridge
