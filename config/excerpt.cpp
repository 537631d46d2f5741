#include "config/excerpt.h"

#include <algorithm>
#include <array>

namespace vitalgate::config {
namespace {

constexpr std::array<std::string_view, 8> kSecretWords{"pass", "user",  "secret",     "token",
                                                       "pwd",  "login", "credential", "begin "};

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool is_word(char c) {
  return (lower(c) >= 'a' && lower(c) <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
}

// "[upload]", "[[device]]"
bool is_header(std::string_view line) {
  const auto first = line.find_first_not_of("[ ");
  const auto last = line.find_last_not_of("] ");
  if (!line.starts_with('[') || !line.ends_with(']') || first > last) return false;
  line = line.substr(first, last - first + 1);
  return std::all_of(line.begin(), line.end(), [](char c) { return is_word(c) || c == '.'; });
}

}  // namespace

std::string printable(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (is_continuation(text, at)) continue;
    const char c = text[at];
    const auto byte = static_cast<unsigned char>(c);
    if (c == '\t') {
      out.push_back(' ');
    } else {
      out.push_back(byte >= 0x20 && byte < 0x7f ? c : '?');
    }
  }
  return out;
}

bool is_continuation(std::string_view text, std::size_t at) {
  if (at == 0 || (static_cast<unsigned char>(text[at]) & 0xc0) != 0x80) return false;
  return static_cast<unsigned char>(text[at - 1]) >= 0x80;
}

bool may_hold_secret(std::string_view line) {
  std::string low(line);
  std::transform(low.begin(), low.end(), low.begin(), lower);
  return std::any_of(kSecretWords.begin(), kSecretWords.end(),
                     [&](std::string_view word) { return low.find(word) != std::string::npos; });
}

std::string_view line_of(std::string_view text, std::uint32_t number) {
  for (; number > 1; --number) {
    const auto end = text.find('\n');
    if (end == std::string_view::npos) return {};
    text.remove_prefix(end + 1);
  }
  text = text.substr(0, text.find('\n'));
  if (text.ends_with('\r')) text.remove_suffix(1);
  return text;
}

std::string excerpt(std::string_view line, bool hide) {
  if (!hide && !may_hold_secret(line)) return printable(line);
  if (is_header(line)) return printable(line);
  const auto equals = line.find('=');
  if (equals == std::string_view::npos) return {};
  return printable(line.substr(0, equals + 1)) + " ***";
}

}  // namespace vitalgate::config
