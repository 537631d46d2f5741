// MQTT 5 over TLS through Eclipse Paho (CONTRACT, "Bindings").
//
// Step round the faults of Paho C 1.3.12 and C++ 1.2.0: a new client object for every connection
// attempt, clean start, no persistence, no automatic reconnect, no buffering while disconnected,
// callbacks set before connect and only pushing into a queue, a window that never exceeds the
// broker's receive-maximum. The buffer alone remembers.
#pragma once

#include <memory>

#include "config/settings.h"
#include "sync/uplink/uplink.h"

namespace vitalgate::sync {

struct MqttOptions {
  std::size_t destination = 0;  // number in every event
  config::DestinationSettings settings;
  std::string gateway;  // for the topics
};

class MqttUplink final : public Uplink {
 public:
  explicit MqttUplink(MqttOptions options);
  ~MqttUplink() override;

  void run(std::stop_token stop, const EmitUplink& emit,
           const std::function<void()>& alive) override;
  void send(Outgoing outgoing) override;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace vitalgate::sync
