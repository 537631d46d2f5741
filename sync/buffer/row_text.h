// The text of a segment: its rows without what can be worked out again. A mode byte, then
//
//   2  columns (row_columns.h): what changes from row to row
//   1  rows without their beginnings (row_beginning.h), a line each: read, no longer written
//   0  the rows as they are, for what does not begin as rows do
#pragma once

#include <string>
#include <string_view>

#include "agent/core/result.h"
#include "sync/buffer/ranges.h"
#include "sync/buffer/row_book.h"

namespace vitalgate::sync {

// Replaces `out`. `id_prefix` as in a reading id: "clinic-042.vitals-k7p3q9x2ab.". `book`: of the
// segments before, or a fresh one.
void shorten_rows(std::string_view rows, std::string_view id_prefix, Range range, RowBook& book,
                  std::string& out);

// The rows joined by commas. `corrupt` when they are not as many as `range` says.
Result<std::string> restore_rows(std::string_view stored, std::string_view id_prefix, Range range);

// Appends rows that are joined by commas as lines, one a row.
void append_lines(std::string& out, std::string_view rows);

}  // namespace vitalgate::sync
