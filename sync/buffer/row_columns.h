// Rows as columns: what changes from row to row, without what all rows of a form have in common.
//
// For each row one byte that names its form, and in columns of their own the differences of its
// times and numbers to those before; a form is written out at its first use. A row that has no
// form stands there whole. It is exact: what is restored is byte for byte what was taken.
//
// Seven columns, each with its length in front; lengths and differences are varints (varint.h):
//
//   kinds    a byte a row: 0 the form that followed the one before last time; 1 a whole row, in
//            `texts`; 2 a new form, the next of `forms`; 3 and above, which form
//   forms    for each part of a form a byte: its gap, its decimals, and whether its text is that of
//            the same part of the form before (of the first: kUsualParts); if it is not: how much
//            of that it begins with, how much then is replaced, and by what, with its length
//   times    `observed_at` in milliseconds, from the row before
//   delays   `received_at`, from `observed_at`, without sign
//   numbers  from the same gap of the form's row before; its first, from the last number
//   groups   this row's sequence, from that of the group's first, without sign
//   texts    with their lengths
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "sync/buffer/ranges.h"
#include "sync/buffer/row_book.h"

namespace vitalgate::sync {

// Appends `rows`, joined by commas. `book`: of the segments before, or a fresh one. False, with
// anything in `out`, when they do not begin as the rows of `range` do.
bool append_columns(std::string& out, std::string_view rows, std::string_view id_prefix,
                    Range range, RowBook& book);

// The rows joined by commas; nothing when `columns` are not those of so many rows.
std::optional<std::string> rows_of_columns(std::string_view columns, std::string_view id_prefix,
                                           Range range);

}  // namespace vitalgate::sync
