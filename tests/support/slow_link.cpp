#include "tests/support/slow_link.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <deque>
#include <exception>
#include <fstream>
#include <mutex>
#include <random>
#include <string_view>
#include <system_error>
#include <vector>

#include "agent/core/clock.h"
#include "tests/support/failure.h"

namespace vitalgate::test {
namespace {

constexpr auto kDevice = "wan0";
constexpr std::size_t kPacketMax = 2048;  // a TUN device's MTU is 1500
constexpr auto kCongestion = "/proc/sys/net/ipv4/tcp_congestion_control";  // of this network
constexpr auto kThisNetwork = "/proc/thread-self/ns/net";

Failure failure(const std::string& what) {
  return {"slow link: " + what + ": " + std::generic_category().message(errno),
          "it needs root, network namespaces and /dev/net/tun"};
}

void control(int fd, unsigned long request, void* argument, const char* what) {
  if (ioctl(fd, request, argument) != 0) throw failure(what);
}

ifreq request_for(std::string_view device) {
  ifreq request{};
  device.copy(request.ifr_name, IFNAMSIZ - 1);
  return request;
}

sockaddr to_sockaddr(const char* text) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  inet_pton(AF_INET, text, &address.sin_addr);
  sockaddr plain{};
  std::memcpy(&plain, &address, sizeof address);
  return plain;
}

void bring_up(int any_socket, std::string_view device) {
  ifreq request = request_for(device);
  control(any_socket, SIOCGIFFLAGS, &request, "SIOCGIFFLAGS");
  request.ifr_flags = static_cast<short>(request.ifr_flags | IFF_UP | IFF_RUNNING);
  control(any_socket, SIOCSIFFLAGS, &request, "SIOCSIFFLAGS");
}

// One end: a namespace, kept by its descriptor, and the packets of its device.
struct End {
  int network = -1;
  int packets = -1;
  std::string congestion;
};

// On a thread of its own, which this puts into a new namespace for good.
End make_end(const char* own, const char* other, const std::string& congestion) {
  if (unshare(CLONE_NEWNET) != 0) throw failure("unshare");
  End end;
  end.network = open(kThisNetwork, O_RDONLY | O_CLOEXEC);
  end.packets = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
  if (end.network < 0 || end.packets < 0) throw failure("open");
  ifreq request = request_for(kDevice);
  request.ifr_flags = IFF_TUN | IFF_NO_PI;
  control(end.packets, TUNSETIFF, &request, "TUNSETIFF");
  const int any = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  request = request_for(kDevice);
  request.ifr_addr = to_sockaddr(own);
  control(any, SIOCSIFADDR, &request, "SIOCSIFADDR");
  request.ifr_dstaddr = to_sockaddr(other);
  control(any, SIOCSIFDSTADDR, &request, "SIOCSIFDSTADDR");
  bring_up(any, kDevice);
  bring_up(any, "lo");
  close(any);
  if (!congestion.empty()) {
    std::ofstream choice(kCongestion);
    choice << congestion << std::flush;
    if (!choice) throw failure("tcp_congestion_control = " + congestion);
  }
  std::ifstream(kCongestion) >> end.congestion;
  return end;
}

End new_end(const char* own, const char* other, const std::string& congestion) {
  End made;
  std::exception_ptr problem;
  std::thread([&] {
    try {
      made = make_end(own, other, congestion);
    } catch (...) {
      problem = std::current_exception();
    }
  }).join();
  if (problem) std::rethrow_exception(problem);
  return made;
}

struct Packet {
  std::vector<char> bytes;
  Clock::time_point due;
};

struct Direction {
  std::deque<Packet> queue;
  Clock::time_point free_at{};
  SlowLink::Counts counts;
};

}  // namespace

struct SlowLink::Impl {
  Impl(std::uint64_t seed, const std::string& congestion)
      : gateway(new_end(kGateway, kHub, congestion)),
        hub(new_end(kHub, kGateway, congestion)),
        chance(seed) {}
  ~Impl() {
    for (const int fd : {gateway.network, gateway.packets, hub.network, hub.packets, bell})
      close(fd);
  }

  void ring() const {
    const std::uint64_t one = 1;
    static_cast<void>(!write(bell, &one, sizeof one));
  }

