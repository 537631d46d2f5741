// A long, narrow, lossy line between two network namespaces: the gateway's and the hub's.
//
// Each has a TUN device; a thread carries packets from one to the other, late, at a rate, through
// a queue of bounded length, and loses some. So the kernel's real TCP meets a real line, which no
// proxy can show it. Needs root, namespaces and /dev/net/tun; all of it is gone with the object.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <thread>

namespace vitalgate::test {

class SlowLink {
 public:
  static constexpr auto kGateway = "10.77.0.1";
  static constexpr auto kHub = "10.77.0.2";

  // Of each direction.
  struct Terms {
    std::chrono::milliseconds delay{50};
    std::uint64_t bytes_per_s = 1'250'000;
    std::uint64_t queue_bytes = 125'000;  // what comes beyond is lost, as in a router
    double loss = 0;                      // part of the packets, 0 to 1
  };

  struct Counts {
    std::uint64_t bytes = 0;  // of packets that were carried, headers included
    std::uint64_t packets = 0;
    std::uint64_t lost = 0;     // by chance
    std::uint64_t overrun = 0;  // by a full queue
  };

  // Why there can be none here; nothing when there can.
  static std::optional<std::string> unavailable();

  // Cut at first. `congestion`: how both ends' TCP finds the rate, as the kernel names it; empty:
  // as the kernel does by itself. Throws Failure.
  explicit SlowLink(std::uint64_t seed, const std::string& congestion = {});

  SlowLink(const SlowLink&) = delete;
  SlowLink& operator=(const SlowLink&) = delete;
  ~SlowLink();

  // From now on, in both directions. Whoever was cut off has lost what was on its way.
  void connect(const Terms& terms);
  void cut();

  [[nodiscard]] const std::string& congestion() const;

  // Towards the hub, towards the gateway.
  [[nodiscard]] Counts up() const;
  [[nodiscard]] Counts down() const;

  // While it lives, the calling thread is at one end of the line, with whatever it starts.
  class Visit {
   public:
    explicit Visit(int there);
    Visit(const Visit&) = delete;
    Visit& operator=(const Visit&) = delete;
    ~Visit();

   private:
    int home_;
  };
  [[nodiscard]] Visit at_gateway() const;
  [[nodiscard]] Visit at_hub() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
  std::jthread thread_;  // last: it uses the others
};

}  // namespace vitalgate::test
