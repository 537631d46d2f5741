#include "sync/buffer/row_beginning.h"

namespace vitalgate::sync {
namespace {

constexpr std::string_view kIdKey = "{\"reading_id\":\"";
constexpr std::string_view kSequenceKey = "\",\"seq\":";

}  // namespace

RowBeginning::RowBeginning(std::string_view id_prefix, Sequence first)
    : text_(kIdKey), sequence_(first) {
  text_.append(id_prefix);
  digits_at_ = text_.size();
  write();
}

void RowBeginning::write() {
  text_.resize(digits_at_);
  append_fixed(text_, sequence_);
  id_end_ = text_.size();
  text_.append(kSequenceKey).append(std::to_string(sequence_)).push_back(',');
}

void RowBeginning::next() {
  ++sequence_;
  char& digit = text_[id_end_ - 1];
  if (digit == '9') return write();
  ++digit;
  ++text_[text_.size() - 2];
}

std::string_view first_row(std::string_view rows) {
  const std::size_t seam = rows.find(kRowSeam);
  return rows.substr(0, seam == std::string_view::npos ? seam : seam + 1);
}

}  // namespace vitalgate::sync
