// Sender: the bridge's end of the line, without the line. A pure state machine.
//
// receive() is told what came, next() says what to send; the caller owns bytes and clock. Nothing
// is sent before a gateway has said hello, no record beyond what it grants. A record is sent again
// when one that was sent later was acknowledged, and when it got too old without.
//
// docs/wire.md, "The bridge". `now` counts milliseconds since this start. One thread.
#pragma once

#include "firmware-bridge/firmware/ring.h"

namespace vitalgate::bridge::wire {

constexpr uint32_t kRetransmitTicks = 400;
constexpr uint32_t kProbeTicks = 60;        // the same, when there is nothing else to send
constexpr uint32_t kSilenceTicks = 3000;    // then the other end counts as gone
constexpr uint32_t kKeepaliveTicks = 1000;  // something is sent at least this often
constexpr uint32_t kReorderFrames = 3;      // a line may swap frames this far

struct Identity {
  Bytes name;
  Bytes firmware;
  uint32_t capabilities;
};

class Sender {
 public:
  Sender(Ring& ring, const Identity& identity) : ring_(ring), identity_(identity) {}

  // `entropy`: anything that is not the same twice, such as a fast counter's value.
  // False: a message for somebody else; unknown types are to be ignored.
  bool receive(Bytes body, uint64_t now, uint64_t entropy);

  // The next frame into `frame` (room for kFrameMax); 0: nothing to send now. To be asked again
  // after every receive() and push, and every 20 ms or more often.
  size_t next(uint64_t now, uint8_t* frame);

  [[nodiscard]] bool has_gateway(uint64_t now) const {
    return session_ != 0 && now - heard_at_ < kSilenceTicks;
  }

  // UTC of the gateway at tick 0; 0: never told.
  [[nodiscard]] uint64_t utc_at_start() const { return utc_at_start_; }

 private:
  enum class Fate : uint8_t { sent, missing, arrived };
  struct Slot {
    uint32_t place;
    uint32_t order;  // the how manyeth transmission it was
    uint32_t sent_at;
    Fate fate;
    bool again;  // sent more than once in this session
  };

  void on_hello(const GatewayHello& hello, uint64_t entropy);
  void on_ack(const Ack& ack, uint64_t now);
  void mark_arrived(const Ack& ack, uint64_t now);
  void expire(uint64_t now);
  void follow_ring();
  [[nodiscard]] uint64_t base() const;  // the record before the first that is held and not seen
  [[nodiscard]] uint64_t newest_allowed() const;
  [[nodiscard]] uint32_t link() const { return link_of(session_, ring_.stream()); }
  Slot& slot(uint64_t sequence) { return slots_[sequence % kWindow]; }

  size_t send_control(uint64_t now, uint8_t* frame);
  size_t send_hello(uint64_t now, uint8_t* frame);
  size_t send_dropped(uint64_t now, uint8_t* frame);
  size_t send_missing(uint64_t now, uint8_t* frame);
  size_t send_new(uint64_t now, uint8_t* frame);
  size_t send_record(uint64_t sequence, uint64_t now, uint8_t* frame);

  Ring& ring_;
  const Identity identity_;
  uint64_t utc_at_start_ = 0;
  uint32_t session_ = 0;
  uint64_t heard_at_ = 0;  // a valid message of the gateway
  uint64_t spoke_at_ = 0;  // a frame of ours
  uint64_t hello_at_ = 0;  // when ours was sent last
  bool hello_due_ = true;
  bool time_due_ = false;
  bool pong_due_ = false;
  uint32_t time_token_ = 0;
  uint32_t pong_token_ = 0;

  uint64_t seen_ = 0;   // by the gateway, in this session
  uint64_t limit_ = 0;  // the newest it takes
  uint64_t next_ = 1;   // not sent yet in this session
  uint32_t next_place_ = 0;
  uint64_t missing_from_ = 1;  // no record before it is Fate::missing
  uint32_t missing_ = 0;
  uint32_t order_ = 0;
  uint32_t arrived_order_ = 0;         // highest that is known to have arrived
  uint32_t round_trip_ = kProbeTicks;  // smoothed
  uint64_t expire_at_ = 0;
  uint64_t dropped_told_ = 0;  // last record of the range that was declared last
  uint64_t dropped_told_at_ = 0;
  Slot slots_[kWindow];
};

}  // namespace vitalgate::bridge::wire
