// Small text questions that several rooms ask.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace vitalgate {

// Ids travel in topics, file names and JSON unescaped: ASCII letters, digits, '-' and '_',
// 1 to limits::kIdLengthMax characters.
bool is_valid_id(std::string_view text);

// The candidate nearest to `word`, or empty when none is near enough to be what was meant.
std::string_view nearest(std::string_view word, std::span<const std::string_view> candidates);

std::string_view trim(std::string_view text);

// Length of the UTF-8 sequence at the front of `text`, which is not empty; 0 when it is none
// (RFC 3629: no overlong forms, no surrogates).
std::size_t utf8_length(std::string_view text);

// Writes base64_length() characters at `at`: standard alphabet with padding (RFC 4648 section 4).
// What is behind them.
char* put_base64(char* at, std::span<const std::byte> bytes);
constexpr std::size_t base64_length(std::size_t bytes) { return (bytes + 2) / 3 * 4; }

// Bytes written as pairs of hexadecimal digits, in either case. Between pairs may stand spaces,
// line ends, ':', '-' and ','; a pair may be written 0x1f. Nothing for anything else.
std::optional<std::string> parse_hex(std::string_view text);

}  // namespace vitalgate
