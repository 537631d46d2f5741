#include "config/syntax_hint.h"

#include <algorithm>
#include <array>

#include "agent/core/text.h"
#include "config/excerpt.h"

namespace vitalgate::config {
namespace {

bool has(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

// What a complaint of the parser means. The first row whose part is found wins.
struct Meaning {
  std::string_view part;
  std::string_view what;
  std::string_view expected;
};

constexpr std::array kMeanings{
    Meaning{"line of more than", "this line is too long", "at most 1000 characters on a line"},
    Meaning{"nested value depth", "lists are nested too deeply here",
            "settings are plain values: key = \"value\""},
    Meaning{"cannot redefine existing", "this is in the file twice",
            "keep one of the two; a further device starts with [[device]]"},
    Meaning{"utf-8", "this is not UTF-8 text", "save the file as UTF-8 in the editor"},
    Meaning{"parsing table header", "the brackets of this table's name do not close",
            "[upload]   (or [[device]] with two on each side)"},
    Meaning{"escape sequence", "a \\ inside quotes has a meaning of its own",
            "'C:\\path'   (single quotes, or \\\\ for each \\)"},
    Meaning{"string: encountered end", "a text starts here or above and never ends",
            "key = \"value\"   (close it with the quote that opened it)"},
    Meaning{"control character", "a text does not end on its line",
            "key = \"value\"   (close it with the quote that opened it)"},
    Meaning{"expected value", "there is nothing after the =", "key = \"value\""},
    Meaning{"expected '='", "there is no = after the key", "key = \"value\""},
    Meaning{"expected a comment or whitespace", "there is more on this line than one value",
            "one key on a line: key = \"value\""},
    Meaning{"not representable in 64 bits", "this number is too large", "a smaller number"},
    Meaning{"leading zeroes", "a number does not start with 0", "9600"},
    Meaning{"expected keys, tables", "a line starts with a key, [table] or #", "key = \"value\""},
};

// The unquoted right side of `line`, or empty. For a look only: never shown.
std::string_view bare_value(std::string_view line) {
  const auto equals = line.find('=');
  if (equals == std::string_view::npos) return {};
  const std::string_view value = trim(line.substr(equals + 1));
  const bool quoted = value.empty() || has("\"'[{#", value.substr(0, 1));
  return quoted ? std::string_view{} : value;
}

bool is_number_like(std::string_view value) {
  return std::all_of(value.begin(), value.end(), [](char c) {
    return (c >= '0' && c <= '9') || has("+-._,", {&c, 1});
  });
}

}  // namespace

SyntaxHint syntax_hint(std::string_view line, std::uint32_t column, std::string_view description) {
  const std::string_view value = bare_value(line);
  const bool after_equals = column > line.find('=') + 1;
  const bool structural = has(description, "redefine") || has(description, "utf-8") ||
                          has(description, "64 bits") || has(description, "more than");
  const bool one_value = !value.empty() && !has(value, "=") && !is_number_like(value);
  if (one_value && after_equals && !structural) {
    if (value == "True" || value == "False" || value == "TRUE" || value == "FALSE")
      return {"true and false are written in lower case", "true or false"};
    const std::string key = printable(trim(line.substr(0, line.find('='))));
    if (static_cast<unsigned char>(value.front()) >= 0x80)
      return {"these are not plain quotes", key + " = \"...\"   (the straight \" of the keyboard)"};
    return {"the value has no quotes", key + " = \"...\"   (text stands in quotes)"};
  }
  for (const Meaning& meaning : kMeanings)
    if (has(description, meaning.part))
      return {std::string(meaning.what), std::string(meaning.expected)};
  return {"this is not TOML", "key = \"value\", [table], or a comment after #"};
}

}  // namespace vitalgate::config
