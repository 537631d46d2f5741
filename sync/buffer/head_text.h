// The text of a batch's head as it is stored: without the words that every envelope has. A mode
// byte, then
//
//   1  what stands between those words, each with its length in front (varint.h)
//   0  the head as it is
//
// A head that begins with neither was stored before there were modes, as it is. The words are
// those of envelope_head() today and stay as they are, whatever it may write later: a head that
// has others is stored whole. Pure.
#pragma once

#include <string>
#include <string_view>

#include "agent/core/result.h"

namespace vitalgate::sync {

// Replaces `out`.
void shorten_head(std::string_view head, std::string& out);

// Byte for byte the head that was shortened; `corrupt` when `stored` is none.
Result<std::string> restore_head(std::string_view stored);

}  // namespace vitalgate::sync
