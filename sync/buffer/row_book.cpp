#include "sync/buffer/row_book.h"

#include <functional>

#include "sync/buffer/row_beginning.h"

namespace vitalgate::sync {

void RowBook::begin_segment() {
  ++segment_;
  if (known_.size() < kFormsMax) return;
  known_.clear();
  by_hash_.fill(nullptr);
  before_ = nullptr;
}

std::size_t RowBook::match_expected(std::string_view rows, RowValues& values, Known*& known) {
  known = before_ == nullptr ? nullptr : before_->follower;
  if (known == nullptr) return 0;
  const std::size_t length = known->form.match(rows, times_, values);
  const std::string_view rest = rows.substr(length);
  return rest.empty() || rest.starts_with(kRowSeam.substr(1)) ? length : 0;
}

RowBook::Known* RowBook::find(std::string_view row, std::string_view id_prefix, RowValues& values) {
  const std::string_view head = head_of_row(row);
  if (head.empty()) return nullptr;
  Known*& first = by_hash_[std::hash<std::string_view>()(head) % kHashes];
  for (Known* known = first; known != nullptr; known = known->same_hash)
    if (known->form.match(row, times_, values) == row.size()) return known;
  if (known_.size() >= kFormsMax) return nullptr;
  Known& fresh = known_.emplace_back();
  fresh.text = row;
  const auto form = RowForm::of(fresh.text, id_prefix);
  if (!form || form->match(row, times_, values) != row.size()) {
    known_.pop_back();
    return nullptr;
  }
  fresh.form = *form;
  fresh.same_hash = first;
  return first = &fresh;
}

void RowBook::follow(Known& known) {
  if (before_ != nullptr) before_->follower = &known;
  before_ = &known;
}

}  // namespace vitalgate::sync
