// The messages of the wire protocol: one struct each, with its layout in one place.
//
// docs/wire.md has them byte by byte. Integers are unsigned, low byte first. A message may be
// longer than its known fields (a later version); one that is shorter is refused. Views point
// into the decoded body. Times are ticks of one millisecond. Pure; any thread.
#pragma once

#include "firmware-bridge/wire/frame.h"

namespace vitalgate::bridge::wire {

constexpr uint8_t kVersion = 1;
constexpr uint64_t kSequenceMax = (uint64_t{1} << 48) - 1;
constexpr size_t kWindow = 256;  // records between the first one missing and the newest sent
constexpr size_t kNameMax = 32;
constexpr size_t kRecordHeadBytes = 19;
constexpr size_t kPayloadMax = kBodyMax - kRecordHeadBytes;
constexpr size_t kValueMax = kPayloadMax - 3;

// Bits of BridgeHello::capabilities.
constexpr uint32_t kTellsTime = 1;        // answers TimeRequest
constexpr uint32_t kSurvivesResets = 2;   // its ring outlives a warm reset
constexpr uint32_t kDrawsRandomness = 4;  // has a random source of its own

enum class Kind : uint8_t { gatt_value = 1, sensor_state = 2 };

// What every message of one conversation about one stream carries. A bridge that lost its memory
// may take a hello that was meant for the stream before: its frames must not pass for that one's.
constexpr uint32_t link_of(uint32_t session, uint64_t stream) {
  return session ^ static_cast<uint32_t>(stream) ^ static_cast<uint32_t>(stream >> 32);
}

struct BridgeHello {
  static constexpr uint8_t kType = 0x01;
  uint8_t version = kVersion;
  uint32_t session = 0;  // of the gateway hello that it answers; 0: none yet
  uint64_t stream = 0;   // 0: none yet
  uint16_t boot = 0;     // starts since the stream began, this one included
  uint64_t tick = 0;
  uint64_t stored = 0;  // what some gateway has made durable
  uint64_t oldest = 0;  // held; newest + 1 when nothing is
  uint64_t newest = 0;
  uint64_t dropped = 0;  // records, since the stream began
  uint32_t capabilities = 0;
  Bytes name;
  Bytes firmware;

  template <class Io, class Self>
  static void walk(Io& io, Self& m) {
    io.number(m.version, 1);
    io.number(m.session, 4);
    io.number(m.stream, 8);
    io.number(m.boot, 2);
    io.number(m.tick, 5);
    io.number(m.stored, 6);
    io.number(m.oldest, 6);
    io.number(m.newest, 6);
    io.number(m.dropped, 6);
    io.number(m.capabilities, 4);
    io.text(m.name, kNameMax);
    io.text(m.firmware, kNameMax);
  }
};

struct GatewayHello {
  static constexpr uint8_t kType = 0x02;
  uint8_t version = kVersion;
  uint32_t session = 0;  // never 0
  uint64_t nonce = 0;    // random; for a bridge without randomness to make a stream id of
  uint64_t stream = 0;   // the one that `stored` speaks of; 0: none
  uint64_t stored = 0;

  template <class Io, class Self>
  static void walk(Io& io, Self& m) {
    io.number(m.version, 1);
    io.number(m.session, 4);
    io.number(m.nonce, 8);
    io.number(m.stream, 8);
    io.number(m.stored, 6);
  }
};

struct Ack {
  static constexpr uint8_t kType = 0x03;
  uint32_t link = 0;
  uint64_t stored = 0;  // everything up to here is durable: the ring may forget it
  uint64_t seen = 0;    // everything up to here was received
  uint16_t window = 0;  // the bridge may send up to seen + window
  Bytes bitmap;         // bit i of byte j: seen + 1 + 8 j + i was received

  template <class Io, class Self>
  static void walk(Io& io, Self& m) {
    io.number(m.link, 4);
    io.number(m.stored, 6);
    io.number(m.seen, 6);
    io.number(m.window, 2);
    io.rest(m.bitmap, kWindow / 8);
  }
};

struct TimeRequest {
  static constexpr uint8_t kType = 0x04;
  uint32_t token = 0;
  uint64_t utc_ms = 0;  // 0: the gateway's own clock is not set

