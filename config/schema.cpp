// schema_json() of keys.h: the registry for editors and for checks outside of the agent.
#include <charconv>
#include <nlohmann/json.hpp>

#include "config/keys.h"
#include "config/quantity.h"
#include "config/value_check.h"

namespace vitalgate::config {
namespace {

using Json = nlohmann::ordered_json;

Json json_of(const Key& key, std::string_view plain) {
  const Raw raw = raw_from_plain(key, plain);
  if (const auto* number = std::get_if<std::int64_t>(&raw.value)) return *number;
  if (const auto* flag = std::get_if<bool>(&raw.value)) return *flag;
  return std::string(plain);
}

std::string_view json_type(Type type) {
  switch (type) {
    case Type::integer:
      return "integer";
    case Type::boolean:
      return "boolean";
    default:
      return "string";
  }
}

void add_pattern(Json& out, const Key& key) {
  switch (key.type) {
    case Type::id:
      out["pattern"] = key.required ? "^[A-Za-z0-9_-]+$" : "^[A-Za-z0-9_-]*$";
      break;
    case Type::path:
      out["pattern"] = "^/";
      break;
    case Type::file:
    case Type::reference:
      out["pattern"] = "^(file:/[^/]|cred:[A-Za-z0-9_-][A-Za-z0-9_.-]*$)";
      break;
    case Type::key_file:
      out["pattern"] = "^(file:/[^/]|cred:[A-Za-z0-9_-][A-Za-z0-9_.-]*$|pkcs11:.)";
      break;
    case Type::duration:
      out["pattern"] = "^[0-9]+(ms|s|m|h|d)$";
      break;
    case Type::size:
      out["pattern"] = "^[0-9]+([KMGT]i?B)$";
      break;
    default:
      break;
  }
}

// A range that JSON Schema cannot state goes into the description.
std::string description(const Key& key) {
  std::string text(key.help);
  if (key.type == Type::duration)
    text += " (" + duration_text(key.min) + " to " + duration_text(key.max) + ")";
  if (key.type == Type::size) text += " (" + size_text(key.min) + " to " + size_text(key.max) + ")";
  return text;
}

Json property(const Key& key, std::span<const std::string_view> drivers) {
  Json out = {{"description", description(key)}, {"type", std::string(json_type(key.type))}};
  const auto words = allowed(key, drivers);
  for (const std::string_view word : words) out["enum"].push_back(json_of(key, word));
  if (key.type == Type::integer && words.empty()) {
    out["minimum"] = key.min;
    out["maximum"] = key.max;
  }
  if (key.type == Type::text || key.type == Type::path || key.type == Type::id) {
    if (key.min > 0) out["minLength"] = key.min;
    out["maxLength"] = key.max;
  }
  add_pattern(out, key);
  // A fallback that is made from another value is no constant.
  if (has_fallback(key) && key.fallback.find('<') == std::string_view::npos)
    out["default"] = json_of(key, key.fallback);
  out["examples"] = Json::array({json_of(key, key.example)});
  return out;
}

Json object(const Table& table, std::span<const std::string_view> drivers) {
  Json out = {{"description", std::string(table.help)}, {"type", "object"}};
  for (const Key& key : keys_of(table)) {
    out["properties"][std::string(key.name)] = property(key, drivers);
    if (key.required) out["required"].push_back(std::string(key.name));
  }
  out["additionalProperties"] = false;
  return out;
}

}  // namespace

std::string schema_json(std::span<const std::string_view> drivers) {
  Json root = {{"$schema", "https://json-schema.org/draft/2020-12/schema"},
               {"title", "vitalgate.toml"}};
  root.update(object(*find_table(""), drivers));
  for (const Table& table : tables()) {
    if (table.name.empty()) continue;
    const std::string name(table.name);
    Json shape = object(table, drivers);
    root["properties"][name] =
        table.repeated ? Json{{"type", "array"}, {"items", std::move(shape)}} : std::move(shape);
  }
  root["required"].push_back("gateway");
  root["required"].push_back("destination");
  root["properties"]["destination"]["minItems"] = 1;
  root["properties"]["destination"]["items"]["dependentRequired"] = {
      {"certificate", Json::array({"key"})},
      {"key", Json::array({"certificate"})},
      {"password", Json::array({"username"})}};
  return root.dump(2);
}

}  // namespace vitalgate::config
