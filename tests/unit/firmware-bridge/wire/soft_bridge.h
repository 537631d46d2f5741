// A bridge in software at the far end of a pseudo-terminal: the real Sender and Ring on a thread.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstring>
#include <mutex>
#include <span>
#include <thread>

#include "firmware-bridge/firmware/sender.h"
#include "tests/unit/firmware-bridge/raw_line.h"

namespace vitalgate::test {

class SoftBridge {
 public:
  explicit SoftBridge(const RawLine& line) : line_(line) { start(); }

  // A warm start; with `forget`, after a loss of memory.
  void restart(bool forget) {
    thread_ = {};
    if (forget) std::memset(&memory_, 1, sizeof memory_);
    start();
  }

  void push(bridge::wire::Kind kind, const Bytes& payload) {
    const std::scoped_lock lock(mutex_);
    ring_.push(now(), kind, view(payload));
  }
  // A value of a characteristic.
  void measure(std::uint8_t channel, std::uint16_t characteristic, const Bytes& value) {
    std::uint8_t payload[bridge::wire::kPayloadMax];
    const std::size_t size = bridge::wire::to_payload(
        bridge::wire::GattValue{channel, characteristic, view(value)}, payload);
    const std::scoped_lock lock(mutex_);
    ring_.push(now(), bridge::wire::Kind::gatt_value, {payload, size});
  }
  void say(const std::vector<std::uint8_t>& frame) { line_.send(std::as_bytes(std::span(frame))); }

  [[nodiscard]] std::uint64_t stored() const {
    const std::scoped_lock lock(mutex_);
    return ring_.stored();
  }
  [[nodiscard]] std::uint64_t stream() const {
    const std::scoped_lock lock(mutex_);
    return ring_.stream();
  }

 private:
  static bridge::wire::Bytes view(const Bytes& bytes) {
    return {reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()};
  }
  static bridge::wire::Bytes text(std::string_view letters) {
    return {reinterpret_cast<const std::uint8_t*>(letters.data()), letters.size()};
  }
  [[nodiscard]] std::uint64_t now() const {
    return static_cast<std::uint64_t>(
        std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - began_).count());
  }

  void start() {
    began_ = Clock::now();
    ring_ = bridge::wire::Ring(memory_);
    ring_.restore();
    sender_.emplace(ring_,
                    bridge::wire::Identity{text("soft"), text("0"), bridge::wire::kTellsTime});
    thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
  }

  void run(const std::stop_token& stop) {
    while (!stop.stop_requested()) {
      const Bytes came = line_.receive(std::chrono::milliseconds(2));
      const std::scoped_lock lock(mutex_);
      deframer_.feed(view(came), [&](bridge::wire::Bytes body) {
        sender_->receive(body, now(),
                         static_cast<std::uint64_t>(Clock::now().time_since_epoch().count()));
      });
      std::uint8_t frame[bridge::wire::kFrameMax];
      for (int i = 0; i < 8; ++i)
        if (const std::size_t size = sender_->next(now(), frame); size > 0)
          line_.send(std::as_bytes(std::span(frame, size)));
    }
  }

  const RawLine& line_;
  mutable std::mutex mutex_;
  Clock::time_point began_;
  bridge::wire::RingMemory<4096> memory_{};
  bridge::wire::Ring ring_{memory_};
  std::optional<bridge::wire::Sender> sender_;
  bridge::wire::Deframer deframer_;
  std::jthread thread_;  // last: it uses the others
};

}  // namespace vitalgate::test
