#include <algorithm>
#include <array>
#include <vector>

#include "agent/core/limits.h"
#include "sync/buffer/row_beginning.h"
#include "sync/buffer/row_columns.h"
#include "sync/buffer/row_memory.h"
#include "sync/buffer/varint.h"

namespace vitalgate::sync {
namespace {

std::size_t common_head(std::string_view a, std::string_view b) {
  return static_cast<std::size_t>(std::mismatch(a.begin(), a.end(), b.begin(), b.end()).first -
                                  a.begin());
}
std::size_t common_tail(std::string_view a, std::string_view b) {
  return static_cast<std::size_t>(std::mismatch(a.rbegin(), a.rend(), b.rbegin(), b.rend()).first -
                                  a.rbegin());
}

constexpr std::size_t kRowsExpected = limits::kBatchReadingsMax;

class Writer {
 public:
  Writer(RowBook& book, std::string_view id_prefix, std::size_t rows)
      : book_(book), id_prefix_(id_prefix) {
    book_.begin_segment();
    for (auto& column : columns_) column.reserve(2 * rows);
  }

  // The length of the first of `rows`, which is written.
  std::size_t add(std::string_view rows, Sequence sequence) {
    RowBook::Known* known = nullptr;
    std::size_t length = book_.match_expected(rows, values_, known);
    if (length == 0) {
      const std::string_view row = first_row(rows);
      known = book_.find(row, id_prefix_, values_);
      length = row.size();
    }
    if (known != nullptr && put_kind(*known)) {
      put(*known, sequence);
    } else {
      columns_[kKinds].push_back(static_cast<char>(kWhole));
      put_text(rows.substr(0, length));
    }
    return length;
  }

  void append_to(std::string& out) const {
    for (const auto& column : columns_) {
      put_varint(out, column.size());
      out.append(column.data(), column.size());
    }
  }

 private:
  // False when it would be one form too many for a segment.
  bool put_kind(RowBook::Known& known) {
    auto& kinds = columns_[kKinds];
    if (known.segment == book_.segment()) {
      const bool expected = known.number == memory_.expected();
      kinds.push_back(static_cast<char>(expected ? kExpected : kFirstForm + known.number));
      return true;
    }
    if (memory_.size() == kFormsMax) return false;
    known.segment = book_.segment();
    known.number = memory_.size();
    kinds.push_back(static_cast<char>(kNew));
    put_form(known.form);
    memory_.learn(known.form);
    return true;
  }

  void put(RowBook::Known& known, Sequence sequence) {
    RowMemory::Entry& entry = memory_[known.number];
    for (std::size_t i = 0; i < known.form.count; ++i) {
      const Gap gap = known.form.parts[i].gap;
      if (gap == Gap::end) break;
      if (gap == Gap::text) {
        put_text(values_.text[i]);
        continue;
      }
      const std::int64_t number = values_.number[i];
      put_varint(columns_[column_of(gap)],
                 difference(gap, memory_.base(entry, i, sequence), number));
      memory_.remember(entry, i, number);
    }
    entry.used = true;
    memory_.follow(known.number);
    book_.follow(known);
  }

  void put_text(std::string_view text) {
    put_varint(columns_[kTexts], text.size());
    append(columns_[kTexts], text);
  }

  // Each part by what it shares with the same part of the form before, at both ends.
  void put_form(const RowForm& form) {
    auto& out = columns_[kForms];
    for (std::size_t i = 0; i < form.count; ++i) {
      const RowForm::Part& part = form.parts[i];
      const std::string_view before = memory_.part_before(i), text = part.fixed;
      const unsigned word = static_cast<unsigned>(part.gap) | unsigned{part.decimals} << 4U;
      if (text == before) {
        out.push_back(static_cast<char>(word | kSameText));
        continue;
      }
      out.push_back(static_cast<char>(word));
      const std::size_t head = common_head(before, text);
      const std::size_t tail = common_tail(before.substr(head), text.substr(head));
      put_varint(out, head);
      put_varint(out, before.size() - head - tail);
      put_varint(out, text.size() - head - tail);
      append(out, text.substr(head, text.size() - head - tail));
    }
  }

  static void append(std::vector<char>& out, std::string_view text) {
    out.insert(out.end(), text.begin(), text.end());
  }

  RowBook& book_;
  std::string_view id_prefix_;
  std::array<std::vector<char>, kColumns> columns_;
  RowMemory memory_;
  RowValues values_;
};

}  // namespace

bool append_columns(std::string& out, std::string_view rows, std::string_view id_prefix,
                    Range range, RowBook& book) {
  RowBeginning beginning(id_prefix, range.first);
  Writer writer(book, id_prefix, std::min<std::size_t>(range.count(), kRowsExpected));
  for (;; beginning.next()) {
    if (!rows.starts_with(beginning.text())) return false;
    rows.remove_prefix(beginning.text().size());
    rows.remove_prefix(writer.add(rows, beginning.sequence()));
    if (beginning.sequence() == range.last) break;
    if (!rows.starts_with(',')) return false;
    rows.remove_prefix(1);
  }
  if (!rows.empty()) return false;
  writer.append_to(out);
  return true;
}

}  // namespace vitalgate::sync
