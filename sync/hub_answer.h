// The hub's answer (CONTRACT, "The hub's answer"): which ranges it has stored, what it refuses.
//
// Comes from the network: size, depth, counts and every number are bounded before use.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "agent/core/result.h"
#include "sync/buffer/ranges.h"

namespace vitalgate::sync {

struct Refusal {
  std::string reading_id;
  std::string code;
  std::string detail;
};

struct HubAnswer {
  std::string stream_id;
  std::vector<Range> stored;
  std::vector<Refusal> rejected;
};

// Unknown members are ignored. Errors are `malformed` and name what is wrong, not the content.
Result<HubAnswer> parse_hub_answer(std::string_view text);

}  // namespace vitalgate::sync
