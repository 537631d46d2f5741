#include "config/pkcs11_key.h"

#include <algorithm>
#include <array>

#include "config/file_reference.h"
#include "config/text_rules.h"

namespace vitalgate::config {
namespace {

// RFC 7512, section 2.3: what names a key. The rest would be passed on unread.
constexpr std::array<std::string_view, 8> kNames{"token",  "manufacturer", "model", "serial",
                                                 "object", "id",           "type",  "slot-id"};

ParsedPkcs11Key flawed(std::string what, std::string remedy = {}) {
  return {{}, {}, std::move(what), std::move(remedy)};
}

struct Seen {
  bool token = false, object = false;
};

// One "name=value"; what is wrong with it.
FileReference take(std::string_view part, ParsedPkcs11Key& parsed, Seen& seen) {
  Pkcs11Key& key = parsed.key;
  const std::size_t equals = part.find('=');
  const std::string_view name = part.substr(0, equals);
  const std::string_view value = equals == part.npos ? "" : part.substr(equals + 1);
  if (value.empty()) return {{}, "has a part without a value", "name=value parts, ';' between"};
  if (name == "pin-value")
    return {{}, "has a PIN in it, which does not belong here", "pin-source=file:/path"};
  if (name == "pin-source") {
    FileReference file = resolve(value);
    if (!file.what.empty()) return file;
    key.pin_file = file.path;
    parsed.pin_source = value;
    return file;
  }
  if (name == "module-path") {
    if (!path_flaw(value).empty()) return {{}, "has a module-path that does not start with /", {}};
    key.module = value;
    return {};
  }
  if (std::ranges::find(kNames, name) == kNames.end())
    return {{},
            "has a part that means nothing here",
            "token, serial, object, id, pin-source and module-path are known"};
  seen.token = seen.token || name == "token" || name == "serial";
  seen.object = seen.object || name == "object" || name == "id";
  if (key.uri.size() > kPkcs11Scheme.size()) key.uri.push_back(';');
  key.uri.append(part);
  return {};
}

}  // namespace

ParsedPkcs11Key parse_pkcs11_key(std::string_view text) {
  if (!text.starts_with(kPkcs11Scheme)) return flawed("does not start with pkcs11:");
  if (!ascii_flaw(text).empty() || text.find(' ') != text.npos)
    return flawed("has spaces or other characters that a URI cannot have", "write a space as %20");
  ParsedPkcs11Key parsed;
  parsed.key.uri = kPkcs11Scheme;
  Seen seen;
  text.remove_prefix(kPkcs11Scheme.size());
  while (!text.empty()) {
    const std::size_t end = std::min(text.find_first_of(";?&"), text.size());
    const FileReference part = take(text.substr(0, end), parsed, seen);
    if (!part.what.empty()) return flawed(part.what, part.remedy);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  if (!seen.token || !seen.object)
    return flawed("does not say which key", "token=LABEL;object=LABEL");
  return parsed;
}

}  // namespace vitalgate::config
