#include "firmware-bridge/bridge/bridge_source.h"

#include <poll.h>
#include <sys/random.h>

#include <algorithm>
#include <utility>

#include "agent/core/check.h"

namespace vitalgate::bridge {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kTick{1000};  // alive() and counts, at least this often
constexpr milliseconds kSilence{1000};
constexpr milliseconds kPatience{2000};  // for a bridge to answer, before it is said to be silent
constexpr milliseconds kRetryMin{200};
constexpr milliseconds kRetryMax{2000};
constexpr std::uint32_t kUsualBaud = 921'600;
constexpr std::size_t kWriteBytesMax = 1024;
constexpr std::string_view kUnplugged = "unplugged";

using wire::Receiver;

std::uint64_t random_number() {
  std::uint64_t number = 0;
  VG_CHECK(::getrandom(&number, sizeof number, 0) == sizeof number);
  return number;
}

wire::Mark to_wire(const std::optional<SourceMark>& mark) {
  return mark ? wire::Mark{mark->stream, mark->position} : wire::Mark{};
}

std::uint64_t ms_of(Stamp stamp) {
  return static_cast<std::uint64_t>(std::chrono::floor<milliseconds>(stamp.boot).count());
}

// What a bridge calls itself: printable and short.
std::string words(wire::Bytes text) {
  std::string out;
  for (std::size_t i = 0; i < std::min(text.size, wire::kNameMax); ++i) {
    const char letter = static_cast<char>(text.data[i]);
    out.push_back(letter >= ' ' && letter <= '~' ? letter : '?');
  }
  return out;
}

std::vector<config::SensorSettings> only_of(std::vector<config::SensorSettings> sensors,
                                            const std::string& device) {
  std::erase_if(sensors, [&](const auto& one) { return one.device != device; });
  return sensors;
}

SourceReport to_report(const Error& error) {
  const SourceState state = is_held(error)                 ? SourceState::held
                            : error.code == Errc::rejected ? SourceState::refused
                                                           : SourceState::waiting;
  return {state, error.what, error.hint};
}

}  // namespace

BridgeSource::BridgeSource(std::size_t index, const config::DeviceSettings& device,
                           std::vector<config::SensorSettings> sensors,
                           std::optional<SourceMark> resume)
    : index_(index),
      device_(device.id),
      path_(device.port),
      baud_(device.baud != 0 ? device.baud : kUsualBaud),
      parity_(device.parity != config::Parity::driver ? device.parity : config::Parity::none),
      sensors_(only_of(std::move(sensors), device.id)),
      reports_(index),
      backoff_(kRetryMin, kRetryMax, std::hash<std::string>{}(device.id)),
      receiver_(static_cast<std::uint32_t>(random_number()), random_number(), to_wire(resume),
                limits::kBridgeOutstandingMax) {}

void BridgeSource::run(std::stop_token stop, const Emit& emit, const std::function<void()>& alive) {
  const std::stop_callback wake(stop, [this] { bell_.ring(); });
  while (!stop.stop_requested()) {
    alive();
    if (!step(emit)) break;
  }
  port_.reset();
}

bool BridgeSource::step(const Emit& emit) {
  confirm();
  if (!hand_over(emit)) return false;
  const SourceCounts counts{deframer_.good(), deframer_.bad(), deframer_.skipped_bytes()};
  if (!reports_.counts(emit, counts)) return false;
  if (!port_ && Clock::now() >= open_at_ && !open_port(emit)) return false;
  if (!port_) {
    pollfd bell{bell_.fd(), POLLIN, 0};
    const auto left = std::chrono::ceil<milliseconds>(open_at_ - Clock::now());
    const auto wait = std::clamp(left, milliseconds(0), kTick);
    if (::poll(&bell, 1, static_cast<int>(wait.count())) > 0) bell_.take();
    return true;
  }
  if (exchange()) return report_link(emit);
  return close_port(emit);
}

bool BridgeSource::open_port(const Emit& emit) {
  auto port = Port::open(path_, baud_, parity_);
  if (!port) {
    open_at_ = Clock::now() + backoff_.next();
    return reports_.state(emit, to_report(port.error()));
  }
  port_ = std::move(*port);
  heard_at_ = linked_at_ = Clock::now();
  return true;
}

bool BridgeSource::close_port(const Emit& emit) {
  port_.reset();
  deframer_.reset();
  receiver_.restart();
  to_write_.clear();
  name_.clear();
  open_at_ = Clock::now() + backoff_.next();
  return reports_.state(
      emit, {SourceState::waiting, std::string(kUnplugged), "plug the device in again"});
}

bool BridgeSource::hand_over(const Emit& emit) {
  for (; !waiting_.empty(); waiting_.pop_front())
    if (!emit({index_, std::move(waiting_.front())})) return false;
  return true;
}

bool BridgeSource::report_link(const Emit& emit) {
  std::string what = "open: " + path_ + " at " + line_text(baud_, parity_);
  switch (receiver_.link()) {
    case Receiver::Link::asking:
      if (Clock::now() - linked_at_ < kPatience) return true;
      return reports_.state(emit, {SourceState::connected, what.append("; no bridge answers"),
                                   "check that it runs firmware that speaks docs/wire.md at this "
                                   "rate (device.baud)"});
    case Receiver::Link::open:
      linked_at_ = Clock::now();
      if (!name_.empty()) what.append("; ").append(name_);
      if (!notice_.empty()) what.append("; ").append(notice_);
      return reports_.state(emit, {SourceState::connected, std::move(what), {}});
    case Receiver::Link::refused_version:
      return reports_.state(emit, {SourceState::refused, "the bridge speaks another version",
                                   "install bridge firmware with wire version 1"});
    case Receiver::Link::refused_numbers:
      return reports_.state(
          emit, {SourceState::refused, "the bridge gives out record numbers a second time",
                 "its firmware must draw a new stream id when it loses its memory (docs/wire.md)"});
  }
  return true;
}

