// RowForm: what rows of one device and metric have in common, and the gaps between where they
// differ. Pure; texts are views of what they were made from.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "agent/core/clock.h"
#include "sync/batch/stream.h"

namespace vitalgate::sync {

// What stands in a gap. The numbers are stored: never renumber.
enum class Gap : std::uint8_t {
  end = 0,       // none: the row ends
  observed = 1,  // a time, 24 characters
  received = 2,  // likewise
  number = 3,    // digits with a fixed number of decimals, as Decimal writes them
  group = 4,     // the twelve digits of the group's first row
  text = 5,      // anything up to the next quote
};

// One of each part and a second time: what RowWriter writes has no more.
inline constexpr std::size_t kRowPartsMax = 7;

// The contents of a row's gaps, by part.
struct RowValues {
  // Milliseconds, a number's digits without its point, a group's sequence.
  std::array<std::int64_t, kRowPartsMax> number{};
  std::array<std::string_view, kRowPartsMax> text{};
};

// Reads times as WallTime writes them, most of them within the minute of the one before.
class TimeReader {
 public:
  // The 24 characters at the front of `text`; nothing unless put_rfc3339() writes just these.
  std::optional<std::int64_t> read(std::string_view text);

 private:
  static constexpr std::size_t kMinuteLength = 17;  // "2026-03-02T14:05:"
  char minute_[kMinuteLength + 1] = "1970-01-01T00:00:";
  std::int64_t begin_ms_ = 0;
};

struct RowForm {
  struct Part {
    std::string_view fixed;  // stands before the gap
    Gap gap = Gap::end;
    std::uint8_t decimals = 0;  // of a number
  };
  std::array<Part, kRowPartsMax> parts{};
  std::size_t count = 0;  // the last part's gap is Gap::end, and no other

  // Of a contract row without its beginning: from `"device_id"` to the closing brace.
  // `id_prefix` as in RowWriter. Nothing when the row has no such form.
  static std::optional<RowForm> of(std::string_view row, std::string_view id_prefix);
  // The length of the row at the front of `rows` when it has this form, 0 when not.
  [[nodiscard]] std::size_t match(std::string_view rows, TimeReader& times,
                                  RowValues& values) const;

  // Whether write() can write a number into this gap: what match() found, it can.
  static bool can_hold(const Part& part, std::int64_t number);
  // At least the length of the row that write() writes.
  [[nodiscard]] std::size_t room(const RowValues& values) const;
  // The row with these values, at `at`; what is behind it. The inverse of match().
  char* write(char* at, const RowValues& values) const;
};

// The part of a row that does not change while device and metric do not: up to the first gap.
// Empty when there is none.
std::string_view head_of_row(std::string_view row);

}  // namespace vitalgate::sync
