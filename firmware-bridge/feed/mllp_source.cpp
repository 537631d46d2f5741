#include "firmware-bridge/feed/mllp_source.h"

#include <netinet/in.h>
#include <netinet/tcp.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "agent/core/limits.h"
#include "firmware-bridge/feed/hl7_intake.h"

namespace vitalgate::bridge {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr milliseconds kTick{1000};  // alive() and counts, at least this often
constexpr milliseconds kRetryMin{200};
constexpr milliseconds kRetryMax{2000};
constexpr seconds kLookEvery{5};    // whether the interface still has these addresses
constexpr seconds kMayReplace{60};  // a connection that is silent this long gives way to a new one

SourceReport to_report(const Error& error) {
  const SourceState state = is_port_taken(error)           ? SourceState::held
                            : error.code == Errc::rejected ? SourceState::refused
                                                           : SourceState::waiting;
  return {state, error.what, error.hint};
}

// A device that lost its power says nothing: without this its connection would stay for long.
void keep_alive(int fd) {
  const int on = 1, idle_s = 60, every_s = 15, tries = 4;
  ::setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
  ::setsockopt(fd, IPPROTO_TCP, TCP_KEEPIDLE, &idle_s, sizeof idle_s);
  ::setsockopt(fd, IPPROTO_TCP, TCP_KEEPINTVL, &every_s, sizeof every_s);
  ::setsockopt(fd, IPPROTO_TCP, TCP_KEEPCNT, &tries, sizeof tries);
}

void add(SourceCounts& sum, const SourceCounts& counts) {
  sum.frames += counts.frames;
  sum.bad_frames += counts.bad_frames;
  sum.skipped_bytes += counts.skipped_bytes;
}

}  // namespace

MllpSource::MllpSource(std::size_t index, const config::DeviceSettings& device,
                       std::span<const SourceMark> marks)
    : index_(index),
      device_(device.id),
      listen_(device.listen),
      id_prefix_(std::to_string(wall_now().time_since_epoch().count()).append("-")),
      reports_(index),
      backoff_(kRetryMin, kRetryMax, std::hash<std::string>{}(device.id)),
      taken_(marks) {}

void MllpSource::run(std::stop_token stop, const Emit& emit, const std::function<void()>& alive) {
  const std::stop_callback wake(stop, [this] { bell_.ring(); });
  while (!stop.stop_requested()) {
    alive();
    if (!step(emit)) break;
  }
  clients_.clear();
  listener_.reset();
}

bool MllpSource::step(const Emit& emit) {
  if (!reports_.counts(emit, counts())) return false;
  if (Clock::now() >= tend_at_ && !tend_listener(emit)) return false;
  exchange();
  if (!hand_over(emit)) return false;
  while (take_messages())
    if (!hand_over(emit)) return false;
  for (auto client = clients_.begin(); client != clients_.end();)
    client =
        client->send(bell_.durable()) && !client->is_over() ? std::next(client) : close(client);
  return true;
}

bool MllpSource::tend_listener(const Emit& emit) {
  auto addresses = listen_addresses(listen_);
  if (addresses && listener_ && listener_->addresses() == *addresses) {
    tend_at_ = Clock::now() + kLookEvery;
    return true;
  }
  listener_.reset();
  auto opened = addresses ? Listener::open(listen_, std::move(*addresses))
                          : Result<Listener>(addresses.error());
  if (!opened) {
    tend_at_ = Clock::now() + backoff_.next();
    return reports_.state(emit, to_report(opened.error()));
  }
  listener_ = std::move(*opened);
  backoff_.reset();
  tend_at_ = Clock::now() + kLookEvery;
  return reports_.state(emit, {SourceState::connected, "listening on " + listen_, {}});
}

bool MllpSource::full() const {
  return last_ticket_ - bell_.durable() >= limits::kOutstandingArrivalsMax;
}

bool MllpSource::hand_over(const Emit& emit) {
  while (!waiting_.empty() && !full()) {
    Arrival arrival = std::move(waiting_.front());
    waiting_.pop_front();
    arrival.ticket = ++last_ticket_;
    if (!emit({index_, std::move(arrival)})) return false;
  }
  return true;
}

SourceCounts MllpSource::counts() const {
  SourceCounts sum = closed_;
  sum.bad_frames += broken_messages_;
  for (const MllpClient& client : clients_) add(sum, client.counts(false));
  return sum;
}

