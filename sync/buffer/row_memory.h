// RowMemory: what writing and reading columns remember of the rows before (row_columns.h). Both
// do the same with the same rows, so that differences are taken from the same numbers.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

#include "sync/buffer/row_form.h"
#include "sync/buffer/varint.h"

namespace vitalgate::sync {

// What a row's byte says: the form that followed the one before last time, none at all, one that
// is new, or which.
inline constexpr std::size_t kExpected = 0, kWhole = 1, kNew = 2, kFirstForm = 3;
inline constexpr std::size_t kFormsMax = 256 - kFirstForm;
// In a form's part: its text is that of the same part of the form before.
inline constexpr unsigned kSameText = 8;
inline constexpr std::size_t kNoForm = SIZE_MAX;

// In the order in which they are stored.
enum Column : std::size_t { kKinds, kForms, kTimes, kDelays, kNumbers, kGroups, kTexts };
inline constexpr std::size_t kColumns = kTexts + 1;

// What stands before a segment's first form: the words of a usual row. Stored segments depend on
// it: never change it.
inline constexpr std::array<std::string_view, kRowPartsMax> kUsualParts{
    R"("device_id":"","metric":"heart_rate","code":"loinc:8867-4","mdc":147842,"observed_at":")",
    R"(","received_at":")", R"(","clock":"gateway","value_num":)",
    R"(,"unit":"/min","quality":"good"})"};

// What both sides remember of the rows before.
class RowMemory {
 public:
  struct Entry {
    const RowForm* form = nullptr;
    std::size_t follower = kNoForm;
    std::array<std::int64_t, kRowPartsMax> last{};
    bool used = false;
  };
  RowMemory() { entries_.reserve(64); }

  [[nodiscard]] std::size_t size() const { return entries_.size(); }
  Entry& operator[](std::size_t form) { return entries_[form]; }
  // `form` outlives this.
  void learn(const RowForm& form) { entries_.push_back({&form, kNoForm, {}, false}); }

  // Of the form that was learned last.
  [[nodiscard]] std::string_view part_before(std::size_t part) const {
    return entries_.empty() ? kUsualParts[part] : entries_.back().form->parts[part].fixed;
  }

  // The form that is likely next, or kNoForm.
  [[nodiscard]] std::size_t expected() const {
    return before_ == kNoForm ? kNoForm : entries_[before_].follower;
  }
  void follow(std::size_t form) {
    if (before_ != kNoForm) entries_[before_].follower = form;
    before_ = form;
  }

  // The number that a gap's difference is counted from, in the row with this sequence.
  [[nodiscard]] std::int64_t base(const Entry& entry, std::size_t part, Sequence sequence) const {
    switch (entry.form->parts[part].gap) {
      case Gap::number:
        return entry.used ? entry.last[part] : number_;
      case Gap::group:
        return static_cast<std::int64_t>(sequence);
      default:
        return observed_;
    }
  }
  void remember(Entry& entry, std::size_t part, std::int64_t number) {
    const Gap gap = entry.form->parts[part].gap;
    if (gap == Gap::observed) observed_ = number;
    if (gap == Gap::number) number_ = entry.last[part] = number;
  }

 private:
  std::vector<Entry> entries_;
  std::size_t before_ = kNoForm;
  std::int64_t observed_ = 0, number_ = 0;
};

// How a number is stored, from the one that it is counted from. Readings are received after they
// were taken, and groups begin before they go on: there the sign would cost a bit for nothing.
inline std::uint64_t difference(Gap gap, std::int64_t from, std::int64_t to) {
  const std::uint64_t up = static_cast<std::uint64_t>(to) - static_cast<std::uint64_t>(from);
  return gap == Gap::received ? up : gap == Gap::group ? ~up + 1 : zigzag(from, to);
}
inline std::int64_t sum(Gap gap, std::int64_t from, std::uint64_t difference) {
  if (gap != Gap::received && gap != Gap::group) return unzigzag(from, difference);
  const auto base = static_cast<std::uint64_t>(from);
  return static_cast<std::int64_t>(gap == Gap::received ? base + difference : base - difference);
}

inline Column column_of(Gap gap) {
  switch (gap) {
    case Gap::observed:
      return kTimes;
    case Gap::received:
      return kDelays;
    case Gap::group:
      return kGroups;
    default:
      return gap == Gap::text ? kTexts : kNumbers;
  }
}

}  // namespace vitalgate::sync
