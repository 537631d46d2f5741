#include "config/document.h"

#include <algorithm>
#include <map>
#include <ranges>
#include <utility>

#include "agent/core/limits.h"
#include "agent/core/text.h"
#include "config/excerpt.h"
#include "config/syntax_hint.h"
#include "config/value_check.h"

namespace vitalgate::config {
namespace {

constexpr std::size_t kShownMax = 40;

std::string shown(std::string_view name) {
  return printable(name.substr(0, kShownMax)) + (name.size() > kShownMax ? "..." : "");
}

std::string header_text(const Table& table) {
  const std::string name(table.name);
  if (name.empty()) return "the top of the file";
  return table.repeated ? "[[" + name + "]]" : "[" + name + "]";
}

std::size_t most(const Table& table) {
  if (table.name == "destination") return limits::kDestinationsMax;
  return table.name == "device" ? limits::kDevicesMax : limits::kDeviceTablesMax;
}

// A key of this name may have a secret beside it, by mistake or not.
bool sets_guarded_key(std::string_view line) {
  const std::string_view name = trim(line.substr(0, line.find('=')));
  return std::ranges::any_of(keys(), [&](const Key& key) {
    return key.name == name && (key.secret || key.type == Type::file || key.type == Type::key_file);
  });
}

// Fill in what was probably meant; false when nothing is near.
bool suggest_table(std::string_view name, Finding& finding) {
  std::vector<std::string_view> names;
  for (const Table& table : tables().subspan(1)) names.push_back(table.name);
  const std::string_view meant = nearest(name, names);
  if (meant.empty()) return false;
  const Table& table = *find_table(meant);
  finding.suggestion = header_text(table);
  finding.expected = header_text(table) + "   (" + std::string(table.help) + ")";
  return true;
}

bool suggest_key(const Table& table, std::string_view name, Finding& finding) {
  if (const auto other = std::ranges::find(keys(), name, &Key::name); other != keys().end()) {
    const Table& home = *find_table(other->table);
    finding.expected = (home.name.empty() ? "move it to " : "move it below ") + header_text(home);
    return true;
  }
  std::vector<std::string_view> names;
  for (const Key& key : keys_of(table)) names.push_back(key.name);
  const std::string_view meant = nearest(name, names);
  if (meant.empty()) return table.name.empty() && suggest_table(name, finding);
  finding.suggestion = meant;
  finding.expected = expected_text(*find_key(table.name, meant), {});
  return true;
}

class Assembly {
 public:
  Assembly(const std::vector<Source>& sources, Report& report)
      : sources_(sources), report_(report) {
    for (const Table& table : tables())
      if (!table.repeated) plain_[table.name] = Section{&table, std::string(table.name), {}, {}};
  }

  void read(std::size_t index) {
    const std::string& text = sources_[index].text;
    const TomlFile file = parse_toml(text);
    if (file.error) {
      report_syntax(index, *file.error);
      complete_ = false;
    }
    for (const TomlTable& table : file.tables) add_table(index, table);
  }

  Document finish() {
    Document document{{}, complete_};
    for (const Table& table : tables()) {
      if (!table.repeated) document.sections.push_back(std::move(plain_[table.name]));
      for (Section& section : repeated_[table.name])
        document.sections.push_back(std::move(section));
    }
    return document;
  }

 private:
  void report_syntax(std::size_t index, const SyntaxError& error) {
    const std::string_view text = sources_[index].text;
    const std::string_view line = line_of(text, error.at.line);
    SyntaxHint hint = syntax_hint(line, error.at.column, error.description);
    // Inside a text of several lines no '=' tells where a secret begins.
    const auto before = text.substr(0, static_cast<std::size_t>(line.data() - text.data()));
    const bool many_lines = !line.empty() && (before.find("\"\"\"") != std::string_view::npos ||
                                              before.find("'''") != std::string_view::npos);
    const bool hide = many_lines || line.size() > kLineBytesMax || sets_guarded_key(line);
    report_.add({index, error.at}, {{}, std::move(hint.what), std::move(hint.expected), {}, hide});
  }

