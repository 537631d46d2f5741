// The bridge's state machine and ring against a gateway that says anything: it sends only records
// that it holds, as they were measured, within what was granted; it frees only what was said to be
// stored; what it dropped is exactly what it declares.
//
// Input: as for the gateway's target; a length of 0 is a measurement, a pause or a reset.
#include <algorithm>
#include <cstdint>
#include <cstring>
#include <memory>

#include "agent/core/check.h"
#include "firmware-bridge/firmware/sender.h"

namespace vitalgate::bridge::wire {
namespace {

using Memory = RingMemory<1024>;

// What record `number` says: its size and all of its bytes.
std::size_t size_of(std::uint64_t number) { return 1 + number * 7 % 60; }

class Run {
 public:
  Run() : memory_(std::make_unique<Memory>()) { start(); }

  void hear(Bytes bytes) {
    std::uint8_t body[kBodyMax];
    const std::size_t size = std::min(bytes.size, sizeof body);
    std::memcpy(body, bytes.data, size);
    if (size >= 5 && body[0] == Ack::kType) place_link(body);
    const std::uint64_t stored = ring_->stored();
    const std::uint64_t newest = ring_->newest();
    sender_->receive({body, size}, now_, now_ * 31);
    if (GatewayHello hello; from_body({body, size}, hello) && hello.version == kVersion &&
                            hello.session != 0 && hello.session != session_) {
      session_ = hello.session;
      limit_ = ring_->stored();
    }
    if (Ack ack; from_body({body, size}, ack) && ack.seen <= newest)
      limit_ = std::max(limit_, ack.seen + ack.window);
    VG_CHECK(ring_->stored() >= stored && ring_->stored() <= ring_->newest());
    VG_CHECK(ring_->newest() == newest);
    speak();
  }

  void happen(std::uint8_t what) {
    now_ += what % 64;
    if (what >= 64) measure(what % 8);
    if (what == 250) start();
    speak();
  }

 private:
  void start() {
    ring_ = std::make_unique<Ring>(*memory_);
    const bool kept = ring_->restore();
    VG_CHECK(kept == started_);
    started_ = true;
    sender_ = std::make_unique<Sender>(*ring_, Identity{{}, {}, kTellsTime});
    session_ = 0;
  }

  void place_link(std::uint8_t* body) const {
    const std::uint32_t link = link_of(session_, ring_->stream());
    std::memcpy(body + 1, &link, sizeof link);
  }

  void measure(unsigned count) {
    for (unsigned i = 0; i <= count; ++i) {
      const std::uint64_t number = ring_->newest() + 1;
      std::uint8_t payload[64];
      std::memset(payload, static_cast<int>(number % 251), sizeof payload);
      VG_CHECK(ring_->push(number, Kind::gatt_value, {payload, size_of(number)}));
    }
  }

  void speak() {
    std::uint8_t frame[kFrameMax];
    for (int i = 0; i < 1000; ++i) {
      const std::size_t size = sender_->next(now_, frame);
      if (size == 0) return;
      std::uint8_t body[kEncodedMax];
      const std::size_t length = decode_frame({frame, size - 1}, body);
      VG_CHECK(length > 0);
      check({body, length});
    }
    VG_CHECK(false);  // it would go on for ever
  }

  void check(Bytes body) const {
    if (Record record; from_body(body, record)) {
      VG_CHECK(session_ != 0 && record.link == link_of(session_, ring_->stream()));
      VG_CHECK(record.sequence >= ring_->oldest() && record.sequence <= ring_->newest());
      VG_CHECK(record.sequence <= limit_ && record.tick == record.sequence);
      VG_CHECK(record.payload.size == size_of(record.sequence));
      for (std::size_t i = 0; i < record.payload.size; ++i)
        VG_CHECK(record.payload.data[i] == record.sequence % 251);
    } else if (Dropped dropped; from_body(body, dropped)) {
      VG_CHECK(dropped.first == ring_->stored() + 1 && dropped.last + 1 == ring_->oldest());
      VG_CHECK(dropped.last - dropped.first < dropped.total);
    }
  }

  std::unique_ptr<Memory> memory_;
  std::unique_ptr<Ring> ring_;
  std::unique_ptr<Sender> sender_;
  std::uint64_t now_ = 0;
  std::uint32_t session_ = 0;
  std::uint64_t limit_ = 0;
  bool started_ = false;
};

}  // namespace
}  // namespace vitalgate::bridge::wire

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace vitalgate::bridge::wire;
  Run run;
  for (std::size_t at = 0; at + 1 < size;) {
    const std::size_t length = data[at++];
    if (length == 0) {
      run.happen(data[at++]);
      continue;
    }
    const std::size_t there = std::min(length, size - at);
    run.hear({data + at, there});
    at += there;
  }
  return 0;
}
