#include "sync/buffer/row_form.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "agent/core/decimal.h"
#include "agent/core/limits.h"

namespace vitalgate::sync {
namespace {

constexpr std::string_view kObservedKey = ",\"observed_at\":\"";
constexpr std::string_view kReceivedKey = "\",\"received_at\":\"";
constexpr std::string_view kGroupKey = ",\"group\":\"";
constexpr std::array<std::pair<std::string_view, Gap>, 4> kKeys{
    {{",\"value_num\":", Gap::number},
     {",\"raw\":\"", Gap::text},
     {",\"clock_offset_ms\":", Gap::number},
     {",\"value_text\":\"", Gap::text}}};
constexpr std::size_t kDigitsMax = 15;  // Decimal::kMantissaMax
constexpr std::size_t kDecimalsMax = -Decimal::kExponentMin;
// The years 0 to 9999.
constexpr WallTime kFirstTime{std::chrono::sys_days(std::chrono::year(0) / 1 / 1)};
constexpr WallTime kEndOfTime{std::chrono::sys_days(std::chrono::year(10000) / 1 / 1)};

char* put(char* at, std::string_view text) { return at + text.copy(at, text.size()); }

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// Takes `length` digits, or says false.
bool take_digits(std::string_view text, std::size_t length, std::int64_t& number) {
  if (text.size() < length) return false;
  for (const char c : text.substr(0, length)) {
    if (!is_digit(c)) return false;
    number = number * 10 + (c - '0');
  }
  return true;
}

// The length of the number at the front, as Decimal writes it with so many decimals; or 0.
std::size_t match_number(std::string_view text, std::size_t decimals, std::int64_t& number) {
  const bool negative = text.starts_with('-');
  const std::size_t begin = negative ? 1 : 0;
  std::size_t at = begin;
  std::int64_t digits = 0;
  for (; at < text.size() && is_digit(text[at]) && at - begin <= kDigitsMax; ++at)
    digits = digits * 10 + (text[at] - '0');
  const std::size_t whole = at - begin;
  if (whole == 0 || whole + decimals > kDigitsMax || (whole > 1 && text[begin] == '0')) return 0;
  if (decimals > 0) {
    if (at == text.size() || text[at] != '.' || !take_digits(text.substr(at + 1), decimals, digits))
      return 0;
    at += 1 + decimals;
  }
  if (negative && digits == 0) return 0;
  number = negative ? -digits : digits;
  return at;
}

// How many digits stand behind the point of the number at the front.
std::size_t decimals_of(std::string_view text) {
  const std::size_t end = text.find_first_not_of("-0123456789");
  if (end == std::string_view::npos || text[end] != '.') return 0;
  const std::string_view behind = text.substr(end + 1);
  const std::size_t length = std::min(behind.find_first_not_of("0123456789"), behind.size());
  return std::min(length, kDecimalsMax);
}

// The first key in `rest` behind which a gap is, with the text up to it; Gap::end with all of it.
RowForm::Part next_part(std::string_view rest, std::string_view id_prefix) {
  for (std::size_t at = rest.find(",\""); at != std::string_view::npos;
       at = rest.find(",\"", at + 2)) {
    const std::string_view here = rest.substr(at);
    for (const auto& [key, gap] : kKeys) {
      if (!here.starts_with(key)) continue;
      const std::string_view fixed = rest.substr(0, at + key.size());
      const std::size_t decimals = gap == Gap::number ? decimals_of(rest.substr(fixed.size())) : 0;
      return {fixed, gap, static_cast<std::uint8_t>(decimals)};
    }
    if (here.starts_with(kGroupKey) && here.substr(kGroupKey.size()).starts_with(id_prefix))
      return {rest.substr(0, at + kGroupKey.size() + id_prefix.size()), Gap::group, 0};
  }
  return {rest, Gap::end, 0};
}

// What stands in the gap of `part` at the front of `text`: its length, or nothing.
std::size_t gap_length(const RowForm::Part& part, std::string_view text) {
  if (part.gap == Gap::group) return kFixedLength;
  if (part.gap == Gap::text) return text.find('"');
  std::int64_t number = 0;
  const std::size_t length = match_number(text, part.decimals, number);
  return length == 0 ? std::string_view::npos : length;
}

}  // namespace

std::optional<std::int64_t> TimeReader::read(std::string_view text) {
  if (text.size() < kRfc3339Length) return std::nullopt;
  std::int64_t second = 0, milli = 0;
  const bool known = std::memcmp(text.data(), minute_, kMinuteLength) == 0 && text[19] == '.' &&
                     text[23] == 'Z' && take_digits(text.substr(17), 2, second) &&
                     take_digits(text.substr(20), 3, milli) && second < 60;
  if (known) return begin_ms_ + second * 1000 + milli;
  text = text.substr(0, kRfc3339Length);
  const auto time = parse_rfc3339(text);
  if (!time || to_rfc3339(*time) != text) return std::nullopt;
  std::memcpy(minute_, text.data(), kMinuteLength);
  begin_ms_ = WallTime(std::chrono::floor<std::chrono::minutes>(*time)).time_since_epoch().count();
  return time->time_since_epoch().count();
}

std::string_view head_of_row(std::string_view row) {
  for (std::size_t at = row.find(','); at != std::string_view::npos; at = row.find(',', at + 1))
    if (row.substr(at).starts_with(kObservedKey)) return row.substr(0, at + kObservedKey.size());
  return {};
}

std::optional<RowForm> RowForm::of(std::string_view row, std::string_view id_prefix) {
  const std::string_view head = head_of_row(row);
  if (head.empty() || row.size() < head.size() + 2 * kRfc3339Length + kReceivedKey.size())
    return std::nullopt;
  RowForm form;
  form.parts[form.count++] = {head, Gap::observed, 0};
  row.remove_prefix(head.size() + kRfc3339Length);
  if (!row.starts_with(kReceivedKey)) return std::nullopt;
  form.parts[form.count++] = {row.substr(0, kReceivedKey.size()), Gap::received, 0};
  row.remove_prefix(kReceivedKey.size() + kRfc3339Length);
  while (form.count < kRowPartsMax) {
    const Part part = next_part(row, id_prefix);
    form.parts[form.count++] = part;
    if (part.gap == Gap::end) return form;
    row.remove_prefix(part.fixed.size());
    const std::size_t length = gap_length(part, row);
    if (length > row.size()) return std::nullopt;
    row.remove_prefix(length);
  }
  return std::nullopt;
}

std::size_t RowForm::match(std::string_view rows, TimeReader& times, RowValues& values) const {
  const std::string_view whole = rows;
  for (std::size_t i = 0; i < count; ++i) {
    const Part& part = parts[i];
    if (!rows.starts_with(part.fixed)) return 0;
    rows.remove_prefix(part.fixed.size());
    std::size_t length = 0;
    switch (part.gap) {
      case Gap::end:
        return whole.size() - rows.size();
      case Gap::observed:
      case Gap::received: {
        const auto time = times.read(rows);
        if (!time) return 0;
        values.number[i] = *time;
        length = kRfc3339Length;
        break;
      }
      case Gap::number:
        length = match_number(rows, part.decimals, values.number[i]);
        break;
      case Gap::group:
        values.number[i] = 0;
        length = take_digits(rows, kFixedLength, values.number[i]) ? kFixedLength : 0;
        break;
      case Gap::text:
        length = rows.find('"');
        if (length == std::string_view::npos) return 0;
        values.text[i] = rows.substr(0, length);
        break;
    }
    if (length == 0 && part.gap != Gap::text) return 0;
    rows.remove_prefix(length);
  }
  return 0;
}

bool RowForm::can_hold(const Part& part, std::int64_t number) {
  switch (part.gap) {
    case Gap::observed:
    case Gap::received:
      return number >= kFirstTime.time_since_epoch().count() &&
             number < kEndOfTime.time_since_epoch().count();
    case Gap::number:
      return part.decimals <= kDecimalsMax && Decimal::of(number, -part.decimals).in_range();
    case Gap::group:
      return number >= 0 && number <= static_cast<std::int64_t>(limits::kSequenceMax);
    case Gap::end:
    case Gap::text:
      break;
  }
  return false;
}

std::size_t RowForm::room(const RowValues& values) const {
  std::size_t room = 0;
  for (std::size_t i = 0; i < count; ++i)
    room += parts[i].fixed.size() + Decimal::kLengthMax + values.text[i].size();
  return room;
}

char* RowForm::write(char* at, const RowValues& values) const {
  for (std::size_t i = 0; i < count; ++i) {
    const Part& part = parts[i];
    at = put(at, part.fixed);
    switch (part.gap) {
      case Gap::observed:
      case Gap::received:
        at = put_rfc3339(at, WallTime(std::chrono::milliseconds(values.number[i])));
        break;
      case Gap::number:
        at = Decimal::of(values.number[i], -part.decimals).put(at);
        break;
      case Gap::group:
        at = put_fixed(at, static_cast<Sequence>(values.number[i]));
        break;
      case Gap::text:
        at = put(at, values.text[i]);
        break;
      case Gap::end:
        break;
    }
  }
  return at;
}

}  // namespace vitalgate::sync