  void add_table(std::size_t index, const TomlTable& from) {
    const Table* table = find_table(from.name);
    const Place header{index, from.at};
    if (table == nullptr || (table->name.empty() && from.at.line != 0)) {
      report_unknown_table(header, from.name);
      return;
    }
    if (table->repeated != from.repeated) {
      const std::string right = header_text(*table);
      report_.add(header, {std::string(table->name),
                           table->repeated ? "this table is repeated: it needs [[ and ]]"
                                           : "this table is there once: it needs [ and ]",
                           right,
                           {},
                           false});
    }
    Section* section = table->repeated ? append(*table, header) : &plain_[table->name];
    if (section == nullptr) return;
    if (from.at.line != 0) section->header = header;
    for (const TomlEntry& entry : from.entries) add_entry(index, *section, entry);
  }

  Section* append(const Table& table, const Place& header) {
    auto& list = repeated_[table.name];
    if (list.size() == most(table)) {
      if (!std::exchange(overflow_[table.name], true))
        report_.add(header, {std::string(table.name),
                             "more than " + std::to_string(most(table)) + " of these",
                             "at most " + std::to_string(most(table)),
                             {},
                             false});
      return nullptr;
    }
    const std::string number = std::to_string(list.size() + 1);
    list.push_back({&table, std::string(table.name) + "[" + number + "]", header, {}});
    return &list.back();
  }

  void add_entry(std::size_t index, Section& section, const TomlEntry& entry) {
    const Table* table = section.table->name.empty() ? find_table(entry.key) : nullptr;
    const Key* key = find_key(section.table->name, entry.key);
    if (key != nullptr) {
      section.given.push_back({key, entry.raw, {index, entry.value_at}});
    } else if (table != nullptr && !table->name.empty()) {
      report_.add({index, entry.key_at},
                  {entry.key,
                   "this is a table, not " + std::string(entry.raw.kind),
                   header_text(*table) + "   (its keys follow on lines of their own)",
                   {},
                   true});
    } else {
      report_unknown_key({index, entry.key_at}, section, entry.key);
    }
  }

  void report_unknown_table(const Place& place, const std::string& name) {
    Finding finding{shown(name), "there is no such table", {}, {}, true};
    if (!report_.full() && !suggest_table(name, finding)) {
      for (const Table& table : tables().subspan(1))
        finding.expected += (finding.expected.empty() ? "one of " : ", ") + header_text(table);
    }
    report_.add(place, std::move(finding));
  }

  void report_unknown_key(const Place& place, const Section& section, const std::string& name) {
    Finding finding{section.dotted(shown(name)), "there is no such key", {}, {}, true};
    if (!report_.full() && !suggest_key(*section.table, name, finding)) {
      for (const Key& key : keys_of(*section.table))
        finding.expected.append(finding.expected.empty() ? "one of " : ", ").append(key.name);
    }
    report_.add(place, std::move(finding));
  }

  const std::vector<Source>& sources_;
  Report& report_;
  bool complete_ = true;
  std::map<std::string_view, Section> plain_;
  std::map<std::string_view, std::vector<Section>> repeated_;
  std::map<std::string_view, bool> overflow_;
};

}  // namespace

const Given* Section::find(std::string_view key) const {
  const auto last = std::find_if(given.rbegin(), given.rend(),
                                 [&](const Given& one) { return one.key->name == key; });
  return last == given.rend() ? nullptr : &*last;
}

std::string Section::dotted(std::string_view key) const {
  return name.empty() ? std::string(key) : name + "." + std::string(key);
}

Document assemble(const std::vector<Source>& sources, Report& report) {
  Assembly assembly(sources, report);
  for (std::size_t index = 0; index < sources.size(); ++index) assembly.read(index);
  return assembly.finish();
}

}  // namespace vitalgate::config
