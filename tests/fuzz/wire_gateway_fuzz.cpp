// The gateway's state machine against a bridge that says anything: what it hands out is in order,
// each number once and within bounds; it grants no more than it has room for, and never says that
// something is stored which was not confirmed.
//
// Input: messages, each a length byte and a body; a length of 0 is a pause, a confirmation or a
// new line. Session and link in a body are replaced by the true ones, so that more of it is looked
// at.
#include <algorithm>
#include <cstdint>
#include <cstring>

#include "agent/core/check.h"
#include "firmware-bridge/bridge/receiver.h"

namespace vitalgate::bridge::wire {
namespace {

constexpr std::uint32_t kOutstanding = 300;

class Run {
 public:
  Run() : receiver_(7, 9, {0x42, 5}, kOutstanding) { speak(); }

  void hear(Bytes bytes) {
    std::uint8_t body[kBodyMax];
    const std::size_t size = std::min(bytes.size, sizeof body);
    std::memcpy(body, bytes.data, size);
    place_session(body, size);
    receiver_.receive({body, size}, now_);
    take();
    speak();
  }

  void happen(std::uint8_t what) {
    now_ += what;
    if (what % 4 == 0) receiver_.confirm({stream_, position_});
    if (what % 4 == 0) confirmed_ = position_;
    if (what == 255) receiver_.restart();
    if (what == 254) now_ += 5000;
    take();
    speak();
  }

 private:
  void place_session(std::uint8_t* body, std::size_t size) const {
    const bool hello = size >= 6 && body[0] == BridgeHello::kType;
    const bool other = size >= 5 && (body[0] == Record::kType || body[0] == Dropped::kType ||
                                     body[0] == Time::kType);
    const std::uint32_t link = link_of(session_, stream_);
    if (hello) std::memcpy(body + 2, &session_, sizeof session_);
    if (other) std::memcpy(body + 1, &link, sizeof link);
  }

  void take() {
    Receiver::Delivery each;
    while (receiver_.take(each)) {
      if (each.what == Receiver::What::stream) {
        stream_ = receiver_.stored().stream;
        VG_CHECK(each.last == receiver_.stored().position);
        position_ = confirmed_ = each.last;
        continue;
      }
      const bool record = each.what == Receiver::What::record;
      const std::uint64_t first = record ? each.record.sequence : each.first;
      VG_CHECK(first == position_ + 1);
      position_ = record ? first : each.last;
      VG_CHECK(position_ >= first && position_ <= kSequenceMax);
      if (record) VG_CHECK(each.record.payload.size <= kPayloadMax);
      std::uint64_t at = 0;
      if (record) receiver_.place(each.record.boot, each.record.tick, at);
    }
  }

  void speak() {
    std::uint8_t frame[kFrameMax];
    for (int i = 0; i < 8; ++i) {
      const std::size_t size = receiver_.next(now_, 1, frame);
      if (size == 0) {
        VG_CHECK(i > 0 || receiver_.due(now_) > now_);
        return;
      }
      std::uint8_t body[kEncodedMax];
      const std::size_t length = decode_frame({frame, size - 1}, body);
      VG_CHECK(length > 0);
      check({body, length});
    }
    VG_CHECK(false);  // it would go on for ever
  }

  void check(Bytes body) {
    if (GatewayHello hello; from_body(body, hello)) {
      VG_CHECK(hello.session != 0 && hello.stored == confirmed_);
      session_ = hello.session;
    } else if (Ack ack; from_body(body, ack)) {
      VG_CHECK(ack.stored == confirmed_ && ack.seen >= ack.stored && ack.seen == position_);
      VG_CHECK(ack.seen + ack.window <= std::max(confirmed_ + kOutstanding, ack.seen));
      VG_CHECK(ack.window <= kWindow);
    }
  }

  Receiver receiver_;
  std::uint64_t now_ = 1000;
  std::uint32_t session_ = 0;
  std::uint64_t stream_ = 0x42;
  std::uint64_t position_ = 5;  // handed out
  std::uint64_t confirmed_ = 5;
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