  template <class Io, class Self>
  static void walk(Io& io, Self& m) {
    io.number(m.token, 4);
    io.number(m.utc_ms, 6);
  }
};

struct Time {
  static constexpr uint8_t kType = 0x05;
  uint32_t link = 0;
  uint32_t token = 0;
  uint16_t boot = 0;
  uint64_t tick = 0;

  template <class Io, class Self>
  static void walk(Io& io, Self& m) {
    io.number(m.link, 4);
    io.number(m.token, 4);
    io.number(m.boot, 2);
    io.number(m.tick, 5);
  }
};

// Ping is answered with the Pong of the same token, in both directions.
template <uint8_t type>
struct Echo {
  static constexpr uint8_t kType = type;
  uint32_t token = 0;

  template <class Io, class Self>
  static void walk(Io& io, Self& m) {
    io.number(m.token, 4);
  }
};
using Ping = Echo<0x06>;
using Pong = Echo<0x07>;

// For people; not repeated when it is lost. Never patient data.
struct Log {
  static constexpr uint8_t kType = 0x08;
  uint8_t level = 0;  // 0 error, 1 warning, 2 info
  Bytes text;         // UTF-8

  template <class Io, class Self>
  static void walk(Io& io, Self& m) {
    io.number(m.level, 1);
    io.rest(m.text, kBodyMax);
  }
};

struct Record {
  static constexpr uint8_t kType = 0x10;
  uint32_t link = 0;
  uint64_t sequence = 0;  // from 1
  uint16_t boot = 0;      // when it was measured
  uint64_t tick = 0;
  Kind kind{};
  Bytes payload;

  template <class Io, class Self>
  static void walk(Io& io, Self& m) {
    io.number(m.link, 4);
    io.number(m.sequence, 6);
    io.number(m.boot, 2);
    io.number(m.tick, 5);
    io.number(m.kind, 1);
    io.rest(m.payload, kPayloadMax);
  }
};

// The ring was full: these will never come. Stands for the records it names.
struct Dropped {
  static constexpr uint8_t kType = 0x11;
  uint32_t link = 0;
  uint64_t first = 0;
  uint64_t last = 0;
  uint64_t total = 0;  // since the stream began

  template <class Io, class Self>
  static void walk(Io& io, Self& m) {
    io.number(m.link, 4);
    io.number(m.first, 6);
    io.number(m.last, 6);
    io.number(m.total, 6);
  }
};

// Payloads of records.
struct GattValue {
  uint8_t channel = 0;
  uint16_t characteristic = 0;
  Bytes value;

  template <class Io, class Self>
  static void walk(Io& io, Self& m) {
    io.number(m.channel, 1);
    io.number(m.characteristic, 2);
    io.rest(m.value, kValueMax);
  }
};

struct SensorState {
  uint8_t channel = 0;
  uint8_t attached = 0;
  Bytes name;  // name or serial number, UTF-8

  template <class Io, class Self>
  static void walk(Io& io, Self& m) {
    io.number(m.channel, 1);
    io.number(m.attached, 1);
    io.rest(m.name, kNameMax);
  }
};

// 0 for an empty body, which the deframer never gives.
inline uint8_t type_of(Bytes body) { return body.size > 0 ? body.data[0] : uint8_t{0}; }

// The frame of `message` into `frame` (room for kFrameMax); 0 when a field is too long.
template <class Message>
size_t to_frame(const Message& message, uint8_t* frame) {
  uint8_t body[kBodyMax];
  Writer writer(body, sizeof body);
  writer.number(Message::kType, 1);
  Message::walk(writer, message);
  return encode_frame({body, writer.size()}, frame);
}

// False when `body` is no whole message of this type.
template <class Message>
bool from_body(Bytes body, Message& message) {
  if (type_of(body) != Message::kType) return false;
  Reader reader({body.data + 1, body.size - 1});
  Message::walk(reader, message);
  return reader.ok();
}

// A record's payload, which has no type byte. False when it is too short or too long.
template <class Payload>
bool from_payload(Bytes bytes, Payload& payload) {
  Reader reader(bytes);
  Payload::walk(reader, payload);
  return reader.ok();
}
template <class Payload>
size_t to_payload(const Payload& payload, uint8_t (&out)[kPayloadMax]) {
  Writer writer(out, kPayloadMax);
  Payload::walk(writer, payload);
  return writer.size();
}

}  // namespace vitalgate::bridge::wire
