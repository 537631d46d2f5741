#include <algorithm>
#include <array>
#include <functional>
#include <utility>

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

class Writer {
 public:
  explicit Writer(std::string_view id_prefix) : id_prefix_(id_prefix) {
    first_of_hash_.fill(kNoForm);
  }

  // The length of the first of `rows`, which is written.
  std::size_t add(std::string_view rows, Sequence sequence) {
    const std::size_t expected = memory_.expected();
    if (expected != kNoForm) {
      const std::size_t length = memory_[expected].form.match(rows, times_, values_);
      if (length > 0 && ends(rows.substr(length)) && holds(expected, sequence)) {
        columns_[kKinds].push_back(static_cast<char>(kExpected));
        put(expected, sequence);
        return length;
      }
    }
    const std::string_view row = first_row(rows);
    const std::size_t form = find(row, sequence);
    if (form == kNoForm) {
      columns_[kKinds].push_back(static_cast<char>(kWhole));
      put_text(row);
    } else {
      put(form, sequence);
    }
    return row.size();
  }

  void append_to(std::string& out) const {
    for (const std::string& column : columns_) {
      put_varint(out, column.size());
      out.append(column);
    }
  }

 private:
  static bool ends(std::string_view rest) {
    return rest.empty() || rest.starts_with(kRowSeam.substr(1));
  }

  // A known form that `row` has, or a new one; says which. Nothing when the row has to be whole.
  std::size_t find(std::string_view row, Sequence sequence) {
    const std::string_view head = head_of_row(row);
    if (head.empty()) return kNoForm;
    std::size_t& first = first_of_hash_[std::hash<std::string_view>()(head) % kHashes];
    for (std::size_t form = first; form != kNoForm; form = next_of_hash_[form])
      if (fits(form, row, sequence)) {
        columns_[kKinds].push_back(static_cast<char>(kFirstForm + form));
        return form;
      }
    const auto fresh = memory_.size() < kFormsMax ? RowForm::of(row, id_prefix_) : std::nullopt;
    if (!fresh || fresh->match(row, times_, values_) != row.size() || !holds(*fresh, sequence))
      return kNoForm;
    put_form(*fresh);
    const std::size_t form = memory_.size();
    memory_.learn(*fresh);
    next_of_hash_[form] = std::exchange(first, form);
    columns_[kKinds].push_back(static_cast<char>(kNew));
    return form;
  }

  bool fits(std::size_t form, std::string_view row, Sequence sequence) {
    const RowForm& of = memory_[form].form;
    return of.match(row, times_, values_) == row.size() && holds(of, sequence);
  }

  // A group's first row is not behind its others.
  [[nodiscard]] bool holds(std::size_t form, Sequence sequence) {
    return holds(memory_[form].form, sequence);
  }
  [[nodiscard]] bool holds(const RowForm& form, Sequence sequence) const {
    for (std::size_t i = 0; i < form.count; ++i)
      if (form.parts[i].gap == Gap::group && values_.number[i] > stored(sequence)) return false;
    return true;
  }

  void put(std::size_t form, Sequence sequence) {
    RowMemory::Entry& entry = memory_[form];
    for (std::size_t i = 0; i < entry.form.count; ++i) {
      const Gap gap = entry.form.parts[i].gap;
      if (gap == Gap::end) break;
      if (gap == Gap::text) {
        put_text(values_.text[i]);
      } else if (gap == Gap::group) {
        put_varint(columns_[kGroups], sequence - static_cast<Sequence>(values_.number[i]));
      } else {
        const std::int64_t number = values_.number[i];
        put_varint(columns_[column_of(gap)], zigzag(memory_.base(entry, i), number));
        memory_.remember(entry, i, number);
      }
    }
    entry.used = true;
    memory_.follow(form);
  }

  void put_text(std::string_view text) {
    put_varint(columns_[kTexts], text.size());
    columns_[kTexts].append(text);
  }

  // Each part by what it shares with the same part of the form before, at both ends.
  void put_form(const RowForm& form) {
    std::string& out = columns_[kForms];
    for (std::size_t i = 0; i < form.count; ++i) {
      const RowForm::Part& part = form.parts[i];
      const std::string_view before = memory_.part_before(i), text = part.fixed;
      const std::size_t head = common_head(before, text);
      const std::size_t tail = common_tail(before.substr(head), text.substr(head));
      out.push_back(
          static_cast<char>(static_cast<unsigned>(part.gap) | unsigned{part.decimals} << 4U));
      put_varint(out, head);
      put_varint(out, tail);
      put_varint(out, text.size() - head - tail);
      out.append(text.substr(head, text.size() - head - tail));
    }
  }

  static std::int64_t stored(Sequence sequence) { return static_cast<std::int64_t>(sequence); }

  static constexpr std::size_t kHashes = 256;
  std::string_view id_prefix_;
  std::array<std::string, kColumns> columns_;
  RowMemory memory_;
  std::array<std::size_t, kHashes> first_of_hash_{};
  std::array<std::size_t, kFormsMax> next_of_hash_{};
  TimeReader times_;
  RowValues values_;
};

}  // namespace

bool append_columns(std::string& out, std::string_view rows, std::string_view id_prefix,
                    Range range) {
  RowBeginning beginning(id_prefix, range.first);
  Writer writer(id_prefix);
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
