// Durations and sizes as people write them: digits and a unit, "250ms", "4GB". Pure; any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace vitalgate::config {

// Milliseconds. Units ms s m h d. Nothing for any other text, and above 10^15.
std::optional<std::int64_t> parse_duration(std::string_view text);

// Bytes. Units KB MB GB TB (1000-based) and KiB MiB GiB TiB. Nothing for any other text, and
// above 10^15.
std::optional<std::int64_t> parse_size(std::string_view text);

// The shortest text that parses back to the same number.
std::string duration_text(std::int64_t milliseconds);
std::string size_text(std::int64_t bytes);

}  // namespace vitalgate::config
