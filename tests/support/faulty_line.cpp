#include "tests/support/faulty_line.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstring>
#include <utility>

#include "tests/support/device_end.h"
#include "tests/support/failure.h"
#include "tests/support/unix_socket.h"

namespace vitalgate::test {
namespace {

constexpr std::size_t kWaitingMax = 4096;  // then the sender has to wait
constexpr int kTickMs = 5;

std::int64_t now_ms() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

}  // namespace

FaultyLine::FaultyLine(const std::filesystem::path& board, std::filesystem::path link,
                       double faulty, std::uint64_t seed)
    : link_(std::move(link)), board_(connect_unix(board)), faulty_(faulty), chance_(seed) {
  fcntl(board_, F_SETFL, O_NONBLOCK);
  const DeviceEnd end = open_device_end(O_NONBLOCK);
  agent_ = end.fd;
  std::filesystem::remove(link_);
  std::filesystem::create_symlink(end.path, link_);
  thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
}

FaultyLine::~FaultyLine() {
  thread_.request_stop();
  if (thread_.joinable()) thread_.join();
  std::error_code ignored;
  std::filesystem::remove(link_, ignored);
  ::close(board_);
  ::close(agent_);
}

void FaultyLine::inject(std::vector<std::uint8_t> frame) {
  const std::scoped_lock lock(mutex_);
  to_inject_.push_back(std::move(frame));
}

bool FaultyLine::agent_listens() const {
  pollfd state{agent_, 0, 0};
  return ::poll(&state, 1, 0) >= 0 && (state.revents & POLLHUP) == 0;
}

void FaultyLine::run(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    const bool listens = agent_listens();
    if (!listens) up_.waiting.clear();
    const auto events = [](const Way& in, const Way& out) {
      return static_cast<short>(
          (in.waiting.size() < kWaitingMax ? POLLIN : 0) |
          (out.waiting.empty() || out.held_until_ms > now_ms() ? 0 : POLLOUT));
    };
    pollfd ends[] = {{board_, events(up_, down_), 0},
                     {listens ? agent_ : -1, events(down_, up_), 0}};
    ::poll(ends, 2, kTickMs);
    if ((ends[0].revents & POLLIN) != 0) from_board();
    if ((ends[1].revents & POLLIN) != 0) from_agent();
    put_injected();
    if (listens) flush(up_, agent_);
    flush(down_, board_);
  }
}

void FaultyLine::from_board() {
  std::array<std::uint8_t, 1024> bytes;
  const ssize_t count = ::read(board_, bytes.data(), bytes.size());
  if (count > 0) put(up_, bytes.data(), static_cast<std::size_t>(count));
}

void FaultyLine::from_agent() {
  std::array<std::uint8_t, 1024> bytes;
  const ssize_t count = ::read(agent_, bytes.data(), bytes.size());
  if (count <= 0) return;
  watch(bytes.data(), static_cast<std::size_t>(count));
  between_frames_ = bytes[static_cast<std::size_t>(count) - 1] == 0;
  put(down_, bytes.data(), static_cast<std::size_t>(count));
}

void FaultyLine::watch(const std::uint8_t* bytes, std::size_t count) {
  deframer_.feed({bytes, count}, [this](bridge::wire::Bytes body) {
    bridge::wire::Ack ack;
    if (bridge::wire::from_body(body, ack)) stored_ = std::max(stored_.load(), ack.stored);
  });
}

void FaultyLine::put_injected() {
  const std::scoped_lock lock(mutex_);
  if (!between_frames_ && agent_listens()) return;
  for (const auto& frame : std::exchange(to_inject_, {})) {
    down_.waiting.push_back(0);
    down_.waiting.insert(down_.waiting.end(), frame.begin(), frame.end());
  }
}

void FaultyLine::put(Way& way, const std::uint8_t* bytes, std::size_t count) {
  way.bytes += count;
  std::uniform_real_distribution<double> roll(0, 1);
  for (std::size_t i = 0; i < count; ++i) {
    if (roll(chance_) >= faulty_) {
      way.waiting.push_back(bytes[i]);
      continue;
    }
    ++faults_;
    switch (chance_() % 16) {
      case 0:
        way.held_until_ms = now_ms() + static_cast<std::int64_t>(chance_() % 50);
        way.waiting.push_back(bytes[i]);
        break;
      case 1:
      case 2:
      case 3:
      case 4:
      case 5:
        break;  // dropped
      case 6:
      case 7:
      case 8:
      case 9:
      case 10:
        way.waiting.push_back(static_cast<std::uint8_t>(bytes[i] ^ 1U << chance_() % 8));
        break;
      default:
        way.waiting.insert(way.waiting.end(), 2, bytes[i]);
    }
  }
}

void FaultyLine::flush(Way& way, int fd) {
  if (way.waiting.empty() || way.held_until_ms > now_ms()) return;
  const ssize_t count = ::write(fd, way.waiting.data(), way.waiting.size());
  if (count > 0) way.waiting.erase(way.waiting.begin(), way.waiting.begin() + count);
}

}  // namespace vitalgate::test