void MllpSource::exchange() {
  const bool reads = waiting_.empty() && !full();
  const bool accepts = listener_ && Clock::now() >= accept_at_;
  watched_.assign(1, {bell_.fd(), POLLIN, 0});
  const std::size_t listeners = accepts ? listener_->size() : 0;
  for (std::size_t i = 0; i < listeners; ++i) watched_.push_back({listener_->fd(i), POLLIN, 0});
  for (const MllpClient& client : clients_) {
    const short events = static_cast<short>(client.events() & (reads ? POLLIN | POLLOUT : POLLOUT));
    // Who is not asked is not watched: poll() always tells of a hang-up, and would not wait.
    watched_.push_back({events != 0 ? client.fd() : -1, events, 0});
  }
  const bool more =
      reads && std::any_of(clients_.begin(), clients_.end(),
                           [](const MllpClient& client) { return client.has_next(); });
  const auto left = std::chrono::ceil<milliseconds>(tend_at_ - Clock::now());
  const auto wait = more ? milliseconds(0) : std::clamp(left, milliseconds(0), kTick);
  if (::poll(watched_.data(), watched_.size(), static_cast<int>(wait.count())) < 0) return;

  if ((watched_[0].revents & POLLIN) != 0) bell_.take();
  auto seen = watched_.begin() + 1 + static_cast<std::ptrdiff_t>(listeners);
  for (auto client = clients_.begin(); client != clients_.end(); ++seen)
    client = serve(*client, seen->revents) ? std::next(client) : close(client);
  for (std::size_t i = 1; i <= listeners; ++i)
    if ((watched_[i].revents & POLLIN) != 0) accept_from(watched_[i].fd);
}

bool MllpSource::serve(MllpClient& client, short seen) {
  if ((seen & POLLIN) != 0 && !client.receive()) return false;
  // Without POLLIN a hang-up cannot bring anything more.
  if ((seen & POLLIN) == 0 && (seen & (POLLERR | POLLHUP | POLLNVAL)) != 0) return false;
  return client.owes() || Clock::now() - client.heard_at() < limits::kFeedIdleMax;
}

void MllpSource::accept_from(int listener) {
  const int fd = ::accept4(listener, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
  if (fd < 0) {
    // Out of descriptors, say: the connection stays in the queue, and poll() would not wait.
    if (errno != EAGAIN && errno != EINTR) accept_at_ = Clock::now() + kTick;
    return;
  }
  Socket socket(fd);
  if (!make_room()) return;
  keep_alive(fd);
  clients_.emplace_back(std::move(socket));
}

// False when all connections are in use. A device that was switched off and on comes with a new
// one while its old one still seems to be there.
bool MllpSource::make_room() {
  if (clients_.size() < limits::kFeedClientsMax) return true;
  const auto oldest = std::min_element(
      clients_.begin(), clients_.end(),
      [](const MllpClient& a, const MllpClient& b) { return a.heard_at() < b.heard_at(); });
  if (oldest->owes() || Clock::now() - oldest->heard_at() < kMayReplace) return false;
  close(oldest);
  return true;
}

std::list<MllpClient>::iterator MllpSource::close(std::list<MllpClient>::iterator client) {
  add(closed_, client->counts(true));
  return clients_.erase(client);
}

// One message of each connection in turn, until one has readings: they are handed over first.
// False when there is none to take, or the core is behind.
bool MllpSource::take_messages() {
  bool any = false;
  for (auto client = clients_.begin(); client != clients_.end(); ++client) {
    if (!waiting_.empty() || full()) break;
    const auto heard = client->next();
    if (!heard) continue;
    any = true;
    take(*client, *heard);
  }
  return any;
}

void MllpSource::take(MllpClient& client, const MllpClient::Heard& heard) {
  const std::string& text = heard.message.text;
  const auto parsed = hl7::Header::parse(text);
  const hl7::Header* header = parsed ? &*parsed : nullptr;
  if (heard.message.too_long)
    return client.owe(0, framed_answer(header, hl7::Verdict::rejected, "the message is too long"));
  if (header != nullptr) {
    if (const auto before = taken_.find(*header, text))
      return client.owe(*before, framed_answer(header, hl7::Verdict::accepted, "taken before"));
  }
  hl7::Intake intake = hl7::take(text);
  if (intake.verdict == hl7::Verdict::error) ++broken_messages_;
  std::uint64_t ticket = 0;
  if (!intake.arrivals.empty()) {
    intake.arrivals.back().mark = TakenMessages::mark(*header, text);
    ticket = queue(std::move(intake.arrivals), heard.received);
    taken_.add(*header, text, ticket);
  }
  client.owe(ticket, framed_answer(header, intake.verdict, intake.text));
}

// The ticket that the last of them will have.
std::uint64_t MllpSource::queue(std::vector<Arrival> arrivals, Stamp received) {
  for (Arrival& arrival : arrivals) {
    arrival.device = device_;
    arrival.received = received;
    waiting_.push_back(std::move(arrival));
  }
  return last_ticket_ + waiting_.size();
}

std::string MllpSource::framed_answer(const hl7::Header* header, hl7::Verdict verdict,
                                      std::string_view text) {
  const std::string id = id_prefix_ + std::to_string(++answers_);
  const std::string message = hl7::answer(header, verdict, text, id, wall_now());
  return message.empty() ? std::string() : mllp_frame(message);
}

}  // namespace vitalgate::bridge
