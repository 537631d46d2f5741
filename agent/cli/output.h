// How the command line writes: ages, sizes and counts for people, colour only on a terminal.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "agent/cli/command.h"

namespace vitalgate::cli {

// "0.4 s", "47 m", "10 h 53 m", "6 d 4 h"; "never" for null.
std::string age(const nlohmann::json& seconds);

// "57 KB", "2.3 MB": powers of 1000.
std::string size(std::uint64_t bytes);

// "8,412"
std::string count(std::uint64_t number);

// "room for 41 days" of a status's buffer; nothing while that cannot be said.
std::optional<std::string> room(const nlohmann::json& buffer);

// Members of a status object; empty or 0 when they are not there.
std::string text(const nlohmann::json& object, const char* key);
std::uint64_t number(const nlohmann::json& object, const char* key);

// `word` in green, yellow or red when stdout is a terminal that wants colour.
enum class Tone { good, warn, bad };
std::string painted(const Globals& globals, std::string_view word, Tone tone);

// `text` cut to `width` columns, its last one then a '~', and padded when it is shorter. Control
// characters become '?'.
std::string cell(std::string_view text, std::size_t width);

// `text` on as many lines as it takes at `width` columns, each after the first indented.
std::string wrapped(std::string_view text, std::size_t indent, std::size_t width = 80);

}  // namespace vitalgate::cli
