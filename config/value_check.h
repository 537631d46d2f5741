// One written value against its row of the key registry.
//
// Messages never repeat the value of a secret key, nor one that may be a secret pasted where a
// file reference belongs. Asks the file system only for files and time zones. Any thread.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "config/keys.h"
#include "config/toml_file.h"

namespace vitalgate::config {

struct CheckOptions {
  std::span<const std::string_view> drivers;  // empty: any driver name passes
  bool check_files = false;
};

struct Verdict {
  std::optional<Value> value;  // or else:
  std::string what;            // what is wrong, as a clause
  std::string expected;        // what to write or do instead; empty: expected_text() says it
  std::string suggestion;      // the allowed word nearest to the one written
  bool hide = false;           // the value must not be shown
};

Verdict check_value(const Key& key, const Raw& raw, const CheckOptions& options);

// The same for a default or an example, which the registry holds as text.
Verdict check_plain(const Key& key, std::string_view plain, const CheckOptions& options);

// 'baud = 9600   (one of 0, 1200, ...)': a right line and what else would be right.
std::string expected_text(const Key& key, std::span<const std::string_view> drivers);

// A registry text as the raw value that a file would hold.
Raw raw_from_plain(const Key& key, std::string_view plain);

}  // namespace vitalgate::config
