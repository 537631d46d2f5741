#include "config/show.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "config/value_check.h"

namespace vitalgate::config {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kCommentColumn = 48;

Json json_of(const Raw& raw) {
  if (const auto* number = std::get_if<std::int64_t>(&raw.value)) return *number;
  if (const auto* flag = std::get_if<bool>(&raw.value)) return *flag;
  if (const auto* text = std::get_if<std::string>(&raw.value)) return *text;
  return nullptr;
}

// The object that stands for `one`'s table in `root`. `fresh` starts a further [[table]].
Json& table_in(Json& root, const Effective& one, bool fresh) {
  const std::string name(one.key->table);
  if (name.empty()) return root;
  if (!find_table(name)->repeated) return root[name];
  if (fresh) root[name].push_back(Json::object());
  return root[name].back();
}

}  // namespace

std::string show_toml(const Loaded& loaded) {
  std::string out;
  std::string_view section;
  for (const Effective& one : loaded.effective) {
    const std::string table(one.key->table);
    if (std::exchange(section, one.section) != one.section)
      out += find_table(table)->repeated ? "\n[[" + table + "]]\n" : "\n[" + table + "]\n";
    const std::string line = std::string(one.key->name) + " = " + toml_literal(one.value);
    const std::size_t gap = line.size() < kCommentColumn ? kCommentColumn - line.size() : 2;
    out += line + std::string(gap, ' ') + "# " + one.origin + "\n";
  }
  return out;
}

std::string show_json(const Loaded& loaded) {
  Json settings = Json::object();
  Json origin = Json::object();
  std::string_view section;
  for (const Effective& one : loaded.effective) {
    const bool fresh = std::exchange(section, one.section) != one.section;
    const std::string name(one.key->name);
    table_in(settings, one, fresh)[name] = json_of(one.value);
    table_in(origin, one, fresh)[name] = one.origin;
  }
  const Json root = {{"schema", "vitalgate.config/1"},
                     {"settings", std::move(settings)},
                     {"origin", std::move(origin)}};
  return root.dump(2, ' ', false, Json::error_handler_t::replace);
}

}  // namespace vitalgate::config
