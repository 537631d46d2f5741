// Rows as columns: what changes from row to row, without what all rows of a form have in common.
//
// For each row one byte that names its form, and in columns of their own the differences of its
// times and numbers to those before; a form is written out at its first use. A row that has no
// form stands there whole. It is exact: what is restored is byte for byte what was taken.
// docs/reliability.md says what a segment's text is. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "sync/buffer/ranges.h"

namespace vitalgate::sync {

// Appends `rows`, joined by commas. False, with anything in `out`, when they do not begin as the
// rows of `range` do.
bool append_columns(std::string& out, std::string_view rows, std::string_view id_prefix,
                    Range range);

// The rows joined by commas; nothing when `columns` are not those of so many rows.
std::optional<std::string> rows_of_columns(std::string_view columns, std::string_view id_prefix,
                                           Range range);

}  // namespace vitalgate::sync
