// RowMemory: what writing and reading columns remember of the rows before (row_columns.h). Both
// do the same with the same rows, so that differences are taken from the same numbers.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

#include "sync/buffer/row_form.h"

namespace vitalgate::sync {

// What a row's byte says: the form that followed the one before last time, none at all, one that
// is new, or which.
inline constexpr std::size_t kExpected = 0, kWhole = 1, kNew = 2, kFirstForm = 3;
inline constexpr std::size_t kFormsMax = 256 - kFirstForm;
inline constexpr std::size_t kNoForm = SIZE_MAX;

// In the order in which they are stored.
enum Column : std::size_t { kKinds, kForms, kTimes, kDelays, kNumbers, kGroups, kTexts };
inline constexpr std::size_t kColumns = kTexts + 1;

// What both sides remember of the rows before.
class RowMemory {
 public:
  struct Entry {
    RowForm form;
    std::size_t follower = kNoForm;
    std::array<std::int64_t, kRowPartsMax> last{};
    bool used = false;
  };
  RowMemory() { entries_.reserve(64); }

  [[nodiscard]] std::size_t size() const { return entries_.size(); }
  Entry& operator[](std::size_t form) { return entries_[form]; }
  void learn(const RowForm& form) { entries_.push_back({form, kNoForm, {}, false}); }

  // Of the form that was learned last; empty when there is none.
  [[nodiscard]] std::string_view part_before(std::size_t part) const {
    return entries_.empty() ? std::string_view() : entries_.back().form.parts[part].fixed;
  }

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

inline Column column_of(Gap gap) {
  return gap == Gap::observed ? kTimes : gap == Gap::received ? kDelays : kNumbers;
}

}  // namespace vitalgate::sync