void BridgeSource::confirm() {
  std::optional<wire::Mark> last;
  for (; !outstanding_.empty() && outstanding_.front().ticket <= bell_.durable();
       outstanding_.pop_front())
    last = outstanding_.front().mark;
  if (last) receiver_.confirm(*last);
}

Result<> BridgeSource::exchange() {
  VG_TRY(write_port());
  const std::uint64_t now = ms_of(Stamp::now());
  // What is to be said next waits for a line that takes nothing.
  const std::uint64_t due =
      to_write_.size() < kWriteBytesMax ? receiver_.due(now) : now + kTick.count();
  const auto wait = due <= now ? 0 : std::min<std::uint64_t>(due - now, kTick.count());
  const short events = to_write_.empty() ? POLLIN : POLLIN | POLLOUT;
  pollfd watched[] = {{bell_.fd(), POLLIN, 0}, {port_->fd(), events, 0}};
  if (::poll(watched, 2, static_cast<int>(wait)) < 0) return {};  // a signal
  if ((watched[0].revents & POLLIN) != 0) bell_.take();
  if ((watched[1].revents & POLLIN) != 0) return read_port();
  if ((watched[1].revents & (POLLHUP | POLLERR | POLLNVAL)) != 0)
    return Error{Errc::unavailable, std::string(kUnplugged), {}};
  if (Clock::now() - heard_at_ >= kSilence) {
    heard_at_ = Clock::now();
    if (!port_->still_there()) return Error{Errc::unavailable, std::string(kUnplugged), {}};
  }
  return {};
}

Result<> BridgeSource::read_port() {
  const std::size_t count = VG_TRY(port_->read(buffer_));
  const Stamp received = Stamp::now();
  if (count == 0) return {};
  heard_at_ = Clock::now();
  backoff_.reset();
  deframer_.feed({reinterpret_cast<const std::uint8_t*>(buffer_.data()), count},
                 [&](wire::Bytes body) { on_body(body, received); });
  return write_port();
}

Result<> BridgeSource::write_port() {
  std::uint8_t frame[wire::kFrameMax];
  while (to_write_.size() < kWriteBytesMax) {
    const Stamp now = Stamp::now();
    const auto utc = is_plausible(now.wall) ? now.wall.time_since_epoch().count() : 0;
    const std::size_t size = receiver_.next(ms_of(now), static_cast<std::uint64_t>(utc), frame);
    if (size == 0) break;
    const auto bytes = std::as_bytes(std::span(frame, size));
    to_write_.insert(to_write_.end(), bytes.begin(), bytes.end());
  }
  if (to_write_.empty()) return {};
  const std::size_t written = VG_TRY(port_->write(to_write_));
  to_write_.erase(to_write_.begin(), to_write_.begin() + static_cast<std::ptrdiff_t>(written));
  return {};
}

void BridgeSource::on_body(wire::Bytes body, Stamp received) {
  if (wire::BridgeHello hello; wire::from_body(body, hello)) {
    name_ = words(hello.name).append(", ").append(words(hello.firmware));
  } else if (wire::Log log; wire::from_body(body, log) && log.level <= 1) {
    // Not in its own words: nobody can promise what they hold, and status is copied into tickets.
    notice_ = log.level == 0 ? "it reports an error" : "it gives a warning";
  }
  receiver_.receive(body, ms_of(received));
  take_deliveries(received);
}

void BridgeSource::take_deliveries(Stamp received) {
  const wire::Origin origin{device_, sensors_, contexts_};
  Receiver::Delivery each;
  while (receiver_.take(each)) {
    switch (each.what) {
      case Receiver::What::record:
        queue(to_arrival(each.record, origin, received, measured(each.record, received)),
              each.record.sequence);
        break;
      case Receiver::What::lost:
        queue(lost_arrival(each.first, each.last, origin, received), each.last);
        break;
      case Receiver::What::stream:
        if (each.before.stream != 0)
          notice_ = "it lost its memory: what it held behind record " +
                    std::to_string(each.before.position) + " of its old numbering is not known";
        break;
    }
  }
}

void BridgeSource::queue(Arrival arrival, std::uint64_t position) {
  const std::uint64_t stream = receiver_.stored().stream;
  arrival.ticket = ++last_ticket_;
  arrival.mark = SourceMark{0, stream, position};
  outstanding_.push_back({arrival.ticket, {stream, position}});
  waiting_.push_back(std::move(arrival));
}

std::optional<WallTime> BridgeSource::measured(const wire::Record& record, Stamp received) const {
  std::uint64_t at = 0;
  if (!receiver_.place(record.boot, record.tick, at)) return std::nullopt;
  const auto age = static_cast<std::int64_t>(ms_of(received) - at);
  return received.wall - milliseconds(std::max<std::int64_t>(age, 0));
}

}  // namespace vitalgate::bridge
