#include "sync/buffer/row_columns.h"

#include <algorithm>
#include <array>
#include <functional>
#include <utility>
#include <vector>

#include "agent/core/limits.h"
#include "agent/core/pen.h"
#include "sync/buffer/row_beginning.h"
#include "sync/buffer/row_form.h"
#include "sync/buffer/varint.h"

namespace vitalgate::sync {
namespace {

// What a row's byte says: the form that followed the one before last time, none at all, one that
// is new, or which.
constexpr std::size_t kExpected = 0, kWhole = 1, kNew = 2, kFirstForm = 3;
constexpr std::size_t kFormsMax = 256 - kFirstForm;
constexpr std::size_t kNoForm = SIZE_MAX;

// In the order in which they are stored.
enum Column : std::size_t { kKinds, kForms, kTimes, kDelays, kNumbers, kGroups, kTexts };
constexpr std::size_t kColumns = kTexts + 1;

// What both sides remember of the rows before.
class Memory {
 public:
  struct Entry {
    RowForm form;
    std::size_t follower = kNoForm;
    std::array<std::int64_t, kRowPartsMax> last{};
    bool used = false;
  };
  Memory() { entries_.reserve(64); }

  [[nodiscard]] std::size_t size() const { return entries_.size(); }
  Entry& operator[](std::size_t form) { return entries_[form]; }
  void learn(const RowForm& form) { entries_.push_back({form, kNoForm, {}, false}); }

  // The form that is likely next, or kNoForm.
  [[nodiscard]] std::size_t expected() const {
    return before_ == kNoForm ? kNoForm : entries_[before_].follower;
  }
  void follow(std::size_t form) {
    if (before_ != kNoForm) entries_[before_].follower = form;
    before_ = form;
  }

  // The number that a gap's difference is counted from.
  [[nodiscard]] std::int64_t base(const Entry& entry, std::size_t part) const {
    if (entry.form.parts[part].gap != Gap::number) return observed_;
    return entry.used ? entry.last[part] : number_;
  }
  void remember(Entry& entry, std::size_t part, std::int64_t number) {
    const Gap gap = entry.form.parts[part].gap;
    if (gap == Gap::observed) observed_ = number;
    if (gap == Gap::number) number_ = entry.last[part] = number;
  }

 private:
  std::vector<Entry> entries_;
  std::size_t before_ = kNoForm;
  std::int64_t observed_ = 0, number_ = 0;
};

Column column_of(Gap gap) {
  return gap == Gap::observed ? kTimes : gap == Gap::received ? kDelays : kNumbers;
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
    const std::size_t form = memory_.size();
    memory_.learn(*fresh);
    next_of_hash_[form] = std::exchange(first, form);
    columns_[kKinds].push_back(static_cast<char>(kNew));
    put_form(*fresh);
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
    Memory::Entry& entry = memory_[form];
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

  void put_form(const RowForm& form) {
    std::string& out = columns_[kForms];
    for (std::size_t i = 0; i < form.count; ++i) {
      const RowForm::Part& part = form.parts[i];
      out.push_back(
          static_cast<char>(static_cast<unsigned>(part.gap) | unsigned{part.decimals} << 4U));
      put_varint(out, part.fixed.size());
      out.append(part.fixed);
    }
  }

  static std::int64_t stored(Sequence sequence) { return static_cast<std::int64_t>(sequence); }

  static constexpr std::size_t kHashes = 256;
  std::string_view id_prefix_;
  std::array<std::string, kColumns> columns_;
  Memory memory_;
  std::array<std::size_t, kHashes> first_of_hash_{};
  std::array<std::size_t, kFormsMax> next_of_hash_{};
  TimeReader times_;
  RowValues values_;
};

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
    const RowForm& known = memory_[form].form;
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
    RowForm form;
    while (form.count < kRowPartsMax && !bytes.empty()) {
      const auto word = static_cast<unsigned char>(bytes.front());
      bytes.remove_prefix(1);
      RowForm::Part& part = form.parts[form.count++];
      part.gap = static_cast<Gap>(word & 15U);
      part.decimals = static_cast<std::uint8_t>(word >> 4U);
      if (part.gap > Gap::text || !take_text(bytes, part.fixed)) return false;
      if (part.gap != Gap::end) continue;
      memory_.learn(form);
      return true;
    }
    return false;
  }

  bool take_values(Memory::Entry& entry, Sequence sequence) {
    for (std::size_t i = 0; i < entry.form.count; ++i) {
      const RowForm::Part& part = entry.form.parts[i];
      values_.text[i] = {};
      if (part.gap == Gap::end) continue;
      if (part.gap == Gap::text) {
        if (!take_text(columns_[kTexts], values_.text[i])) return false;
        continue;
      }
      const bool group = part.gap == Gap::group;
      const auto number = take_varint(columns_[group ? kGroups : column_of(part.gap)]);
      if (!number) return false;
      values_.number[i] = group ? static_cast<std::int64_t>(sequence - *number)
                                : unzigzag(memory_.base(entry, i), *number);
      if (!RowForm::can_hold(part, values_.number[i])) return false;
      memory_.remember(entry, i, values_.number[i]);
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
  Memory memory_;
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
