// Rows without what their place already says: how they are stored.
//
// Every row of a segment begins with its id and its sequence, which follow from the stream and
// the segment's first number: a quarter of its length, and the part that compresses worst. A
// stored text is a mode byte, then the rows: 1, without those beginnings, a line each; or 0, as
// they are, for rows that do not begin so. Pure.
#pragma once

#include <string>
#include <string_view>

#include "agent/core/result.h"
#include "sync/buffer/ranges.h"

namespace vitalgate::sync {

// Replaces `out`. `id_prefix` as in a reading id: "clinic-042.vitals-k7p3q9x2ab.".
void shorten_rows(std::string_view rows, std::string_view id_prefix, Sequence first,
                  std::string& out);

// The rows joined by commas. `corrupt` when they are not as many as `range` says.
Result<std::string> restore_rows(std::string_view stored, std::string_view id_prefix, Range range);

// Appends rows that are joined by commas as lines, one a row.
void append_lines(std::string& out, std::string_view rows);

}  // namespace vitalgate::sync
