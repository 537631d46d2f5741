// What must hold between settings: unique names and ports, keys that need each other, at least
// one destination. Any thread.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "config/document.h"
#include "config/report.h"
#include "config/settings.h"

namespace vitalgate::config {

void check_rules(const Document& document, Report& report);

// One thing wrong with settings that are right one by one.
struct Flaw {
  std::string_view table;  // a repeated table
  std::size_t index = 0;   // which of them, from 0
  std::string_view key;
  std::string what;
  std::string expected;
};

// Columns, registers and sensors that belong to no device, name no metric or meet another.
std::vector<Flaw> settings_flaws(const Settings& settings);

void add_flaws(const Document& document, const std::vector<Flaw>& flaws, Report& report);

}  // namespace vitalgate::config
