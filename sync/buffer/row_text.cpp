#include "sync/buffer/row_text.h"

#include "agent/core/limits.h"
#include "sync/buffer/row_beginning.h"
#include "sync/buffer/row_columns.h"

namespace vitalgate::sync {
namespace {

constexpr char kAsTheyAre = '\0', kLines = '\1', kColumns = '\2';

// Rows without their beginnings, a line each, as stores were written before there were columns.
std::optional<std::string> rows_of_lines(std::string_view lines, std::string_view id_prefix,
                                         Range range) {
  std::string rows;
  for (RowBeginning beginning(id_prefix, range.first);; beginning.next()) {
    const std::size_t end = lines.find('\n');
    if (end == std::string_view::npos) return std::nullopt;
    rows.append(beginning.text()).append(lines.substr(0, end));
    lines.remove_prefix(end + 1);
    if (beginning.sequence() == range.last) break;
    rows.push_back(',');
  }
  if (!lines.empty()) return std::nullopt;
  return rows;
}

// Whether rows can have these numbers.
bool is_sound(Range range) {
  return range.first <= range.last && range.last <= limits::kSequenceMax;
}

}  // namespace

void shorten_rows(std::string_view rows, std::string_view id_prefix, Range range, RowBook& book,
                  std::string& out) {
  out.assign(1, kColumns);
  if (is_sound(range) && rows.size() <= limits::kUnpackedBytesMax &&
      append_columns(out, rows, id_prefix, range, book))
    return;
  out.assign(1, kAsTheyAre).append(rows);
}

Result<std::string> restore_rows(std::string_view stored, std::string_view id_prefix, Range range) {
  if (stored.starts_with(kAsTheyAre)) return std::string(stored.substr(1));
  std::optional<std::string> rows;
  if (is_sound(range) && stored.starts_with(kColumns))
    rows = rows_of_columns(stored.substr(1), id_prefix, range);
  if (is_sound(range) && stored.starts_with(kLines))
    rows = rows_of_lines(stored.substr(1), id_prefix, range);
  if (rows) return *std::move(rows);
  return Error{Errc::corrupt, "a stored segment does not hold its readings", ""};
}

void append_lines(std::string& out, std::string_view rows) {
  for (;;) {
    const std::string_view row = first_row(rows);
    out.append(row).push_back('\n');
    if (row.size() == rows.size()) return;
    rows.remove_prefix(row.size() + 1);
  }
}

}  // namespace vitalgate::sync
