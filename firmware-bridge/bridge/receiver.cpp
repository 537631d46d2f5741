#include "firmware-bridge/bridge/receiver.h"

namespace vitalgate::bridge::wire {
namespace {

constexpr uint64_t kDriftDivisor = 10'000;  // 100 ppm: two poor crystals against each other
constexpr uint64_t kLostMax = 0xFFFFFFFF;   // at once; no ring is that large
constexpr uint64_t kFutureMax = 1000;       // ms; beyond that a tick is no measurement's

constexpr uint64_t later(uint64_t a, uint64_t b) { return a > b ? a : b; }
constexpr uint64_t earlier(uint64_t a, uint64_t b) { return a < b ? a : b; }

}  // namespace

Receiver::Receiver(uint32_t session, uint64_t nonce, Mark resume, uint32_t outstanding)
    : session_(session),
      nonce_(nonce),
      outstanding_(outstanding),
      stream_(resume.stream),
      stored_(resume.position),
      taken_(resume.position),
      seen_(resume.position),
      lost_to_(resume.position) {
  for (Slot& slot : slots_) slot.sequence = 0;
  restart();
}

void Receiver::restart() {
  if (++session_ == 0) ++session_;
  nonce_ = nonce_ * 0x5851F42D4C957F2D + 0x14057B7EF767814F;
  link_ = Link::asking;
  hello_at_ = 0;
  token_open_ = false;
}

bool Receiver::receive(Bytes body, uint64_t now) {
  if (Record record; from_body(body, record)) {
    if (on_record(record, body, now)) want_ack(now);
  } else if (BridgeHello hello; from_body(body, hello)) {
    on_hello(hello, now);
  } else if (Dropped dropped; from_body(body, dropped)) {
    on_dropped(dropped, now);
  } else if (Time time; from_body(body, time)) {
    on_time(time, now);
  } else if (Ping ping; from_body(body, ping)) {
    if (ping.token == link_now()) heard_at_ = now;
    ack_now_ = true;  // says more than a Pong
  } else {
    return false;
  }
  return true;
}

void Receiver::on_hello(const BridgeHello& hello, uint64_t now) {
  if (hello.version != kVersion) {
    link_ = Link::refused_version;
    return;
  }
  if (hello.session == session_) {
    heard_at_ = now;
    if (link_ != Link::open) return open(hello, now);
    // The bridge lost its memory in between and took the same hello once more.
    if (hello.stream != stream_) restart();
    return;
  }
  // It started again, or follows a hello that we said before: once more, with a new session. While
  // we are asking already it is only told at once.
  if (link_ == Link::open) restart();
  if (hello.session == 0) hello_at_ = 0;
}

void Receiver::open(const BridgeHello& hello, uint64_t now) {
  const bool sound = hello.stream != 0 && hello.stored < hello.oldest &&
                     hello.oldest <= hello.newest + 1 && hello.newest <= kSequenceMax;
  const bool same = hello.stream == stream_;
  if (!sound || (same && (hello.newest < taken_ || hello.stored > taken_ + kLostMax))) {
    link_ = Link::refused_numbers;
    return;
  }
  if (!same) begin_stream(hello);
  // Taken by another gateway, or by a store of ours that is gone: not known here.
  lost_to_ = later(lost_to_, hello.stored);
  bridge_ = hello;
  bridge_.name = bridge_.firmware = {};
  link_ = Link::open;
  opened_at_ = now;
  answers_ = 0;
  ask_time_at_ = now;
  ack_at_ = now;
  ack_now_ = true;
  advance();
}

void Receiver::begin_stream(const BridgeHello& hello) {
  if (!stream_news_) before_ = {stream_, taken_};
  stream_news_ = true;
  stream_ = hello.stream;
  stored_ = taken_ = seen_ = lost_to_ = hello.stored;
  for (Slot& slot : slots_) slot.sequence = 0;
  for (ClockOf& clock : clocks_) clock.known = false;
}

uint64_t Receiver::limit() const { return earlier(taken_ + kWindow, stored_ + outstanding_); }

bool Receiver::grants(uint64_t now) const {
  return answers_ > 0 || (bridge_.capabilities & kTellsTime) == 0 ||
         now - opened_at_ >= kTimePatienceMs;
}

bool Receiver::on_record(const Record& record, Bytes body, uint64_t now) {
  if (link_ != Link::open || record.link != link_now() || record.sequence > limit() ||
      record.sequence == 0)
    return false;
  heard_at_ = now;
  const bool again = record.sequence <= seen_ || holds(record.sequence);
  if (again) {
    ack_at_ = earlier(ack_at_, now + kAckDelayMs);  // our acknowledgement was lost
    return false;
  }
  Slot& slot = slots_[record.sequence % kWindow];
  slot.sequence = record.sequence;
  slot.size = static_cast<uint8_t>(body.size);
  __builtin_memcpy(slot.body, body.data, body.size);
  advance();
  return true;
}

void Receiver::on_dropped(const Dropped& dropped, uint64_t now) {
  const bool sound =
      link_ == Link::open && dropped.link == link_now() && dropped.first <= seen_ + 1 &&
      dropped.last <= kSequenceMax && dropped.first <= dropped.last &&
      dropped.last - dropped.first < dropped.total && dropped.last - dropped.first < kLostMax;
  if (!sound) return;
  heard_at_ = now;
  if (dropped.last > lost_to_) lost_to_ = dropped.last;
  advance();
  want_ack(now);
}

void Receiver::advance() {
  for (;;) {
    if (seen_ < taken_ + kWindow && holds(seen_ + 1)) {
      ++seen_;
    } else if (seen_ < lost_to_) {
      // Up to the next record that is here after all.
      uint64_t to = seen_ + 1;
      while (to < lost_to_ && to < taken_ + kWindow && !holds(to + 1)) ++to;
      seen_ = to < taken_ + kWindow ? to : lost_to_;
    } else {
      return;
    }
  }
}

bool Receiver::take(Delivery& out) {
  if (stream_news_) {
    stream_news_ = false;
    out = {What::stream, {}, 0, stored_, before_};
    return true;
  }
  if (taken_ >= seen_) return false;
  if (holds(taken_ + 1)) {
    const Slot& slot = slots_[++taken_ % kWindow];
    out = {What::record, {}, 0, 0, {}};
    if (!from_body({slot.body, slot.size}, out.record)) return false;  // it was one when it came
  } else {
    const uint64_t first = taken_ + 1;
    uint64_t last = first;
    while (last < seen_ && last - taken_ < kWindow && !holds(last + 1)) ++last;
    if (last - taken_ >= kWindow) last = seen_;
    taken_ = last;
    out = {What::lost, {}, first, last, {}};
  }
  advance();
  return true;
}

void Receiver::confirm(Mark mark) {
  if (mark.stream != stream_ || mark.position <= stored_ || mark.position > taken_) return;
  stored_ = mark.position;
  ack_now_ = true;
}

void Receiver::want_ack(uint64_t now) {
  ack_at_ = earlier(ack_at_, now + kAckDelayMs);
  if (++unacknowledged_ >= kAckRecords) ack_now_ = true;
}

void Receiver::on_time(const Time& time, uint64_t now) {
  if (link_ != Link::open || time.link != link_now() || !token_open_ || time.token != token_)
    return;
  heard_at_ = now;
  token_open_ = false;
  ++answers_;
  const uint64_t trip = now - token_at_;
  const ClockOf fresh{time.boot, true, token_at_ + trip / 2 - time.tick, trip / 2 + 1, now};
  ClockOf* place = &clocks_[0];
  for (ClockOf& each : clocks_) {
    if (each.known && each.boot == time.boot) {
      const uint64_t aged = each.error + (now - each.at) / kDriftDivisor;
      if (fresh.error <= aged) each = fresh;
      return;
    }
    if (!each.known || (place->known && each.at < place->at)) place = &each;
  }
  *place = fresh;
}

bool Receiver::place(uint16_t boot, uint64_t tick, uint64_t& at) const {
  for (const ClockOf& each : clocks_) {
    if (!each.known || each.boot != boot) continue;
    at = tick + each.offset;
    return at <= heard_at_ + kFutureMax;
  }
  return false;
}

size_t Receiver::next(uint64_t now, uint64_t utc_ms, uint8_t* frame) {
  if (link_ == Link::open && now - heard_at_ >= kSilenceMs) restart();
  if (link_ != Link::open) {
    if (now < hello_at_) return 0;
    hello_at_ = now + kHelloEveryMs;
    return to_frame(GatewayHello{kVersion, session_, nonce_, stream_, stored_}, frame);
  }
  if (now >= ask_time_at_) {
    ask_time_at_ = now + (answers_ < kTimeFirst ? kTimeFirstMs : kTimeEveryMs);
    token_at_ = now;
    token_open_ = true;
    return to_frame(TimeRequest{++token_, utc_ms}, frame);
  }
  if (grants(now) && (ack_now_ || now >= ack_at_)) return send_ack(now, frame);
  return 0;
}

uint64_t Receiver::due(uint64_t now) const {
  if (link_ != Link::open) return hello_at_;
  const uint64_t granted = later(ack_now_ ? now : ack_at_, grants(now) ? 0 : now + kTimeFirstMs);
  return earlier(earlier(ask_time_at_, granted), heard_at_ + kSilenceMs);
}

size_t Receiver::send_ack(uint64_t now, uint8_t* frame) {
  ack_now_ = false;
  ack_at_ = now + kAckEveryMs;
  unacknowledged_ = 0;
  uint8_t bits[kWindow / 8] = {};
  size_t used = 0;
  for (uint64_t at = seen_ + 1; at <= seen_ + kWindow && at <= taken_ + kWindow; ++at) {
    if (!holds(at)) continue;
    const uint64_t bit = at - seen_ - 1;
    bits[bit / 8] = static_cast<uint8_t>(bits[bit / 8] | 1U << bit % 8);
    used = bit / 8 + 1;
  }
  const uint64_t to = limit();
  const auto window = static_cast<uint16_t>(to > seen_ ? to - seen_ : 0);
  return to_frame(Ack{link_now(), stored_, seen_, window, {bits, used}}, frame);
}

}  // namespace vitalgate::bridge::wire
