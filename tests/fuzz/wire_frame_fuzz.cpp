// Wire frames and messages: any bytes, in one read or split anywhere, give the same bodies and
// counts; what is taken as a frame or message is the same when it is written again.
//
// Input: one byte says where to split the rest.
#include <cstring>
#include <memory>
#include <vector>

#include "agent/core/check.h"
#include "firmware-bridge/wire/message.h"

namespace vitalgate::bridge::wire {
namespace {

using Octets = std::vector<std::uint8_t>;

// On the heap and not a byte longer, so that a read beyond the end is seen.
struct Exact {
  explicit Exact(Bytes bytes) : data(new std::uint8_t[bytes.size]), size(bytes.size) {
    if (size > 0) std::memcpy(data.get(), bytes.data, size);
  }
  [[nodiscard]] Bytes view() const { return {data.get(), size}; }
  std::unique_ptr<std::uint8_t[]> data;
  std::size_t size;
};

// A message keeps its known fields when it is written again.
template <class Message>
void check_message(Bytes body) {
  Message message;
  if (!from_body(body, message)) return;
  std::uint8_t frame[kFrameMax];
  const std::size_t size = to_frame(message, frame);
  VG_CHECK(size > 0);
  std::uint8_t again[kEncodedMax];
  const std::size_t length = decode_frame({frame, size - 1}, again);
  VG_CHECK(length > 0 && length <= body.size);
  VG_CHECK(std::memcmp(again, body.data, length) == 0);
}

void check_body(Bytes bytes) {
  const Exact exact(bytes);
  const Bytes body = exact.view();
  check_message<BridgeHello>(body);
  check_message<GatewayHello>(body);
  check_message<Ack>(body);
  check_message<TimeRequest>(body);
  check_message<Time>(body);
  check_message<Ping>(body);
  check_message<Pong>(body);
  check_message<Log>(body);
  check_message<Dropped>(body);
  check_message<Record>(body);
  Record record;
  if (!from_body(body, record)) return;
  GattValue value;
  if (from_payload(record.payload, value)) VG_CHECK(value.value.size + 3 == record.payload.size);
  SensorState state;
  if (from_payload(record.payload, state)) VG_CHECK(state.name.size + 2 == record.payload.size);
}

struct Outcome {
  std::vector<Octets> bodies;
  std::uint64_t good;
  std::uint64_t bad;
  std::uint64_t skipped;
  bool operator==(const Outcome&) const = default;
};

Outcome read(Bytes bytes, std::size_t split) {
  Deframer deframer;
  Outcome out{};
  const auto keep = [&](Bytes body) {
    out.bodies.emplace_back(body.data, body.data + body.size);
    check_body(body);
  };
  deframer.feed(Exact({bytes.data, split}).view(), keep);
  deframer.feed(Exact({bytes.data + split, bytes.size - split}).view(), keep);
  out.good = deframer.good();
  out.bad = deframer.bad();
  out.skipped = deframer.skipped_bytes();
  VG_CHECK(out.good == out.bodies.size());
  return out;
}

// The bytes as a body, to get past the checksum.
void check_round_trip(Bytes bytes) {
  const Bytes body{bytes.data, bytes.size < kBodyMax ? bytes.size : kBodyMax};
  std::uint8_t frame[kFrameMax];
  const std::size_t size = encode_frame(body, frame);
  if (size == 0) return;
  VG_CHECK(find_delimiter({frame, size}) == size - 1);
  std::uint8_t again[kEncodedMax];
  VG_CHECK(decode_frame({frame, size - 1}, again) == body.size);
  VG_CHECK(std::memcmp(again, body.data, body.size) == 0);
  check_body(body);
}

}  // namespace
}  // namespace vitalgate::bridge::wire

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace vitalgate::bridge::wire;
  if (size < 2) return 0;
  const Bytes bytes{data + 1, size - 1};
  VG_CHECK(read(bytes, bytes.size) == read(bytes, data[0] % (bytes.size + 1)));
  check_round_trip(bytes);
  return 0;
}
