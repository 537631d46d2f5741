// Receiver: the gateway's end of the line, without the line. A pure state machine.
//
// receive() is told what came, take() gives records in the order of their numbers and each once,
// next() says what to send. A record counts as stored only by confirm(). It asks for the bridge's
// time before it lets records come, so that each can be placed on the gateway's clock.
//
// docs/wire.md, "The gateway". `now` is any steady clock in milliseconds. One thread.
#pragma once

#include "firmware-bridge/wire/message.h"

namespace vitalgate::bridge::wire {

constexpr uint32_t kHelloEveryMs = 300;
constexpr uint32_t kAckDelayMs = 10;  // of an acknowledgement, or kAckRecords if those are first
constexpr uint32_t kAckRecords = 16;
constexpr uint32_t kAckEveryMs = 1000;  // even if nothing came
constexpr uint32_t kSilenceMs = 3000;   // then hello is said anew
constexpr uint32_t kTimePatienceMs = 2000;
constexpr uint32_t kTimeFirstMs = 100;  // between the first kTimeFirst requests
constexpr uint32_t kTimeFirst = 8;
constexpr uint32_t kTimeEveryMs = 10'000;
constexpr size_t kClocks = 4;  // starts of the bridge whose clock is remembered

struct Mark {
  uint64_t stream = 0;
  uint64_t position = 0;
};

class Receiver {
 public:
  enum class Link : uint8_t {
    asking,  // hello was said and is not answered
    open,
    refused_version,  // the bridge speaks another version of this protocol
    refused_numbers,  // the bridge counts again what it counted before: it could lose records
  };
  enum class What : uint8_t {
    record,
    lost,    // first..last will never come
    stream,  // the records from here on are of another numbering, which begins behind `last`
  };
  struct Delivery {
    What what;
    Record record;  // payload until the next receive()
    uint64_t first;
    uint64_t last;
    Mark before;  // how far the numbering got that ended
  };

  // `session` and `nonce`: random. `outstanding`: how many records may be out and not confirmed.
  Receiver(uint32_t session, uint64_t nonce, Mark resume, uint32_t outstanding);

  // False: a message for somebody else, such as Log; unknown types are to be ignored.
  bool receive(Bytes body, uint64_t now);

  // The next in order; false when there is none now. A lost range is one delivery.
  bool take(Delivery& out);

  // Everything of `stream` up to `position` is durable.
  void confirm(Mark mark);

  // The next frame into `frame` (room for kFrameMax); 0: nothing to send now. To be asked after
  // every receive(), take() and confirm(), and at due(). `utc_ms` 0: not known.
  size_t next(uint64_t now, uint64_t utc_ms, uint8_t* frame);
  [[nodiscard]] uint64_t due(uint64_t now) const;

  // The line was opened anew.
  void restart();

  // When the bridge's clock stood at `tick`, by `now`'s clock. False: that clock is not known.
  bool place(uint16_t boot, uint64_t tick, uint64_t& at) const;

  [[nodiscard]] Link link() const { return link_; }
  [[nodiscard]] Mark stored() const { return {stream_, stored_}; }
  // The last hello without its texts.
  [[nodiscard]] const BridgeHello& bridge() const { return bridge_; }

 private:
  struct Slot {
    uint64_t sequence;  // 0: empty
    uint8_t size;
    uint8_t body[kBodyMax];
  };
  struct ClockOf {
    uint16_t boot;
    bool known;
    uint64_t offset;  // now - tick, modulo 2^64
    uint64_t error;   // ms
    uint64_t at;
  };

  void on_hello(const BridgeHello& hello, uint64_t now);
  void open(const BridgeHello& hello, uint64_t now);
  void begin_stream(const BridgeHello& hello);
  bool on_record(const Record& record, Bytes body, uint64_t now);
  void on_dropped(const Dropped& dropped, uint64_t now);
  void on_time(const Time& time, uint64_t now);
  void advance();
  void want_ack(uint64_t now);
  [[nodiscard]] bool holds(uint64_t sequence) const {
    return slots_[sequence % kWindow].sequence == sequence;
  }
  [[nodiscard]] uint32_t link_now() const { return link_of(session_, stream_); }
  [[nodiscard]] uint64_t limit() const;
  [[nodiscard]] bool grants(uint64_t now) const;  // records may come
  size_t send_ack(uint64_t now, uint8_t* frame);

  uint32_t session_;
  uint64_t nonce_;
  uint32_t outstanding_;
  Link link_ = Link::asking;
  BridgeHello bridge_;
  uint64_t hello_at_ = 0;  // not before
  uint64_t heard_at_ = 0;
  uint64_t opened_at_ = 0;

  uint64_t stream_;
  uint64_t stored_;
  uint64_t taken_;    // handed out
  uint64_t seen_;     // received, or known to be lost, without a gap
  uint64_t lost_to_;  // up to here nothing more will come
  bool stream_news_ = false;
  Mark before_;

  uint64_t ack_at_ = 0;
  uint32_t unacknowledged_ = 0;
  bool ack_now_ = false;
  uint64_t token_at_ = 0;  // when the open request was sent
  uint64_t ask_time_at_ = 0;
  uint32_t token_ = 0;
  uint32_t answers_ = 0;
  bool token_open_ = false;
  ClockOf clocks_[kClocks] = {};
  Slot slots_[kWindow];
};

}  // namespace vitalgate::bridge::wire
