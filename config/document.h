// All settings files laid over each other: which registry key was written where.
//
// Later sources override single keys of the plain tables and add to the repeated ones. What is no
// table or key of the registry is reported here and is not in the Document; values are not
// checked yet. Any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "config/keys.h"
#include "config/report.h"

namespace vitalgate::config {

struct Given {
  const Key* key = nullptr;
  Raw raw;
  Place at;  // the value
};

struct Section {
  const Table* table = nullptr;
  std::string name;          // "upload", "device[2]"; empty: the top
  Place header;              // line 0 when the table is in no file
  std::vector<Given> given;  // as written; of the same key the last one counts

  // Nothing when the key is left out.
  [[nodiscard]] const Given* find(std::string_view key) const;
  // "device[2].baud"
  [[nodiscard]] std::string dotted(std::string_view key) const;
};

struct Document {
  std::vector<Section> sections;  // by table in registry order; each plain table is there once
  bool complete = true;           // false: a file stopped at a syntax error, so keys may be missing
};

Document assemble(const std::vector<Source>& sources, Report& report);

}  // namespace vitalgate::config
