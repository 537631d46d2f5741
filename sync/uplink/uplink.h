// Uplink: one destination's connection. One thread runs it; it owns the link and nothing else.
//
// What to send and when to send it again is Delivery's; an uplink connects for ever, writes the
// batches it is given, and reports. Every batch given while the link is up is either reported
// back or followed by LinkDown.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <variant>

#include "sync/buffer/buffer.h"
#include "sync/hub_answer.h"

namespace vitalgate::sync {

struct LinkUp {
  std::uint64_t generation = 0;  // counts connections; batches carry it back
  std::size_t window = 0;        // messages the peer allows in flight
  std::size_t bytes_max = 0;     // largest message it takes
  std::string detail;            // "mqtt 5 hub.example.org:8883"
};

enum class LinkProblem : std::uint8_t {
  unavailable,   // network, broker, time: tried again by itself
  unauthorised,  // refused for who we are: tried again slowly, a person must act
  untrusted,     // the other side could not prove its name: a person must act
};

struct LinkDown {
  LinkProblem problem = LinkProblem::unavailable;
  std::string what;  // one clause: "the certificate of hub.example.org is for another name"
  std::string hint;  // the next step
};

// The transport took a batch: not yet a promise that the hub has it.
struct TransportTook {
  BatchKey key;
};

// Why the peer did not take a batch, by what to do next.
enum class BatchProblem : std::uint8_t {
  busy,          // 5xx, 408, 425, 429, MQTT 0x96, 0x97: later, the same batch
  unauthorised,  // 401, 403, 3xx, MQTT 0x87, 0x90: nothing goes until a person acted
  content        // 400, 413, 415, 422, MQTT 0x95, 0x99, larger than the peer takes: smaller batches
};

// The peer did not take a batch. The link may be as good as before.
struct TransportRefused {
  BatchKey key;
  BatchProblem problem = BatchProblem::busy;
  std::string what;  // one clause: "the hub answers 503 (overloaded)"
  std::string hint;
  std::optional<std::chrono::seconds> retry_after = {};  // as the peer asked, at most an hour
};

struct UplinkEvent {
  std::size_t destination = 0;
  std::variant<LinkUp, LinkDown, TransportTook, TransportRefused, HubAnswer, Error> what;
};

struct Outgoing {
  std::uint64_t generation = 0;
  BatchBody body;
  unsigned attempt = 1;
};

using EmitUplink = std::function<bool(UplinkEvent)>;

class Uplink {
 public:
  Uplink() = default;
  Uplink(const Uplink&) = delete;
  Uplink& operator=(const Uplink&) = delete;
  virtual ~Uplink() = default;

  // Returns soon after `stop`. `alive` is called at least every few seconds.
  virtual void run(std::stop_token stop, const EmitUplink& emit,
                   const std::function<void()>& alive) = 0;

  // Any thread; returns at once. A batch of an older generation is dropped: LinkDown was sent.
  virtual void send(Outgoing outgoing) = 0;
};

}  // namespace vitalgate::sync
