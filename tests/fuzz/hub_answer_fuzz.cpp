// The hub's answer: any bytes give ranges inside their limits or a reason, never anything else.
#include "sync/hub_answer.h"

#include "agent/core/check.h"
#include "agent/core/limits.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace vitalgate;
  const auto answer = sync::parse_hub_answer({reinterpret_cast<const char*>(data), size});
  if (!answer) {
    VG_CHECK(answer.error().code == Errc::malformed && !answer.error().what.empty());
    return 0;
  }
  VG_CHECK(!answer->stream_id.empty());
  for (const sync::Range& range : answer->stored)
    VG_CHECK(range.first >= 1 && range.first <= range.last && range.last <= limits::kSequenceMax);
  for (const sync::Refusal& refusal : answer->rejected) VG_CHECK(!refusal.reading_id.empty());
  return 0;
}
