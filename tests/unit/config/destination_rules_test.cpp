// What must hold between the keys of one destination.
#include <gtest/gtest.h>

#include "tests/unit/config/settings_text.h"

namespace vitalgate::config {
namespace {

using test::least_and;
using test::load_words;

bool is_right(std::string_view lines) { return load_words(least_and(lines)).problems.empty(); }

TEST(DestinationRulesTest, WhatMqtt3CannotSayIsNotConfigured) {
  EXPECT_FALSE(is_right("mqtt_version = 3\ncompression = \"gzip\"\n"));
  EXPECT_FALSE(is_right("mqtt_version = 3\ncompression = \"zstd\"\ntransport = \"auto\"\n"));
  EXPECT_TRUE(is_right("mqtt_version = 3\ncompression = \"none\"\n"));
  EXPECT_TRUE(is_right("mqtt_version = 3\ncompression = \"auto\"\n"));
  EXPECT_TRUE(is_right("mqtt_version = 5\ncompression = \"gzip\"\n"));
  EXPECT_TRUE(is_right("mqtt_version = 3\ncompression = \"gzip\"\ntransport = \"https\"\n"));
}

}  // namespace
}  // namespace vitalgate::config
