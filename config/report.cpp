#include "config/report.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "agent/core/limits.h"
#include "config/excerpt.h"

namespace vitalgate::config {

bool Report::full() const { return found_.size() >= limits::kSettingsProblemsMax; }

void Report::keep(const Place& place, Problem problem) {
  if (full()) {
    ++left_out_;
    return;
  }
  for (std::string* text :
       {&problem.file, &problem.key, &problem.what, &problem.expected, &problem.suggestion})
    *text = printable(*text);
  found_.push_back({place, std::move(problem)});
}

void Report::add(const Place& place, Finding finding) {
  if (full()) {
    ++left_out_;
    return;
  }
  const Source& source = sources_.at(place.source);
  const std::string_view line =
      place.at.line == 0 ? std::string_view{} : line_of(source.text, place.at.line);
  keep(place, Problem{source.name, place.at.line, place.at.column, std::move(finding.key),
                      std::move(finding.what), std::move(finding.expected),
                      std::move(finding.suggestion), excerpt(line, finding.hide)});
}

void Report::add_unread(std::string_view file, std::string what, std::string expected) {
  keep({}, Problem{std::string(file), 0, 0, {}, std::move(what), std::move(expected), {}, {}});
}

std::string Report::origin(const Place& place) const {
  return printable(sources_.at(place.source).origin) + ":" + std::to_string(place.at.line);
}

std::vector<Problem> Report::take() {
  const auto order = [](const Found& found) {
    return std::tuple(found.place.source, found.place.at.line, found.place.at.column);
  };
  std::stable_sort(found_.begin(), found_.end(),
                   [&](const Found& a, const Found& b) { return order(a) < order(b); });
  std::vector<Problem> problems;
  for (Found& found : found_) problems.push_back(std::move(found.problem));
  found_.clear();
  return problems;
}

}  // namespace vitalgate::config
