// A TCP proxy of the loopback that spoils what passes through it. It knows nothing of TLS.
//
// Every call counts at once, for the connections that are there as for those that come. What is
// held up waits at the proxy as in a network that drops: pass() lets it go on. Any thread may
// call; the bytes are moved by a thread of its own.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <thread>

namespace vitalgate::test {

class FaultProxy {
 public:
  enum class Way : std::uint8_t { up, down };  // to the server, from the server

  // A link of one direction, shared by all connections.
  struct Shape {
    std::chrono::milliseconds delay{0};
    std::uint64_t bytes_per_s = 0;  // 0: as fast as the machine
  };

  struct Counts {
    std::uint64_t connections = 0;  // accepted
    std::uint64_t resets = 0;       // ended by the proxy
    std::uint64_t up = 0;           // bytes that went on
    std::uint64_t down = 0;
  };

  // Listens on a free port; `target` is a port of the loopback. Throws Failure.
  explicit FaultProxy(std::uint16_t target);
  FaultProxy(const FaultProxy&) = delete;
  FaultProxy& operator=(const FaultProxy&) = delete;
  ~FaultProxy();

  [[nodiscard]] std::uint16_t port() const;

  // Good from now on, in both directions.
  void pass();
  // Nobody listens, and nobody did: connections that are there are reset.
  void refuse();
  // Connections are accepted and no byte goes on.
  void hang();
  // Of each connection so many more bytes go on, both directions counted together, then none.
  void swallow(std::uint64_t after);
  // Of each connection so many more bytes go on, then it is reset, new ones likewise.
  void reset(std::uint64_t after);
  // Connections that are there are reset; new ones are not.
  void cut();
  void shape(Way way, Shape shape);
  // One byte a second in both directions.
  void trickle();

  [[nodiscard]] Counts counts() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
  std::jthread thread_;  // last: it uses the others
};

}  // namespace vitalgate::test
