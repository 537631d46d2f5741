// RowBook: the forms of rows that came by, from one segment to the next, so that the usual row is
// recognized without a search. It changes how fast rows are stored, never whether they come back.
//
// Not thread-safe. Bounded: it begins anew when it knows kFormsMax forms.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>

#include "sync/buffer/row_form.h"

namespace vitalgate::sync {

class RowBook {
 public:
  struct Known {
    std::string text;  // a row, which `form` is made of
    RowForm form;
    Known* follower = nullptr;   // the form of the row behind it, last time
    Known* same_hash = nullptr;  // another whose head has the same hash
    std::uint64_t segment = 0;   // where it was written last
    std::size_t number = 0;      // in that segment
  };

  RowBook() = default;
  RowBook(RowBook&&) = default;  // what is known stays where it is
  RowBook& operator=(RowBook&&) = default;

  // Before the rows of a segment. Forgets what was found before when that is too much.
  void begin_segment();
  [[nodiscard]] std::uint64_t segment() const { return segment_; }

  // The length of the row at the front of `rows`, with `known` and `values` its form and contents;
  // 0 when it has another form than the one expected.
  std::size_t match_expected(std::string_view rows, RowValues& values, Known*& known);
  // The form of `row`, a new one if need be; nothing when it has none.
  Known* find(std::string_view row, std::string_view id_prefix, RowValues& values);
  // The row has been written: the next one follows it.
  void follow(Known& known);

 private:
  static constexpr std::size_t kFormsMax = 512;
  static constexpr std::size_t kHashes = 256;

  std::deque<Known> known_;  // never moves one
  std::array<Known*, kHashes> by_hash_{};
  Known* before_ = nullptr;
  std::uint64_t segment_ = 0;
  TimeReader times_;
};

}  // namespace vitalgate::sync
