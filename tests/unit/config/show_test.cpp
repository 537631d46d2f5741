#include "config/show.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/unit/config/settings_text.h"

namespace vitalgate::config {
namespace {

using nlohmann::json;
using test::least_and;
using test::load_words;

constexpr std::string_view kDevices = R"([[device]]
id = "a"
driver = "nonin-df2"
port = "/dev/a"
[[device]]
id = "b"
driver = "ansar-b"
port = "/dev/b\"\\\u00e9"
keep_raw = true
)";

TEST(ShowTest, EveryLineNamesWhereItsValueComesFrom) {
  const std::string text = show_toml(load_words(test::kLeast));
  EXPECT_NE(text.find("id = \"clinic-042\""), std::string::npos);
  EXPECT_NE(text.find("# vitalgate.toml:3\n"), std::string::npos);
  EXPECT_NE(text.find("# default\n"), std::string::npos);
  EXPECT_NE(text.find("ca = \"file:/etc/vitalgate/tls/ca.pem\""), std::string::npos);
}

TEST(ShowTest, WhatIsShownLoadsAgainToTheSame) {
  const Loaded first = load_words(least_and(kDevices));
  ASSERT_TRUE(first.settings) << test::all_text(first);
  const Loaded second = load_words(show_toml(first));
  ASSERT_TRUE(second.settings) << test::all_text(second);
  const json before = json::parse(show_json(first));
  const json after = json::parse(show_json(second));
  EXPECT_EQ(before.at("settings"), after.at("settings"));
  EXPECT_EQ(first.settings->devices[1].port, second.settings->devices[1].port);
}

TEST(ShowTest, JsonHasValuesOfTheirTypeAndOriginsOfTheSameShape) {
  const json shown = json::parse(show_json(load_words(least_and(kDevices))));
  EXPECT_EQ(shown.at("schema"), "vitalgate.config/1");
  const json& settings = shown.at("settings");
  EXPECT_EQ(settings.at("upload").at("max_readings"), 200);
  EXPECT_EQ(settings.at("device").at(1).at("keep_raw"), true);
  EXPECT_EQ(settings.at("device").at(0).at("id"), "a");
  EXPECT_EQ(shown.at("origin").at("device").at(1).at("id"), "vitalgate.toml:13");
  EXPECT_EQ(shown.at("origin").at("device").at(1).at("baud"), "default");
  EXPECT_EQ(settings.flatten().size(), shown.at("origin").flatten().size());
}

TEST(ShowTest, SettingsWithMistakesShowWhatIsRight) {
  const Loaded loaded = load_words("config_version = 1\n[log]\nlevel = \"loud\"\n");
  EXPECT_FALSE(loaded.settings);
  EXPECT_EQ(find_effective(loaded, "log.level"), nullptr);
  EXPECT_NE(find_effective(loaded, "config_version"), nullptr);
  EXPECT_NE(show_toml(loaded).find("config_version = 1"), std::string::npos);
}

}  // namespace
}  // namespace vitalgate::config
