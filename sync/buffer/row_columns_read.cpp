#include <algorithm>
#include <array>
#include <deque>

#include "agent/core/limits.h"
#include "agent/core/pen.h"
#include "sync/buffer/row_beginning.h"
#include "sync/buffer/row_columns.h"
#include "sync/buffer/row_memory.h"
#include "sync/buffer/varint.h"

namespace vitalgate::sync {
namespace {

class Reader {
 public:
  // False when `bytes` are no columns.
  bool open(std::string_view bytes) {
    for (std::string_view& column : columns_)
      if (!take_text(bytes, column)) return false;
    return bytes.empty();
  }
  [[nodiscard]] std::size_t rows() const { return columns_[kKinds].size(); }
  [[nodiscard]] bool at_end() const {
    return std::all_of(columns_.begin(), columns_.end(),
                       [](auto column) { return column.empty(); });
  }

  // Appends the next row behind `beginning`; false when it is not one.
  bool add(std::string& out, const RowBeginning& beginning) {
    std::string_view& kinds = columns_[kKinds];
    const auto kind = static_cast<unsigned char>(kinds.front());
    kinds.remove_prefix(1);
    if (kind == kWhole) {
      std::string_view row;
      if (!take_text(columns_[kTexts], row)) return false;
      out.append(beginning.text()).append(row);
      return true;
    }
    const std::size_t form = form_of(kind);
    if (form >= memory_.size() || !take_values(memory_[form], beginning.sequence())) return false;
    memory_.follow(form);
    const RowForm& known = *memory_[form].form;
    Pen pen(out, beginning.text().size() + known.room(values_));
    pen.text(beginning.text());
    pen.move_to(known.write(pen.at(), values_));
    return true;
  }

 private:
  std::size_t form_of(unsigned char kind) {
    if (kind == kExpected) return memory_.expected();
    if (kind >= kFirstForm) return kind - kFirstForm;
    return take_form() ? memory_.size() - 1 : kNoForm;
  }

  bool take_form() {
    if (memory_.size() == kFormsMax) return false;
    std::string_view& bytes = columns_[kForms];
    RowForm& form = forms_.emplace_back();
    while (form.count < kRowPartsMax && !bytes.empty()) {
      const auto word = static_cast<unsigned char>(bytes.front());
      bytes.remove_prefix(1);
      RowForm::Part& part = form.parts[form.count++];
      part.gap = static_cast<Gap>(word & 7U);
      part.decimals = static_cast<std::uint8_t>(word >> 4U);
      part.fixed = memory_.part_before(form.count - 1);
      if (part.gap > Gap::text || ((word & kSameText) == 0 && !take_part(part.fixed))) return false;
      if (part.gap != Gap::end) continue;
      memory_.learn(form);
      return true;
    }
    return false;
  }

  // `fixed`: the same part of the form before; becomes this one's.
  bool take_part(std::string_view& fixed) {
    const std::string_view before = fixed;
    std::string_view& bytes = columns_[kForms];
    const auto head = take_varint(bytes), replaced = take_varint(bytes);
    std::string_view middle;
    if (!head || !replaced || *head > before.size() || *replaced > before.size() - *head ||
        !take_text(bytes, middle))
      return false;
    part_bytes_ += before.size() - *replaced + middle.size();
    if (part_bytes_ > limits::kUnpackedBytesMax) return false;
    std::string& text = parts_.emplace_back(before.substr(0, *head));
    fixed = text.append(middle).append(before.substr(*head + *replaced));
    return true;
  }

  bool take_values(RowMemory::Entry& entry, Sequence sequence) {
    for (std::size_t i = 0; i < entry.form->count; ++i) {
      const RowForm::Part& part = entry.form->parts[i];
      values_.text[i] = {};
      if (part.gap == Gap::end) continue;
      std::string_view& column = columns_[column_of(part.gap)];
      if (part.gap == Gap::text) {
        if (!take_text(column, values_.text[i])) return false;
        continue;
      }
      const auto difference = take_varint(column);
      if (!difference) return false;
      const std::int64_t number = sum(part.gap, memory_.base(entry, i, sequence), *difference);
      if (!RowForm::can_hold(part, number)) return false;
      values_.number[i] = number;
      memory_.remember(entry, i, number);
    }
    entry.used = true;
    return true;
  }

  static bool take_text(std::string_view& bytes, std::string_view& text) {
    const auto length = take_varint(bytes);
    if (!length || *length > bytes.size()) return false;
    text = bytes.substr(0, *length);
    bytes.remove_prefix(text.size());
    return true;
  }

  std::array<std::string_view, kColumns> columns_;
  std::deque<std::string> parts_;  // what the forms are views of
  std::size_t part_bytes_ = 0;
  std::deque<RowForm> forms_;
  RowMemory memory_;
  RowValues values_;
};

}  // namespace

std::optional<std::string> rows_of_columns(std::string_view columns, std::string_view id_prefix,
                                           Range range) {
  Reader reader;
  if (!reader.open(columns) || reader.rows() != range.count()) return std::nullopt;
  std::string rows;
  rows.reserve(std::min(reader.rows() * 512, limits::kUnpackedBytesMax));
  for (RowBeginning beginning(id_prefix, range.first);; beginning.next()) {
    if (!reader.add(rows, beginning) || rows.size() > limits::kUnpackedBytesMax)
      return std::nullopt;
    if (beginning.sequence() == range.last) break;
    rows.push_back(',');
  }
  if (!reader.at_end()) return std::nullopt;
  return rows;
}

}  // namespace vitalgate::sync
