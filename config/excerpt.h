// Pieces of a hostile text made fit to be shown: printable ASCII, without secrets. Pure; any
// thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace vitalgate::config {

// One character for one character: a tab becomes a space, all else outside of ASCII a '?'.
std::string printable(std::string_view text);

// Whether the byte at `at` only continues a UTF-8 character. One that continues nothing is a
// character of its own.
bool is_continuation(std::string_view text, std::size_t at);

// Whether `line` speaks of passwords, users, keys or the like, so its right side may be one.
bool may_hold_secret(std::string_view line);

// The line with that number, from 1, without its end; empty past the last one.
std::string_view line_of(std::string_view text, std::uint32_t number);

// A line ready to show. With `hide`, or when it may hold a secret, it ends after its first '=',
// and is empty when it has none and is not the header of a table.
std::string excerpt(std::string_view line, bool hide);

}  // namespace vitalgate::config
