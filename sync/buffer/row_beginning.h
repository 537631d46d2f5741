// How a row begins, which follows from its place: `{"reading_id":"clinic-042.vitals-k7p3q9x2ab.
// 000000093471","seq":93471,`; and where rows that are joined by commas part. Pure.
#pragma once

#include <string>
#include <string_view>

#include "sync/batch/stream.h"

namespace vitalgate::sync {

class RowBeginning {
 public:
  // `id_prefix` as in a reading id: "clinic-042.vitals-k7p3q9x2ab.".
  RowBeginning(std::string_view id_prefix, Sequence first);

  // Of the row with sequence().
  [[nodiscard]] std::string_view text() const { return text_; }
  [[nodiscard]] Sequence sequence() const { return sequence_; }
  // There must be a next one: at most limits::kSequenceMax.
  void next();

 private:
  void write();

  std::string text_;
  std::size_t id_end_ = 0;
  std::size_t digits_at_;
  Sequence sequence_;
};

// What ends a row and begins the next. Inside a row a quote is always escaped: it stands nowhere
// else.
inline constexpr std::string_view kRowSeam = "},{\"reading_id\":\"";

// The first of `rows` that are joined by commas.
std::string_view first_row(std::string_view rows);

}  // namespace vitalgate::sync
