#include "firmware-bridge/serial/astm_record.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "agent/core/text.h"

namespace vitalgate::bridge {
namespace {

constexpr std::size_t kFieldsMax = 256;

std::string_view part_of(std::string_view text, std::size_t number, char delimiter) {
  for (std::size_t i = 1; i < number; ++i) {
    const auto end = text.find(delimiter);
    if (end == std::string_view::npos) return {};
    text.remove_prefix(end + 1);
  }
  return text.substr(0, text.find(delimiter));
}

// The character that an escape stands for.
std::optional<char> escaped(std::string_view name, const AstmDelimiters& delimiters) {
  if (name == "F") return delimiters.field;
  if (name == "S") return delimiters.component;
  if (name == "R") return delimiters.repeat;
  if (name == "E") return delimiters.escape;
  unsigned code = 0;
  if (name.size() != 3 || name[0] != 'X') return std::nullopt;
  const auto [stop, error] = std::from_chars(name.data() + 1, name.data() + 3, code, 16);
  if (error != std::errc{} || stop != name.data() + 3) return std::nullopt;
  return static_cast<char>(code);
}

int digits(std::string_view text, std::size_t at, std::size_t count) {
  int number = 0;
  if (at + count <= text.size())
    std::from_chars(text.data() + at, text.data() + at + count, number);
  return number;
}

// "<", ">" and both with "=", taken off `value`.
std::string take_comparator(std::string& value) {
  std::size_t length = 0;
  if (!value.empty() && (value[0] == '<' || value[0] == '>')) length = 1;
  if (length == 1 && value.size() > 1 && value[1] == '=') length = 2;
  std::string comparator = value.substr(0, length);
  value = std::string(trim(std::string_view(value).substr(length)));
  return comparator;
}

std::vector<std::string> split(std::string_view text, char delimiter) {
  std::vector<std::string> parts;
  for (std::size_t i = 1; !text.empty() && i <= kFieldsMax; ++i) {
    const auto end = std::min(text.find(delimiter), text.size());
    if (const auto part = trim(text.substr(0, end)); !part.empty()) parts.emplace_back(part);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return parts;
}

}  // namespace

AstmDelimiters delimiters_of(std::string_view record) {
  AstmDelimiters delimiters;
  if (record.size() < 5 || record[0] != 'H') return delimiters;
  const std::array given{record[1], record[2], record[3], record[4]};
  for (std::size_t i = 0; i < given.size(); ++i) {
    const bool repeated = std::find(given.begin() + static_cast<std::ptrdiff_t>(i) + 1, given.end(),
                                    given[i]) != given.end();
    const bool usable = given[i] > ' ' && given[i] <= '~' && (given[i] < '0' || given[i] > '9') &&
                        !(given[i] >= 'A' && given[i] <= 'Z');
    if (repeated || !usable) return delimiters;
  }
  return {given[0], given[1], given[2], given[3]};
}

std::string_view field_of(std::string_view record, std::size_t number,
                          const AstmDelimiters& delimiters) {
  return part_of(record, number, delimiters.field);
}

std::string_view component_of(std::string_view field, std::size_t number,
                              const AstmDelimiters& delimiters) {
  return part_of(part_of(field, 1, delimiters.repeat), number, delimiters.component);
}

std::vector<std::string_view> fields_of(std::string_view record, const AstmDelimiters& delimiters) {
  std::vector<std::string_view> fields;
  while (fields.size() < kFieldsMax) {
    const auto end = record.find(delimiters.field);
    fields.push_back(record.substr(0, end));
    if (end == std::string_view::npos) break;
    record.remove_prefix(end + 1);
  }
  return fields;
}

std::string unescaped(std::string_view text, const AstmDelimiters& delimiters) {
  std::string plain;
  for (std::size_t at = 0; at < text.size();) {
    const auto end = text[at] == delimiters.escape ? text.find(delimiters.escape, at + 1)
                                                   : std::string_view::npos;
    const auto character = end == std::string_view::npos
                               ? std::nullopt
                               : escaped(text.substr(at + 1, end - at - 1), delimiters);
    plain += character.value_or(text[at]);
    at = character ? end + 1 : at + 1;
  }
  return plain;
}

std::optional<AstmTime> parse_astm_time(std::string_view text) {
  text = trim(text);
  if (text.size() != 8 && text.size() != 12 && text.size() != 14) return std::nullopt;
  if (text.find_first_not_of("0123456789") != std::string_view::npos) return std::nullopt;
  const auto part = [text](std::size_t at) { return static_cast<unsigned>(digits(text, at, 2)); };
  const auto time = local_time(digits(text, 0, 4), part(4), part(6), part(8), part(10), part(12));
  if (!time) return std::nullopt;
  return AstmTime{*time, text.size() > 8};
}

std::vector<std::string_view> records_of(std::string_view text) {
  std::vector<std::string_view> records;
  while (!text.empty()) {
    const auto end = std::min(text.find('\r'), text.size());
    const std::string_view record = trim(text.substr(0, end));
    if (!record.empty()) records.push_back(record);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return records;
}

AstmResult parse_astm_result(std::string_view record, const AstmDelimiters& delimiters,
                             AstmDialect dialect) {
  const auto field = [&](std::size_t number) { return field_of(record, number, delimiters); };
  const auto component = [&](std::size_t number, std::size_t part) {
    return unescaped(trim(component_of(field(number), part, delimiters)), delimiters);
  };
  AstmResult result;
  result.universal = component(3, 1);
  result.code = component(3, 4);
  if (result.code.empty()) result.code = result.universal;
  if (result.code.empty()) result.code = component(3, 2);
  result.name = component(3, 5);

  // A number stands alone or in front of components that say more of it.
  result.value = component(4, 1);
  result.comparator = take_comparator(result.value);
  result.number = Decimal::parse(result.value);
  if (!result.number) {
    result.value = unescaped(trim(field(4)), delimiters);
    result.comparator.clear();
  }
  result.unit = component(5, 1);
  const bool contour = dialect == AstmDialect::contour;
  if (contour) result.reference = component(5, 2);
  result.flags = split(field(7), contour ? '/' : delimiters.repeat);
  if (!contour) result.status = component(9, 1);
  result.completed = trim(field(contour ? 9 : 13));
  return result;
}

}  // namespace vitalgate::bridge
