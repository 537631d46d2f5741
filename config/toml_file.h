// A settings file as tables of keys with their positions: all that the loader needs of TOML.
//
// toml_file.cpp is the only file that includes toml++. Nothing is thrown. Any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace vitalgate::config {

// Lines and columns count from 1; columns are characters. Line 0: nowhere in the file.
struct Position {
  std::uint32_t line = 0;
  std::uint32_t column = 0;
};

// A value as it was written, before any check.
struct Raw {
  std::variant<std::monostate, std::string, std::int64_t, bool> value;  // or none of these
  std::string_view kind;  // "text", "a whole number", "a list": words for a message
};

// The kind of a text with letters beyond ASCII outside of escapes ("\u00fc"): it has no value.
inline constexpr std::string_view kBeyondAscii = "text with letters beyond ASCII";

struct TomlEntry {
  std::string key;
  Position key_at;
  Raw raw;
  Position value_at;
};

struct TomlTable {
  std::string name;       // empty: the top of the file
  bool repeated = false;  // one of [[name]]
  Position at;            // its header
  std::vector<TomlEntry> entries;
};

struct SyntaxError {
  Position at;
  std::string description;  // toml++'s words; may repeat parts of the file
};

struct TomlFile {
  std::vector<TomlTable> tables;     // in the order of the file, the top first
  std::optional<SyntaxError> error;  // then there are no tables
};

// Tables below tables are not settings: they come out as an entry of kind "a table". Text of
// any content and size ends in a TomlFile; lines over kLineBytesMax are a syntax error. Comments
// may be in any encoding that contains ASCII.
inline constexpr std::size_t kLineBytesMax = 1000;
TomlFile parse_toml(std::string_view text);

// As TOML in plain ASCII: text quoted and escaped; empty for a Raw without a value.
std::string toml_literal(const Raw& raw);

}  // namespace vitalgate::config
