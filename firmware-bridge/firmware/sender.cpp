#include "firmware-bridge/firmware/sender.h"

namespace vitalgate::bridge::wire {
namespace {

constexpr uint32_t kExpireEveryTicks = 20;
constexpr uint32_t kDroppedEveryTicks = 20;  // a range that grows is declared this often

uint64_t mix(uint64_t x) {  // splitmix64
  x = (x ^ x >> 30) * 0xBF58476D1CE4E5B9;
  x = (x ^ x >> 27) * 0x94D049BB133111EB;
  return x ^ x >> 31;
}

constexpr uint64_t later(uint64_t a, uint64_t b) { return a > b ? a : b; }
constexpr uint64_t earlier(uint64_t a, uint64_t b) { return a < b ? a : b; }

}  // namespace

bool Sender::receive(Bytes body, uint64_t now, uint64_t entropy) {
  if (GatewayHello hello; from_body(body, hello)) {
    on_hello(hello, entropy);
  } else if (Ack ack; from_body(body, ack)) {
    if (session_ != 0 && ack.link == link()) on_ack(ack, now);
  } else if (TimeRequest request; from_body(body, request)) {
    time_due_ = true;
    time_token_ = request.token;
    if (request.utc_ms > now) utc_at_start_ = request.utc_ms - now;
  } else if (Ping ping; from_body(body, ping)) {
    pong_due_ = true;
    pong_token_ = ping.token;
  } else {
    return false;
  }
  heard_at_ = now;
  return true;
}

void Sender::on_hello(const GatewayHello& hello, uint64_t entropy) {
  hello_due_ = true;  // also when it came twice: our answer may have been lost
  if (hello.version != kVersion || hello.session == 0 || hello.session == session_) return;
  session_ = hello.session;
  if (ring_.stream() == 0) {
    const uint64_t id = mix(mix(hello.nonce + 0x9E3779B97F4A7C15) + entropy);
    ring_.name_stream(id != 0 ? id : 1);
  }
  if (hello.stream == ring_.stream()) ring_.release(hello.stored);
  // A gateway that says hello anew has what it stored and nothing else.
  seen_ = limit_ = ring_.stored();
  next_ = ring_.oldest();
  next_place_ = ring_.first_place();
  missing_ = 0;
  missing_from_ = next_;
  arrived_order_ = order_;
  dropped_told_ = 0;
}

void Sender::on_ack(const Ack& ack, uint64_t now) {
  const bool sound = ack.stored <= ack.seen && ack.seen <= ring_.newest() && ack.window <= 0x7FFF;
  if (!sound) return;
  ring_.release(ack.stored);
  limit_ = later(limit_, ack.seen + ack.window);
  if (ack.seen < seen_) return;  // overtaken by a later one
  mark_arrived(ack, now);
  seen_ = ack.seen;
  follow_ring();
  missing_from_ = base() + 1;
  missing_ = 0;
  for (uint64_t at = missing_from_; at < next_; ++at) {
    Slot& each = slot(at);
    const auto behind = static_cast<int32_t>(arrived_order_ - each.order);
    if (each.fate == Fate::sent && behind > static_cast<int32_t>(kReorderFrames))
      each.fate = Fate::missing;
    if (each.fate == Fate::missing) ++missing_;
  }
}

void Sender::mark_arrived(const Ack& ack, uint64_t now) {
  for (uint64_t at = base() + 1; at < next_; ++at) {
    const uint64_t bit = at - ack.seen - 1;
    const bool there = at <= ack.seen || (bit / 8 < ack.bitmap.size &&
                                          (ack.bitmap.data[bit / 8] >> bit % 8 & 1) != 0);
    Slot& each = slot(at);
    if (!there || each.fate == Fate::arrived) continue;
    each.fate = Fate::arrived;
    const uint32_t age = static_cast<uint32_t>(now) - each.sent_at;
    // An answer that comes sooner than an answer can is one to an earlier transmission.
    if (each.again && age < round_trip_) continue;
    if (!each.again) round_trip_ = (7 * round_trip_ + age) / 8;
    if (static_cast<int32_t>(each.order - arrived_order_) > 0) arrived_order_ = each.order;
  }
}

uint64_t Sender::base() const { return later(seen_, ring_.oldest() - 1); }

uint64_t Sender::newest_allowed() const {
  return earlier(earlier(limit_, base() + kWindow), ring_.newest());
}

// Records may have been dropped, or a gateway that kept its memory may have more than we sent.
void Sender::follow_ring() {
  const uint64_t from = base() + 1;
  if (next_ >= from) return;
  uint64_t at = later(earlier(next_, from), ring_.oldest());
  uint32_t place = at == next_ ? next_place_ : ring_.first_place();
  for (; at < from; ++at) place = ring_.place_after(place);
  next_ = from;
  next_place_ = place;
}

void Sender::expire(uint64_t now) {
  if (now < expire_at_) return;
  expire_at_ = now + kExpireEveryTicks;
  missing_from_ = base() + 1;
  missing_ = 0;
  // Without anything new to send no later record can show that one is missing: the line is free,
  // so it is sent again sooner.
  const bool idle = next_ > newest_allowed();
  const uint64_t patience = later(idle ? kProbeTicks : kRetransmitTicks, 2 * round_trip_);
  for (uint64_t at = missing_from_; at < next_; ++at) {
    Slot& each = slot(at);
    const uint32_t age = static_cast<uint32_t>(now) - each.sent_at;
    if (each.fate == Fate::sent && age >= patience) each.fate = Fate::missing;
    if (each.fate == Fate::missing) ++missing_;
  }
}

size_t Sender::next(uint64_t now, uint8_t* frame) {
  size_t size = send_control(now, frame);
  if (size == 0 && has_gateway(now)) {
    follow_ring();
    expire(now);
    size = send_dropped(now, frame);
    if (size == 0) size = send_missing(now, frame);
    if (size == 0) size = send_new(now, frame);
    if (size == 0 && now - spoke_at_ >= kKeepaliveTicks) size = to_frame(Ping{link()}, frame);
  }
  if (size != 0) spoke_at_ = now;
  return size;
}

size_t Sender::send_control(uint64_t now, uint8_t* frame) {
  if (hello_due_ || (!has_gateway(now) && now - hello_at_ >= kKeepaliveTicks))
    return send_hello(now, frame);
  if (time_due_ && session_ != 0) {
    time_due_ = false;
    return to_frame(Time{link(), time_token_, ring_.boot(), now}, frame);
  }
  if (pong_due_) {
    pong_due_ = false;
    return to_frame(Pong{pong_token_}, frame);
  }
  return 0;
}

size_t Sender::send_hello(uint64_t now, uint8_t* frame) {
  hello_due_ = false;
  hello_at_ = now;
  BridgeHello hello;
  hello.session = session_;
  hello.stream = ring_.stream();
  hello.boot = ring_.boot();
  hello.tick = now;
  hello.stored = ring_.stored();
  hello.oldest = ring_.oldest();
  hello.newest = ring_.newest();
  hello.dropped = ring_.dropped();
  hello.capabilities = identity_.capabilities;
  hello.name = identity_.name;
  hello.firmware = identity_.firmware;
  return to_frame(hello, frame);
}

size_t Sender::send_dropped(uint64_t now, uint8_t* frame) {
  const uint64_t last = ring_.oldest() - 1;
  if (seen_ >= last) return 0;
  const uint32_t pause = last > dropped_told_ ? kDroppedEveryTicks : kRetransmitTicks;
  if (dropped_told_ != 0 && now - dropped_told_at_ < pause) return 0;
  dropped_told_ = last;
  dropped_told_at_ = now;
  return to_frame(Dropped{link(), ring_.stored() + 1, last, ring_.dropped()}, frame);
}

size_t Sender::send_missing(uint64_t now, uint8_t* frame) {
  if (missing_ == 0) return 0;
  for (uint64_t at = later(missing_from_, base() + 1); at < next_; ++at) {
    if (slot(at).fate != Fate::missing) continue;
    missing_from_ = at + 1;
    --missing_;
    slot(at).again = true;
    return send_record(at, now, frame);
  }
  missing_ = 0;  // those that are left have been dropped
  return 0;
}

size_t Sender::send_new(uint64_t now, uint8_t* frame) {
  if (next_ > newest_allowed()) return 0;
  slot(next_).place = next_place_;
  slot(next_).again = false;
  next_place_ = ring_.place_after(next_place_);
  return send_record(next_++, now, frame);
}

size_t Sender::send_record(uint64_t sequence, uint64_t now, uint8_t* frame) {
  Slot& at = slot(sequence);
  at.fate = Fate::sent;
  at.order = ++order_;
  at.sent_at = static_cast<uint32_t>(now);
  Ring::Entry entry{};
  uint8_t payload[kPayloadMax];
  ring_.read(at.place, entry, payload);
  const Record record{link(), sequence, entry.boot, entry.tick, entry.kind, entry.payload};
  return to_frame(record, frame);
}

}  // namespace vitalgate::bridge::wire
