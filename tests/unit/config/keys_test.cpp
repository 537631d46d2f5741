// The registry, the loader and the schema are one truth.
#include "config/keys.h"

#include <gtest/gtest.h>
#include <regex.h>

#include <nlohmann/json.hpp>
#include <set>

#include "config/quantity.h"
#include "config/value_check.h"
#include "tests/unit/config/settings_text.h"

namespace vitalgate::config {
namespace {

using nlohmann::json;

std::string dotted(const Key& key) {
  const Table& table = *find_table(key.table);
  const std::string prefix = table.name.empty() ? ""
                             : table.repeated   ? std::string(table.name) + "[1]."
                                                : std::string(table.name) + ".";
  return prefix + std::string(key.name);
}

// A file with `value` for `key` and an example for everything else that is needed.
std::string file_with(const Key& key, std::string_view value) {
  // What belongs to a device names the one that is there.
  const Key& id = *find_key("device", "id");
  const bool names_device = key.name == "device" || &key == &id;
  const std::string device =
      names_device ? std::string(value) : toml_literal(raw_from_plain(id, id.example));
  std::string text;
  for (const Table& table : tables()) {
    if (!table.name.empty())
      text += (table.repeated ? "[[" : "[") + std::string(table.name) +
              (table.repeated ? "]]\n" : "]\n");
    for (const Key& other : keys_of(table)) {
      const bool partner =
          (key.table == "destination" &&
           (other.name == "certificate" || other.name == "key" || other.name == "username" ||
            other.name == "password" || other.name.starts_with("proxy"))) ||
          (other.table == "device" && other.name == "port" && key.name != "listen");
      if (&other == &id || other.name == "device")
        text += std::string(other.name) + " = " + device + "\n";
      else if (&other == &key)
        text += std::string(key.name) + " = " + std::string(value) + "\n";
      else if (other.required || partner)
        text += std::string(other.name) + " = " +
                toml_literal(raw_from_plain(other, other.example)) + "\n";
    }
  }
  // One destination has to be required.
  return text + "[[destination]]\nname = \"other\"\nhost = \"other.example\"\nca = \"file:/ca\"\n";
}

std::string quantity(const Key& key, std::int64_t number) {
  if (key.type == Type::duration) return '"' + std::to_string(number) + "ms\"";
  if (key.type == Type::integer) return std::to_string(number);
  // Sizes have no unit below KB; every bound is a whole number of them.
  return '"' + std::to_string(number / 1000) + "KB\"";
}

bool has_range(const Key& key) {
  return key.words.empty() &&
         (key.type == Type::duration || key.type == Type::integer || key.type == Type::size);
}

const json& property(const json& schema, const Key& key) {
  const Table& table = *find_table(key.table);
  if (table.name.empty()) return schema.at("properties").at(std::string(key.name));
  const json& shape = schema.at("properties").at(std::string(table.name));
  return (table.repeated ? shape.at("items") : shape).at("properties").at(std::string(key.name));
}

// The schema's patterns mean the same in JavaScript and in POSIX.
bool matches(const std::string& pattern, std::string_view text) {
  regex_t compiled;
  if (regcomp(&compiled, pattern.c_str(), REG_EXTENDED | REG_NOSUB) != 0) return false;
  const bool matched = regexec(&compiled, std::string(text).c_str(), 0, nullptr, 0) == 0;
  regfree(&compiled);
  return matched;
}

TEST(KeysTest, EveryTableHasItsKeysTogetherAndEveryKeyATable) {
  std::size_t count = 0;
  for (const Table& table : tables()) count += keys_of(table).size();
  EXPECT_EQ(count, keys().size());
  std::set<std::string> names;
  for (const Key& key : keys()) EXPECT_TRUE(names.insert(dotted(key)).second) << dotted(key);
}

TEST(KeysTest, EveryKeyHasHelpAnExampleAndASetter) {
  for (const Key& key : keys()) {
    EXPECT_FALSE(key.help.empty()) << dotted(key);
    EXPECT_FALSE(key.example.empty()) << dotted(key);
    EXPECT_NE(key.set, nullptr) << dotted(key);
    EXPECT_LE(key.min, key.max) << dotted(key);
  }
}

TEST(KeysTest, EveryKeyAcceptsItsExample) {
  for (const Key& key : keys()) {
    const Loaded loaded =
        test::load_words(file_with(key, toml_literal(raw_from_plain(key, key.example))));
    EXPECT_TRUE(loaded.settings) << dotted(key) << "\n" << test::all_text(loaded);
    const Effective* effective = find_effective(loaded, dotted(key));
    ASSERT_NE(effective, nullptr) << dotted(key);
    EXPECT_NE(effective->origin, "default") << dotted(key);
  }
}

TEST(KeysTest, EveryFallbackIsAcceptedByItsOwnKey) {
  for (const Key& key : keys()) {
    if (!has_fallback(key) || key.fallback.find('<') != std::string_view::npos) continue;
    EXPECT_TRUE(check_plain(key, key.fallback, {test::kDrivers, false}).value) << dotted(key);
  }
}

TEST(KeysTest, EveryRangeIsAcceptedAtItsEndsAndRefusedBeyondThem) {
  for (const Key& key : keys()) {
    if (!has_range(key)) continue;
    const std::int64_t step = key.type == Type::size ? 1000 : 1;
    EXPECT_TRUE(test::load_words(file_with(key, quantity(key, key.min))).settings) << dotted(key);
    EXPECT_TRUE(test::load_words(file_with(key, quantity(key, key.max))).settings) << dotted(key);
    const Loaded above = test::load_words(file_with(key, quantity(key, key.max + step)));
    EXPECT_NE(test::about(above, dotted(key)), nullptr) << dotted(key);
    if (key.min == 0) continue;
    const Loaded below = test::load_words(file_with(key, quantity(key, key.min - step)));
    EXPECT_NE(test::about(below, dotted(key)), nullptr) << dotted(key);
  }
}

TEST(KeysTest, EveryTextIsRefusedWhenItIsLongerThanItsMost) {
  for (const Key& key : keys()) {
    if (key.type != Type::text && key.type != Type::path && key.type != Type::id) continue;
    const std::string text = "\"/" + std::string(static_cast<std::size_t>(key.max), 'a') + "\"";
    const Loaded loaded = test::load_words(file_with(key, text));
    EXPECT_FALSE(loaded.settings) << dotted(key);
  }
}

TEST(KeysTest, EveryListOfWordsIsAllThatIsAccepted) {
  for (const Key& key : keys()) {
    const auto words = allowed(key, test::kDrivers);
    for (const std::string_view word : words) {
      const std::string literal = toml_literal(raw_from_plain(key, word));
      EXPECT_TRUE(test::load_words(file_with(key, literal)).settings) << dotted(key) << literal;
    }
    if (words.empty()) continue;
    const std::string other = key.type == Type::integer ? "77" : "\"zzzzzzzzzzzz\"";
    const Loaded loaded = test::load_words(file_with(key, other));
    EXPECT_NE(test::about(loaded, dotted(key)), nullptr) << dotted(key);
  }
}

TEST(KeysTest, EveryKeyRefusesAValueOfAnotherKind) {
  for (const Key& key : keys())
    for (const char* value : {"1.5", "2026-01-01", "[1]", "[[1]]"}) {
      const Loaded loaded = test::load_words(file_with(key, value));
      EXPECT_NE(test::about(loaded, dotted(key)), nullptr) << dotted(key) << " = " << value;
    }
}

TEST(KeysTest, TheSchemaHoldsTheRegistrysRangesWordsAndDefaults) {
  const json schema = json::parse(schema_json(test::kDrivers));
  EXPECT_EQ(schema.at("$schema"), "https://json-schema.org/draft/2020-12/schema");
  for (const Key& key : keys()) {
    const json& shape = property(schema, key);
    const auto words = allowed(key, test::kDrivers);
    EXPECT_EQ(shape.contains("enum"), !words.empty()) << dotted(key);
    if (!words.empty()) {
      EXPECT_EQ(shape.at("enum").size(), words.size()) << dotted(key);
    }
    if (key.type == Type::integer && words.empty()) {
      EXPECT_EQ(shape.at("minimum"), key.min) << dotted(key);
      EXPECT_EQ(shape.at("maximum"), key.max) << dotted(key);
    }
    const bool constant = key.fallback.find('<') == std::string_view::npos;
    EXPECT_EQ(shape.contains("default"), has_fallback(key) && constant) << dotted(key);
  }
}

TEST(KeysTest, TheSchemasPatternsMatchExamplesAndDefaults) {
  const json schema = json::parse(schema_json());
  for (const Key& key : keys()) {
    const json& shape = property(schema, key);
    if (!shape.contains("pattern")) continue;
    const auto pattern = shape.at("pattern").get<std::string>();
    EXPECT_TRUE(matches(pattern, key.example)) << dotted(key);
    if (!shape.contains("default")) continue;
    EXPECT_TRUE(matches(pattern, key.fallback)) << dotted(key);
  }
}

TEST(KeysTest, TheSchemaAllowsNothingThatTheRegistryDoesNotHold) {
  const json schema = json::parse(schema_json());
  EXPECT_EQ(schema.at("additionalProperties"), false);
  std::size_t count = keys_of(*find_table("")).size();
  for (const Table& table : tables().subspan(1)) {
    const json& shape = schema.at("properties").at(std::string(table.name));
    const json& object = table.repeated ? shape.at("items") : shape;
    EXPECT_EQ(object.at("additionalProperties"), false) << table.name;
    count += object.at("properties").size();
  }
  EXPECT_EQ(count, keys().size());
}

}  // namespace
}  // namespace vitalgate::config