  void take(Direction& way, int from, Clock::time_point now) {
    std::array<char, kPacketMax> packet{};
    for (ssize_t got = 0; (got = read(from, packet.data(), packet.size())) > 0;) {
      if (!terms) continue;
      const auto size = static_cast<std::uint64_t>(got);
      if (std::uniform_real_distribution<>(0, 1)(chance) < terms->loss) {
        ++way.counts.lost;
        continue;
      }
      way.free_at = std::max(way.free_at, now);
      const auto takes = [this](std::uint64_t bytes) {
        return std::chrono::nanoseconds(bytes * 1'000'000'000 / terms->bytes_per_s);
      };
      if (way.free_at - now > takes(terms->queue_bytes)) {
        ++way.counts.overrun;
        continue;
      }
      way.free_at += takes(size);
      way.queue.push_back({{packet.begin(), packet.begin() + got}, way.free_at + terms->delay});
    }
  }

  static void give(Direction& way, int to, Clock::time_point now) {
    while (!way.queue.empty() && way.queue.front().due <= now) {
      const Packet& packet = way.queue.front();
      if (write(to, packet.bytes.data(), packet.bytes.size()) > 0) {
        way.counts.bytes += packet.bytes.size();
        ++way.counts.packets;
      }
      way.queue.pop_front();
    }
  }

  void run(const std::stop_token& stop) {
    while (!stop.stop_requested()) {
      auto wake = Clock::now() + std::chrono::seconds(1);
      {
        const std::scoped_lock lock(mutex);
        const auto now = Clock::now();
        take(up, gateway.packets, now);
        take(down, hub.packets, now);
        give(up, hub.packets, now);
        give(down, gateway.packets, now);
        for (const Direction* way : {&up, &down})
          if (!way->queue.empty()) wake = std::min(wake, way->queue.front().due);
      }
      std::array<pollfd, 3> fds{
          {{bell, POLLIN, 0}, {gateway.packets, POLLIN, 0}, {hub.packets, POLLIN, 0}}};
      const auto wait = std::max(wake - Clock::now(), Clock::duration::zero());
      const timespec patience{0, std::min<long>(999'999'999, wait.count())};
      ppoll(fds.data(), fds.size(), &patience, nullptr);
      std::uint64_t rung = 0;
      if (fds[0].revents != 0) static_cast<void>(!read(bell, &rung, sizeof rung));
    }
  }

  const End gateway;
  const End hub;
  const int bell = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  mutable std::mutex mutex;  // guards what follows
  std::optional<Terms> terms;
  std::mt19937_64 chance;
  Direction up;
  Direction down;
};

std::optional<std::string> SlowLink::unavailable() {
  if (geteuid() != 0) return "it needs root";
  if (access("/dev/net/tun", R_OK | W_OK) != 0) return "there is no /dev/net/tun";
  bool may = false;
  std::thread([&] { may = unshare(CLONE_NEWNET) == 0; }).join();
  if (!may) return "network namespaces are not allowed here";
  return std::nullopt;
}

SlowLink::SlowLink(std::uint64_t seed, const std::string& congestion)
    : impl_(std::make_unique<Impl>(seed, congestion)),
      thread_([this](const std::stop_token& stop) { impl_->run(stop); }) {}

SlowLink::~SlowLink() {
  thread_.request_stop();
  impl_->ring();
  thread_.join();
}

void SlowLink::connect(const Terms& terms) {
  const std::scoped_lock lock(impl_->mutex);
  impl_->terms = terms;
  impl_->ring();
}

void SlowLink::cut() {
  const std::scoped_lock lock(impl_->mutex);
  impl_->terms.reset();
  impl_->up.queue.clear();
  impl_->down.queue.clear();
}

SlowLink::Counts SlowLink::up() const {
  const std::scoped_lock lock(impl_->mutex);
  return impl_->up.counts;
}

SlowLink::Counts SlowLink::down() const {
  const std::scoped_lock lock(impl_->mutex);
  return impl_->down.counts;
}

const std::string& SlowLink::congestion() const { return impl_->gateway.congestion; }

SlowLink::Visit SlowLink::at_gateway() const { return Visit(impl_->gateway.network); }
SlowLink::Visit SlowLink::at_hub() const { return Visit(impl_->hub.network); }

SlowLink::Visit::Visit(int there) : home_(open(kThisNetwork, O_RDONLY | O_CLOEXEC)) {
  if (home_ < 0 || setns(there, CLONE_NEWNET) != 0) throw failure("setns");
}

SlowLink::Visit::~Visit() {
  // Not to come home would put everything that follows into the wrong network.
  if (setns(home_, CLONE_NEWNET) != 0) std::terminate();
  close(home_);
}

}  // namespace vitalgate::test
