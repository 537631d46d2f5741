#include "agent/cli/output.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdlib>

namespace vitalgate::cli {
namespace {

bool wants_colour(const Globals& globals) {
  const char* term = std::getenv("TERM");
  return !globals.plain && ::isatty(STDOUT_FILENO) == 1 && std::getenv("NO_COLOR") == nullptr &&
         term != nullptr && std::string_view(term) != "dumb";
}

}  // namespace

Exit fail(const Globals& globals, Exit code, std::string_view what, std::string_view hint) {
  fmt::print(stderr, "vitalgate: {}\n", what);
  if (!hint.empty()) fmt::print(stderr, "Try: {}\n", hint);
  if (globals.json) {
    const nlohmann::ordered_json json{{"schema", "vitalgate.error/1"},
                                      {"code", static_cast<int>(code)},
                                      {"what", what},
                                      {"hint", hint}};
    fmt::print("{}\n", json.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace));
  }
  return code;
}

std::string age(const nlohmann::json& seconds) {
  if (!seconds.is_number()) return "never";
  const double exact = seconds.get<double>();
  const auto whole = static_cast<std::uint64_t>(exact);
  if (exact < 10) return fmt::format("{:.1f} s", exact);
  if (whole < 120) return fmt::format("{} s", whole);
  if (whole < 2 * 3600) return fmt::format("{} m", whole / 60);
  if (whole < 48 * 3600) return fmt::format("{} h {} m", whole / 3600, whole / 60 % 60);
  return fmt::format("{} d {} h", whole / 86400, whole / 3600 % 24);
}

std::string size(std::uint64_t bytes) {
  const auto exact = static_cast<double>(bytes);
  if (bytes < 1000) return fmt::format("{} B", bytes);
  if (bytes < 1'000'000) return fmt::format("{:.0f} KB", exact / 1e3);
  if (bytes < 1'000'000'000) return fmt::format("{:.1f} MB", exact / 1e6);
  return fmt::format("{:.1f} GB", exact / 1e9);
}

std::string count(std::uint64_t number) {
  std::string digits = std::to_string(number);
  for (std::size_t at = digits.size(); at > 3;) digits.insert(at -= 3, 1, ',');
  return digits;
}

std::optional<std::string> room(const nlohmann::json& buffer) {
  const auto found = buffer.find("days_left");
  if (found == buffer.end() || !found->is_number()) return std::nullopt;
  const double days = found->get<double>();
  if (days >= 1000) return "room for years";
  if (days < 2) return fmt::format("room for {:.0f} hours", days * 24);
  return fmt::format("room for {:.0f} days", days);
}

std::string text(const nlohmann::json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

std::uint64_t number(const nlohmann::json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_number_unsigned() ? found->get<std::uint64_t>() : 0;
}

std::string painted(const Globals& globals, std::string_view word, Tone tone) {
  if (!wants_colour(globals)) return std::string(word);
  const char* code = tone == Tone::good ? "32" : tone == Tone::warn ? "33" : "31";
  return fmt::format("\x1b[{}m{}\x1b[0m", code, word);
}

std::string cell(std::string_view text, std::size_t width) {
  std::string out(text.substr(0, width));
  for (char& c : out)
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = '?';
  if (text.size() > width) out.back() = '~';
  out.resize(width, ' ');
  return out;
}

std::string wrapped(std::string_view text, std::size_t indent, std::size_t width) {
  std::string out;
  std::size_t column = indent;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(' '), text.size());
    const std::string_view word = text.substr(0, end);
    if (column > indent && column + 1 + word.size() > width) {
      out.append("\n").append(indent, ' ');
      column = indent;
    } else if (column > indent) {
      out.push_back(' ');
      ++column;
    }
    out.append(word);
    column += word.size();
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return out;
}

}  // namespace vitalgate::cli
