// A parser's complaint in the words of someone who never read the TOML standard. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace vitalgate::config {

struct SyntaxHint {
  std::string what;
  std::string expected;
};

// `line` is the one on which the parser stopped and `column`, from 1, where; `description` is
// what it said. The answer repeats no value of the file.
SyntaxHint syntax_hint(std::string_view line, std::uint32_t column, std::string_view description);

}  // namespace vitalgate::config
