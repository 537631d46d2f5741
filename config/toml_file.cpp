// Built with TOML_EXCEPTIONS=0, so that errors are values, TOML_HEADER_ONLY=1, so that toml++ is
// under the sanitizers too, and a low TOML_MAX_NESTED_VALUES: see config/CMakeLists.txt.
#include "config/toml_file.h"

#include <toml++/toml.h>

#include <algorithm>
#include <span>
#include <utility>

#include "config/excerpt.h"

namespace vitalgate::config {
namespace {

static_assert(!TOML_EXCEPTIONS && TOML_MAX_NESTED_VALUES <= 8, "see config/CMakeLists.txt");

Position begin_of(const toml::source_region& source) {
  return {source.begin.line, source.begin.column};
}

bool is_before(Position a, Position b) {
  return a.line != b.line ? a.line < b.line : a.column < b.column;
}

// A table that only "gateway.id = ..." opened has no header of its own.
Position header_of(const toml::key& key, const toml::node& table) {
  const Position at = begin_of(table.source());
  return at.line != 0 ? at : begin_of(key.source());
}

// toml++ sorts keys by name; people read them by line.
void sort_entries(TomlTable& table) {
  std::stable_sort(
      table.entries.begin(), table.entries.end(),
      [](const TomlEntry& a, const TomlEntry& b) { return is_before(a.key_at, b.key_at); });
}

// toml++ 3.3 reaches __builtin_unreachable() on some letters beyond ASCII. It therefore sees a '?'
// in the place of each, which TOML allows where it allows letters: in quotes and in comments.
struct Plain {
  std::string text;
  std::vector<Position> replaced;  // in the order of the text
};

Plain plain_of(std::string_view text) {
  Plain plain;
  plain.text.reserve(text.size());
  Position at{1, 1};
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (is_continuation(text, i)) continue;
    const bool beyond = static_cast<unsigned char>(text[i]) >= 0x80;
    if (beyond) plain.replaced.push_back(at);
    plain.text.push_back(beyond ? '?' : text[i]);
    at = text[i] == '\n' ? Position{at.line + 1, 1} : Position{at.line, at.column + 1};
  }
  return plain;
}

// Turns toml++'s tree into ours.
class Conversion {
 public:
  explicit Conversion(std::span<const Position> replaced) : replaced_(replaced) {}

  [[nodiscard]] std::vector<TomlTable> tables_of(const toml::table& root) const;

 private:
  [[nodiscard]] bool is_changed(const toml::source_region& source) const {
    const auto first =
        std::lower_bound(replaced_.begin(), replaced_.end(), begin_of(source), is_before);
    return first != replaced_.end() && is_before(*first, {source.end.line, source.end.column});
  }

  [[nodiscard]] Raw raw_of(const toml::node& node) const {
    if (const auto* text = node.as_string())
      return is_changed(node.source()) ? Raw{{}, kBeyondAscii} : Raw{text->get(), "text"};
    if (const auto* number = node.as_integer()) return {number->get(), "a whole number"};
    if (const auto* flag = node.as_boolean()) return {flag->get(), "true or false"};
    if (node.is_floating_point()) return {{}, "a decimal number"};
    if (node.is_array()) return {{}, "a list"};
    if (node.is_table()) return {{}, "a table"};
    return {{}, "a date or time"};
  }

  [[nodiscard]] TomlEntry entry_of(const toml::key& key, const toml::node& node) const {
    return {std::string(key.str()), begin_of(key.source()), raw_of(node), begin_of(node.source())};
  }

  [[nodiscard]] TomlTable table_of(std::string_view name, bool repeated, Position at,
                                   const toml::table& from) const {
    TomlTable table{std::string(name), repeated, at, {}};
    for (const auto& [key, node] : from) table.entries.push_back(entry_of(key, node));
    sort_entries(table);
    return table;
  }

  std::span<const Position> replaced_;
};

bool holds_tables(const toml::array& array) {
  return !array.empty() && std::all_of(array.begin(), array.end(),
                                       [](const toml::node& node) { return node.is_table(); });
}

std::vector<TomlTable> Conversion::tables_of(const toml::table& root) const {
  TomlTable top;
  std::vector<TomlTable> tables;
  for (const auto& [key, node] : root) {
    const auto* array = node.as_array();
    if (const auto* table = node.as_table()) {
      tables.push_back(table_of(key.str(), false, header_of(key, node), *table));
    } else if (array != nullptr && holds_tables(*array)) {
      for (const toml::node& element : *array)
        tables.push_back(
            table_of(key.str(), true, begin_of(element.source()), *element.as_table()));
    } else {
      top.entries.push_back(entry_of(key, node));
    }
  }
  std::stable_sort(tables.begin(), tables.end(),
                   [](const TomlTable& a, const TomlTable& b) { return is_before(a.at, b.at); });
  sort_entries(top);
  tables.insert(tables.begin(), std::move(top));
  return tables;
}

// toml++ recurses for each dot of a key and each nested value, also when it frees them. Dots are
// bounded by the length of a line, values by TOML_MAX_NESTED_VALUES: together they fit the stack.
std::optional<SyntaxError> long_line(std::string_view text) {
  std::uint32_t line = 1;
  for (std::size_t at = 0; at <= text.size(); ++line) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    if (end - at > kLineBytesMax)
      return SyntaxError{{line, 1}, "line of more than " + std::to_string(kLineBytesMax)};
    at = end + 1;
  }
  return std::nullopt;
}

}  // namespace

TomlFile parse_toml(std::string_view text) {
  if (text.starts_with("\xff\xfe") || text.starts_with("\xfe\xff"))
    return {{}, SyntaxError{{1, 1}, "utf-16, not utf-8"}};
  if (auto error = long_line(text)) return {{}, std::move(error)};
  const Plain plain = plain_of(text);
  const toml::parse_result result = toml::parse(plain.text);
  if (result) return {Conversion(plain.replaced).tables_of(result.table()), std::nullopt};
  return {
      {},
      SyntaxError{begin_of(result.error().source()), std::string(result.error().description())}};
}

}  // namespace vitalgate::config
