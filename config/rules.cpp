#include "config/rules.h"

#include <algorithm>
#include <filesystem>
#include <map>

#include "config/pkcs11_key.h"

namespace vitalgate::config {
namespace {

// No two sections of `table` may have the same text under `key`.
void check_unique(const Document& document, std::string_view table, std::string_view key,
                  bool is_path, Report& report) {
  std::map<std::string, const Section*> seen;
  for (const Section& section : document.sections) {
    const Given* given = section.table->name == table ? section.find(key) : nullptr;
    const auto* text = given != nullptr ? std::get_if<std::string>(&given->raw.value) : nullptr;
    if (text == nullptr || text->empty()) continue;
    const std::string same =
        is_path ? std::filesystem::path(*text).lexically_normal().string() : *text;
    const auto [first, added] = seen.emplace(same, &section);
    if (added) continue;
    report.add(given->at, {section.dotted(key),
                           "\"" + *text + "\" is already that of " + first->second->name + " (" +
                               report.origin(first->second->find(key)->at) + ")",
                           "each " + std::string(table) + " needs its own " + std::string(key),
                           {},
                           false});
  }
}

// `key` is only of use together with `partner`.
void check_needs(const Section& section, std::string_view key, std::string_view partner,
                 Report& report) {
  const Given* given = section.find(key);
  if (given == nullptr || section.find(partner) != nullptr) return;
  const Key& missing = *find_key(section.table->name, partner);
  report.add(given->at, {section.dotted(key),
                         "this needs " + std::string(partner) + " beside it",
                         std::string(partner) + " = \"" + std::string(missing.example) + "\"",
                         {},
                         true});
}

// A section has `one` or `other`, and not both.
void check_one_of(const Section& section, std::string_view one, std::string_view other,
                  Report& report) {
  const Given* first = section.find(one);
  const Given* second = section.find(other);
  if ((first == nullptr) != (second == nullptr)) return;
  const Key& wanted = *find_key(section.table->name, one);
  const std::string pair = std::string(one).append(" or ").append(other);
  report.add(second == nullptr ? section.header : second->at,
             {section.dotted(one),
              second == nullptr ? "this is missing" : "only one of " + pair + " can be given",
              second == nullptr ? std::string(one) + " = \"" + std::string(wanted.example) + "\""
                                : "remove the one that is not used",
              {},
              false});
}

// The word given under `key`; `fallback` when there is none.
std::string_view word_of(const Section& section, std::string_view key, std::string_view fallback) {
  const Given* given = section.find(key);
  const auto* word = given == nullptr ? nullptr : std::get_if<std::string>(&given->raw.value);
  return word == nullptr ? fallback : std::string_view(*word);
}

bool is_best_effort(const Section& section) {
  return word_of(section, "role", "required") == "best-effort";
}

// MQTT 3.1.1 has no room beside the batch to say how it is compressed.
void check_compression(const Section& section, Report& report) {
  const Given* version = section.find("mqtt_version");
  const auto* number =
      version == nullptr ? nullptr : std::get_if<std::int64_t>(&version->raw.value);
  if (number == nullptr || *number != 3 || word_of(section, "transport", "mqtt") == "https") return;
  const std::string_view word = word_of(section, "compression", "auto");
  if (word != "gzip" && word != "zstd") return;
  report.add(section.find("compression")->at,
             {section.dotted("compression"),
              "MQTT 3.1.1 cannot tell the hub that a batch is compressed",
              "leave it out, or set mqtt_version = 5",
              {},
              false});
}

// MQTT's library takes a key only from a file.
void check_token_key(const Section& section, Report& report) {
  if (!word_of(section, "key", "").starts_with(kPkcs11Scheme) ||
      word_of(section, "transport", "mqtt") == "https")
    return;
  report.add(section.find("key")->at,
             {section.dotted("key"),
              "a PKCS#11 key works only with transport = \"https\"",
              "set transport = \"https\", or use a key in a file or in the TPM (docs/delivery.md)",
              {},
              true});
}

}  // namespace

void check_rules(const Document& document, Report& report) {
  check_unique(document, "device", "id", false, report);
  check_unique(document, "device", "port", true, report);
  check_unique(document, "destination", "name", false, report);

  for (const Section& section : document.sections)
    if (section.table->name == "device") check_one_of(section, "port", "listen", report);

  bool any_destination = false, any_required = false;
  for (const Section& section : document.sections) {
    if (section.table->name != "destination") continue;
    any_destination = true;
    any_required = any_required || !is_best_effort(section);
    check_needs(section, "certificate", "key", report);
    check_needs(section, "key", "certificate", report);
    check_token_key(section, report);
    check_needs(section, "password", "username", report);
    check_needs(section, "proxy_username", "proxy", report);
    check_needs(section, "proxy_password", "proxy_username", report);
    check_compression(section, report);
  }
  if (!any_destination && document.complete)
    report.add({}, {"destination",
                    "there is none, so readings would go nowhere",
                    "add [[destination]] with name, host and ca",
                    {},
                    false});
  if (any_destination && !any_required && document.complete)
    report.add({}, {"destination",
                    "all are best-effort, so readings would be kept for none of them",
                    "leave out role, or set it to \"required\", in at least one",
                    {},
                    false});
}

}  // namespace vitalgate::config
