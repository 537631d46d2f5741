#include "sync/buffer/records.h"

#include <algorithm>

#include "sync/batch/digest.h"
#include "sync/buffer/bound_text.h"

namespace vitalgate::sync {
namespace {

BoundText& add(BoundText& out, StreamRef ref) {
  return out.number(std::uint64_t{static_cast<std::uint8_t>(ref.lane)})
      .number(std::uint64_t{ref.generation});
}

BoundText& add(BoundText& out, Range range) { return out.number(range.first).number(range.last); }

}  // namespace

std::string StreamRecord::bound() const {
  BoundText out("stream");
  add(out, ref).text(epoch).number(next_sequence).number(next_batch);
  return std::string(out);
}

std::string SegmentRecord::bound(std::string_view gateway, std::string_view epoch) const {
  BoundText out("segment 2");
  out.text(gateway).text(epoch);
  add(add(out, stream), range).number(oldest_ms).number(newest_ms);
  out.number(std::uint64_t{key}).text({before.data(), before.size()});
  return std::string(out);
}

Chain SegmentRecord::after(std::string_view bound) const {
  std::string text(bound);
  text.append(sealed);
  const std::string digest = sha256(text);
  Chain link{};
  std::copy_n(digest.begin(), link.size(), link.begin());
  return link;
}

std::string BatchRecord::bound(std::string_view gateway, std::string_view epoch) const {
  BoundText out("batch 2");
  out.text(gateway).text(epoch);
  add(add(out, key.stream()).number(key.number), range);
  out.number(std::uint64_t{bytes}).number(std::uint64_t{stored_bytes});
  out.number(oldest_ms).number(newest_ms);
  out.number(std::uint64_t{backfill}).number(std::uint64_t{tombstone});
  out.number(std::uint64_t{head_key});
  return std::string(out);
}

std::string QuarantineRecord::bound(std::string_view gateway) const {
  BoundText out("quarantine 2");
  out.text(gateway).number(received_ms).text(device).text(rule).text(agent_version);
  out.number(std::uint64_t{key});
  return std::string(out);
}

std::string DeliveredRecord::bound() const {
  BoundText out("delivered");
  add(add(out, stream), range).number(store_ms);
  return std::string(out);
}

}  // namespace vitalgate::sync
