// One MQTT connection, from connect to destroy. The only file pair that includes Paho.
//
// Used by one thread, its owner. Paho's callbacks only push into `inbox`, never wait, and carry
// the session's generation so that a late one is known as such.
#pragma once

#include <memory>
#include <variant>

#include "agent/core/channel.h"
#include "sync/uplink/mqtt_uplink.h"

namespace vitalgate::sync {

// What wakes the uplink's thread.
struct LinkLost {
  std::uint64_t generation = 0;
  std::string cause;
};
struct Published {
  std::uint64_t generation = 0;
  BatchKey key;
  std::string refusal;  // empty: PUBACK without error
};
struct AnswerArrived {
  std::uint64_t generation = 0;
  std::string text;
};
using Inbound = std::variant<Outgoing, LinkLost, Published, AnswerArrived>;
using Inbox = Channel<Inbound>;

class MqttSession {
 public:
  // Connects and subscribes to the hub's answers; blocks up to limits::kConnectDeadline and calls
  // `alive` meanwhile. Errors: `unavailable`, or `rejected` when the broker refuses who we are.
  static Result<std::unique_ptr<MqttSession>> connect(const MqttOptions& options,
                                                      std::uint64_t generation, Inbox& inbox,
                                                      const std::stop_token& stop,
                                                      const std::function<void()>& alive);
  ~MqttSession();  // disconnects, at most limits::kDisconnectDeadline

  // What the broker allows.
  [[nodiscard]] std::size_t window() const;
  [[nodiscard]] std::size_t bytes_max() const;

  // Starts a QoS 1 publish; the outcome arrives as Published.
  Result<> publish(const Outgoing& outgoing);

 private:
  struct Impl;
  explicit MqttSession(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace vitalgate::sync
