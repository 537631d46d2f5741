// MLLP: any bytes, split anywhere, give the same messages and counts, and every byte is part of a
// message, of its frame, or counted. What was framed comes out as it went in.
//
// Input: one byte says where to split the rest.
#include "firmware-bridge/feed/mllp.h"

#include <memory>

#include "agent/core/check.h"

namespace vitalgate::bridge {
namespace {

struct Outcome {
  std::vector<MllpMessage> messages;
  SourceCounts counts;
  bool inside = false;
};

Outcome run(std::span<const std::byte> bytes, std::size_t split) {
  Outcome outcome;
  MllpFramer framer;
  framer.feed(bytes.first(split), outcome.messages);
  framer.feed(bytes.subspan(split), outcome.messages);
  outcome.counts = framer.counts();
  outcome.inside = framer.is_inside();
  return outcome;
}

void check_same(const Outcome& a, const Outcome& b) {
  VG_CHECK(a.counts == b.counts && a.inside == b.inside);
  VG_CHECK(a.messages.size() == b.messages.size());
  for (std::size_t i = 0; i < a.messages.size(); ++i)
    VG_CHECK(a.messages[i].text == b.messages[i].text);
}

void check_round_trip(std::span<const std::byte> bytes) {
  const std::string text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  if (text.find('\x0B') != std::string::npos || text.find("\x1C\r") != std::string::npos) return;
  const std::string frame = mllp_frame(text);
  const Outcome outcome = run(std::as_bytes(std::span(frame)), 0);
  VG_CHECK(outcome.messages.size() == 1 && outcome.messages[0].text == text);
}

}  // namespace
}  // namespace vitalgate::bridge

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace vitalgate::bridge;
  if (size < 1) return 0;
  const auto copy = std::make_unique<std::byte[]>(size - 1);
  std::copy_n(reinterpret_cast<const std::byte*>(data) + 1, size - 1, copy.get());
  const std::span<const std::byte> bytes(copy.get(), size - 1);
  const Outcome whole = run(bytes, 0);
  check_same(whole, run(bytes, data[0] % (bytes.size() + 1)));
  std::size_t used = whole.counts.skipped_bytes;
  for (const MllpMessage& message : whole.messages) used += message.text.size() + 3;
  VG_CHECK(used <= bytes.size());
  VG_CHECK(whole.counts.bad_frames > 0 || whole.inside || used == bytes.size());
  check_round_trip(bytes);
  return 0;
}
