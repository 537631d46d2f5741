#include "config/problem.h"

#include <algorithm>
#include <string_view>

namespace vitalgate::config {
namespace {

constexpr std::size_t kColumns = 80;
constexpr std::string_view kCut = "...";

std::string painted(std::string_view text, std::string_view code, bool colour) {
  if (!colour || text.empty()) return std::string(text);
  return std::string("\x1b[").append(code).append("m").append(text).append("\x1b[0m");
}

// Words of `text` on lines of at most kColumns, the first after `used` columns, the others
// indented.
std::string wrapped(std::string_view text, std::size_t used, std::size_t indent) {
  std::string out;
  std::size_t column = used;
  while (!text.empty()) {
    // The spaces before a word belong to it, so that columns inside a line stay.
    const std::size_t start = std::min(text.find_first_not_of(' '), text.size());
    const std::size_t end = std::min(text.find(' ', start), text.size());
    if (column + end > kColumns && column > indent && start > 0) {
      out.append("\n").append(indent, ' ').append(text.substr(start, end - start));
      column = indent + end - start;
    } else {
      out.append(text.substr(0, end));
      column += end;
    }
    text.remove_prefix(end);
  }
  return out;
}

std::string place(const Problem& problem) {
  if (problem.line == 0) return problem.file;
  return problem.file + ":" + std::to_string(problem.line) + ":" + std::to_string(problem.column);
}

std::string headline(const Problem& problem, bool colour) {
  const std::string at = place(problem) + ":";
  std::string text = problem.key.empty() ? "" : " " + problem.key + ":";
  text += " " + problem.what;
  if (!problem.suggestion.empty()) text += ". Did you mean \"" + problem.suggestion + "\"?";
  return painted(at, "1", colour) + wrapped(text, at.size(), 2) + "\n";
}

// The line and, below it, a caret. A long line is shown from some columns before the caret.
std::string snippet(const Problem& problem, bool colour) {
  const std::string number = std::to_string(problem.line);
  const std::string margin(number.size() + 2, ' ');
  const std::size_t room = kColumns - margin.size() - 3;
  std::string line = problem.source_line;
  std::size_t caret = problem.column > 0 ? problem.column - 1 : 0;
  if (caret > line.size()) caret = line.size();
  if (line.size() > room && caret > room / 2) {
    const std::size_t left_out = std::min(caret - room / 2, line.size() - room) + kCut.size();
    line = std::string(kCut) + line.substr(left_out);
    caret -= left_out - kCut.size();
  }
  if (line.size() > room) line = line.substr(0, room - kCut.size()).append(kCut);
  return "  " + number + " | " + line + "\n" + margin + " | " + std::string(caret, ' ') +
         painted("^", "1;31", colour) + "\n";
}

}  // namespace

std::string to_text(const Problem& problem, bool colour) {
  std::string out = headline(problem, colour);
  if (problem.line != 0 && !problem.source_line.empty()) out += snippet(problem, colour);
  if (problem.expected.empty()) return out;
  constexpr std::string_view kTry = "Try:";
  out += painted(kTry, "1", colour);
  // Beside the example as long as it fits whole, below it otherwise.
  const std::size_t aside = problem.expected.find("   (");
  const bool fits = kTry.size() + 1 + problem.expected.size() <= kColumns;
  if (fits || aside == std::string::npos)
    return out + wrapped(" " + problem.expected, kTry.size(), 5) + "\n";
  out.append(" ").append(problem.expected, 0, aside).append("\n").append(5, ' ');
  return out + wrapped(std::string_view(problem.expected).substr(aside + 3), 5, 6) + "\n";
}

}  // namespace vitalgate::config
