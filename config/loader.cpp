#include "config/loader.h"

#include <utility>

#include "agent/core/check.h"
#include "agent/core/limits.h"
#include "config/document.h"
#include "config/report.h"
#include "config/rules.h"
#include "config/source_files.h"
#include "config/value_check.h"

namespace vitalgate::config {
namespace {

constexpr std::string_view kGatewayId = "<gateway.id>";
constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";
constexpr std::string_view kMasked = "***";

// Fills Settings from a Document, value by value.
class Filling {
 public:
  Filling(const LoadOptions& options, Report& report, Loaded& out)
      : options_{options.drivers, options.check_files}, report_(report), out_(out) {}

  Settings fill(const Document& document) {
    for (const Section& section : document.sections) {
      Target target{settings_};
      if (section.table->name == "device") target.device = &settings_.devices.emplace_back();
      if (section.table->name == "column") target.column = &settings_.columns.emplace_back();
      if (section.table->name == "register") target.reg = &settings_.registers.emplace_back();
      if (section.table->name == "sensor") target.sensor = &settings_.sensors.emplace_back();
      if (section.table->name == "destination")
        target.destination = &settings_.destinations.emplace_back();
      for (const Key& key : keys_of(*section.table))
        fill_key(section, key, target, document.complete);
    }
    return std::move(settings_);
  }

 private:
  void fill_key(const Section& section, const Key& key, const Target& target, bool complete) {
    if (const Given* in_force = section.find(key.name); in_force != nullptr) {
      for (const Given& one : section.given)
        if (one.key == &key) check_given(section, one, &one == in_force ? &target : nullptr);
      return;
    }
    if (has_fallback(key)) return use_fallback(section, key, target);
    if (key.required && complete) report_missing(section, key);
  }

  // A value that a later file overrides is checked and not used: its target is null.
  void check_given(const Section& section, const Given& given, const Target* target) {
    const Key& key = *given.key;
    Verdict verdict = check_value(key, given.raw, options_);
    if (!verdict.value) {
      if (verdict.expected.empty() && !report_.full())
        verdict.expected = expected_text(key, options_.drivers);
      report_.add(given.at,
                  {section.dotted(key.name), std::move(verdict.what), std::move(verdict.expected),
                   std::move(verdict.suggestion), verdict.hide});
      return;
    }
    if (target == nullptr) return;
    key.set(*target, *verdict.value);
    const Raw shown = key.secret ? Raw{std::string(kMasked), "text"} : given.raw;
    out_.effective.push_back({&key, section.name, shown, report_.origin(given.at)});
  }

  void use_fallback(const Section& section, const Key& key, const Target& target) {
    std::string plain(key.fallback);
    if (const auto at = plain.find(kGatewayId); at != std::string::npos)
      plain.replace(at, kGatewayId.size(), settings_.gateway.id);
    const Raw raw = raw_from_plain(key, plain);
    const Verdict verdict = check_value(key, raw, options_);
    VG_CHECK(verdict.value.has_value());  // the registry's own words
    key.set(target, *verdict.value);
    out_.effective.push_back({&key, section.name, raw, "default"});
  }

  void report_missing(const Section& section, const Key& key) {
    const bool has_header = section.header.at.line != 0 || section.table->name.empty();
    std::string expected = has_header ? "" : "[" + section.name + "] with ";
    if (!report_.full()) expected += expected_text(key, options_.drivers);
    report_.add(section.header,
                {section.dotted(key.name), "this is missing", std::move(expected), {}, false});
  }

  CheckOptions options_;
  Report& report_;
  Loaded& out_;
  Settings settings_;
};

bool is_too_large(const Source& source) {
  return source.text.size() > limits::kSettingsFileBytesMax;
}

Loaded load_sources(SourceFiles files, const LoadOptions& options) {
  std::erase_if(files.sources, [&](const Source& source) {
    if (!is_too_large(source)) return false;
    files.unread.push_back({source.name, "is larger than 1 MiB", "a settings file has a few KB"});
    return true;
  });
  // A byte order mark would shift the columns of the first line.
  for (Source& source : files.sources)
    if (source.text.starts_with(kByteOrderMark)) source.text.erase(0, kByteOrderMark.size());
  Loaded out;
  Report report(files.sources);
  for (const Unread& one : files.unread) report.add_unread(one.file, one.what, one.remedy);
  if (!files.sources.empty()) {
    Document document = assemble(files.sources, report);
    // A file that was not read may hold what the others lack.
    document.complete = document.complete && files.unread.empty();
    Settings settings = Filling(options, report, out).fill(document);
    check_rules(document, report);
    // What the settings mean together is looked at once each of them is right.
    if (report.empty()) add_flaws(document, settings_flaws(settings), report);
    if (report.empty() && options.check != nullptr)
      add_flaws(document, options.check(settings), report);
    if (report.empty()) out.settings = std::move(settings);
  }
  out.problems_left_out = report.left_out();
  out.problems = report.take();
  return out;
}

}  // namespace

Loaded load(const std::filesystem::path& file, const LoadOptions& options) {
  return load_sources(read_sources(file), options);
}

Loaded load_text(std::string_view text, std::string_view name, const LoadOptions& options) {
  const std::string file(name);
  SourceFiles files;
  files.sources.push_back({file, std::filesystem::path(file).filename().string(),
                           std::string(text.substr(0, limits::kSettingsFileBytesMax + 1))});
  return load_sources(std::move(files), options);
}

const Effective* find_effective(const Loaded& loaded, std::string_view dotted) {
  for (const Effective& one : loaded.effective) {
    const std::string name(one.key->name);
    if (dotted == (one.section.empty() ? name : one.section + "." + name)) return &one;
  }
  return nullptr;
}

}  // namespace vitalgate::config
