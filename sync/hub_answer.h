// The hub's answer (CONTRACT, "The hub's answer"): which ranges it has stored, what it refuses, or
// why it took nothing.
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

// Title and detail of a problem (RFC 9457, application/problem+json) as one clause of printable
// ASCII, at most kProblemWordsMax characters; empty when `text` is none or says nothing.
inline constexpr std::size_t kProblemWordsMax = 160;
std::string problem_words(std::string_view text);

}  // namespace vitalgate::sync
