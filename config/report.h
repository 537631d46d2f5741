// The problems found so far, with the files they are in.
//
// Bounded: past limits::kSettingsProblemsMax problems are only counted. Not thread-safe.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "config/problem.h"
#include "config/toml_file.h"

namespace vitalgate::config {

// One file that was read, or text that was handed over.
struct Source {
  std::string name;    // as problems name it: the path
  std::string origin;  // as `config show` names it: "conf.d/90-cli.toml"
  std::string text;
};

struct Place {
  std::size_t source = 0;  // index
  Position at;
};

struct Finding {
  std::string key;
  std::string what;
  std::string expected;
  std::string suggestion;
  bool hide = false;  // the value on that line must not be shown
};

class Report {
 public:
  // `sources` must outlive the report.
  explicit Report(const std::vector<Source>& sources) : sources_(sources) {}

  void add(const Place& place, Finding finding);
  // About a file that could not be read, and so is no source.
  void add_unread(std::string_view file, std::string what, std::string expected);

  // No more are kept: work that only makes messages can be saved.
  [[nodiscard]] bool full() const;
  [[nodiscard]] bool empty() const { return found_.empty(); }
  [[nodiscard]] std::size_t left_out() const { return left_out_; }
  // "vitalgate.toml:12"
  [[nodiscard]] std::string origin(const Place& place) const;

  // In the order of files and lines. Leaves the report empty.
  std::vector<Problem> take();

 private:
  struct Found {
    Place place;
    Problem problem;
  };
  void keep(const Place& place, Problem problem);

  const std::vector<Source>& sources_;
  std::vector<Found> found_;
  std::size_t left_out_ = 0;
};

}  // namespace vitalgate::config
