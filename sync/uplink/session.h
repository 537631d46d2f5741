// Session: one connection to the hub, from the moment it stands until it breaks. The two kinds are
// MqttSession and HttpsSession; the loop that makes and uses them is HubUplink.
//
// Used by one thread, its owner, which waits in work().
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <variant>
#include <vector>

#include "agent/core/bell.h"
#include "agent/core/clock.h"
#include "config/settings.h"
#include "sync/uplink/uplink.h"

namespace vitalgate::sync {

// One way to the hub.
struct Route {
  config::Transport transport = config::Transport::mqtt;  // never Transport::automatic
  std::uint16_t port = 0;
  bool operator==(const Route&) const = default;
};

// What a session needs to come about. All of it outlives the session.
struct Dialling {
  const config::DestinationSettings& settings;
  const std::string& gateway;
  const Bell& bell;  // what the session wakes its owner with
};

// How it is called off, and how it shows meanwhile that it is not stuck.
struct Patience {
  const std::stop_token& stop;
  const std::function<void()>& alive;
};

// What a session tells. After LinkDown it is of no more use.
using Happening = std::variant<TransportTook, TransportRefused, HubAnswer, Error, LinkDown>;

class Session {
 public:
  Session() = default;
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;
  virtual ~Session() = default;  // hangs up, in limits::kDisconnectDeadline at most

  // What the other side allows.
  [[nodiscard]] virtual std::size_t window() const = 0;
  [[nodiscard]] virtual std::size_t bytes_max() const = 0;
  [[nodiscard]] virtual std::string name() const = 0;  // "mqtt 5"

  // Whether the other side has shown that it speaks this session's protocol.
  [[nodiscard]] virtual bool is_proven() const = 0;
  // Batches whose outcome is open.
  [[nodiscard]] virtual std::size_t in_flight() const = 0;

  // Begins to send; what becomes of it is added here, or by work(). One that is still under way is
  // not sent beside itself.
  virtual void publish(Outgoing outgoing, std::vector<Happening>& happened) = 0;

  // Lets the connection go on. Waits for something to happen, which it adds, for the bell, which
  // it hushes, or for `until`.
  virtual void work(Clock::time_point until, std::vector<Happening>& happened) = 0;
};

// A session that stands, or why there is none.
using Dialled = std::variant<std::unique_ptr<Session>, LinkDown>;

}  // namespace vitalgate::sync
