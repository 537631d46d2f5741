// toml_literal() of toml_file.h: the way back from a value to a file.
#include "config/toml_file.h"

namespace vitalgate::config {
namespace {

// The character that starts at `at` of valid UTF-8; moves `at` behind it.
char32_t next_character(std::string_view text, std::size_t& at) {
  const auto lead = static_cast<unsigned char>(text[at++]);
  if (lead < 0x80) return lead;
  char32_t character = lead >= 0xf0 ? lead & 0x07 : lead >= 0xe0 ? lead & 0x0f : lead & 0x1f;
  while (at < text.size() && (static_cast<unsigned char>(text[at]) & 0xc0) == 0x80)
    character = character << 6 | (static_cast<unsigned char>(text[at++]) & 0x3f);
  return character;
}

void append_escape(std::string& out, char32_t character) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  const bool wide = character > 0xffff;
  out += wide ? "\\U" : "\\u";
  for (int shift = wide ? 28 : 12; shift >= 0; shift -= 4) out += kHex[character >> shift & 15];
}

std::string quoted(std::string_view text) {
  std::string out = "\"";
  for (std::size_t at = 0; at < text.size();) {
    const char32_t character = next_character(text, at);
    if (character == U'"' || character == U'\\') {
      out.append({'\\', static_cast<char>(character)});
    } else if (character < 0x20 || character > 0x7e) {
      append_escape(out, character);
    } else {
      out.push_back(static_cast<char>(character));
    }
  }
  return out + '"';
}

}  // namespace

std::string toml_literal(const Raw& raw) {
  if (const auto* number = std::get_if<std::int64_t>(&raw.value)) return std::to_string(*number);
  if (const auto* flag = std::get_if<bool>(&raw.value)) return *flag ? "true" : "false";
  const auto* text = std::get_if<std::string>(&raw.value);
  return text == nullptr ? std::string() : quoted(*text);
}

}  // namespace vitalgate::config
