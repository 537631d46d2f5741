#include "config/value_check.h"

#include <algorithm>
#include <charconv>

#include "agent/core/text.h"
#include "config/file_reference.h"
#include "config/pkcs11_key.h"
#include "config/quantity.h"
#include "config/text_rules.h"

namespace vitalgate::config {
namespace {

constexpr std::size_t kShownMax = 40;  // of a value inside a message

Verdict passed(std::string text, std::int64_t number) {
  return {Value{std::move(text), number}, {}, {}, {}, false};
}
Verdict refused(std::string what) { return {std::nullopt, std::move(what), {}, {}, false}; }

std::string_view wanted_kind(Type type) {
  switch (type) {
    case Type::integer:
      return "a whole number";
    case Type::boolean:
      return "true or false";
    default:
      return "text in quotes";
  }
}

// A file may be named in full, or a secret be pasted where its file belongs.
bool names_a_file(const Key& key) {
  return key.type == Type::file || key.type == Type::reference || key.type == Type::key_file;
}

// A value as a message names it.
std::string shown(const Key& key, const Raw& raw) {
  if (key.secret || names_a_file(key)) return "the value";
  const auto* text = std::get_if<std::string>(&raw.value);
  if (text == nullptr) return toml_literal(raw);
  const bool cut = text->size() > kShownMax;
  return '"' + text->substr(0, kShownMax) + (cut ? "...\"" : "\"");
}

std::string number_text(const Key& key, std::int64_t number) {
  if (key.type == Type::duration) return duration_text(number);
  if (key.type == Type::size) return size_text(number);
  return std::to_string(number);
}

Verdict check_range(const Key& key, const Raw& raw, std::int64_t number) {
  if (number < key.min)
    return refused(shown(key, raw) + " is below the least, " + number_text(key, key.min));
  if (number > key.max)
    return refused(shown(key, raw) + " is above the most, " + number_text(key, key.max));
  return passed({}, number);
}

Verdict check_word(const Key& key, const Raw& raw, std::string_view word,
                   std::span<const std::string_view> words) {
  if (words.empty() && !word.empty()) return passed(std::string(word), 0);
  if (std::find(words.begin(), words.end(), word) != words.end())
    return passed(std::string(word), 0);
  Verdict verdict = refused(shown(key, raw) + " is not " + std::string(key.noun));
  verdict.suggestion = nearest(word, words);
  return verdict;
}

Verdict check_integer(const Key& key, const Raw& raw, std::int64_t number) {
  if (key.words.empty()) return check_range(key, raw, number);
  const std::string digits = std::to_string(number);
  const bool known = std::find(key.words.begin(), key.words.end(), digits) != key.words.end();
  if (known) return passed({}, number);
  return refused(digits + " is not " + std::string(key.noun));
}

Verdict check_quantity(const Key& key, const Raw& raw, std::optional<std::int64_t> number) {
  if (number) return check_range(key, raw, *number);
  const bool time = key.type == Type::duration;
  return refused(shown(key, raw) + (time ? " is not a number with ms, s, m, h or d"
                                         : " is not a number with KB, MB, GB or TB"));
}

Verdict check_length(const Key& key, const Raw& raw, const std::string& text) {
  const auto length = static_cast<std::int64_t>(text.size());
  if (length < key.min) return refused("is empty");
  if (length > key.max)
    return refused(shown(key, raw) + " is longer than " + std::to_string(key.max) + " characters");
  std::string flaw = control_flaw(text);
  if (flaw.empty() && key.flaw != nullptr) flaw = key.flaw(text);
  if (flaw.empty() && key.type == Type::path) flaw = path_flaw(text);
  if (!flaw.empty()) return refused(shown(key, raw) + " " + flaw);
  return passed(text, 0);
}

Verdict check_id(const Key& key, const Raw& raw, const std::string& text) {
  if (is_valid_id(text) || (text.empty() && !key.required)) return passed(text, 0);
  if (text.empty()) return refused("is empty");
  if (text.size() > static_cast<std::size_t>(key.max))
    return refused(shown(key, raw) + " is longer than " + std::to_string(key.max) + " characters");
  return refused(shown(key, raw) + " has more than letters, digits, '-' and '_'");
}

// A key in a token: what names it, and the file of its PIN.
Verdict check_token_key(const std::string& text, bool check_files) {
  ParsedPkcs11Key parsed = parse_pkcs11_key(text);
  if (parsed.what.empty() && check_files && parsed.pin_source) {
    FileReference pin = resolve_and_check(*parsed.pin_source, /*secret=*/true);
    parsed.what = std::move(pin.what);
    parsed.remedy = std::move(pin.remedy);
  }
  if (parsed.what.empty()) return passed(text, 0);
  // Hidden: a PIN may have been written into it.
  return {std::nullopt, std::move(parsed.what), std::move(parsed.remedy), {}, true};
}

Verdict check_file(const Key& key, const std::string& text, bool check_files) {
  if (key.type == Type::key_file && text.starts_with(kPkcs11Scheme))
    return check_token_key(text, check_files);
  const bool secret = key.secret || key.name == "key";
  const bool reference = key.type == Type::reference;
  FileReference file = !check_files ? resolve(text)
                       : reference  ? resolve_and_find(text)
                                    : resolve_and_check(text, secret);
  if (file.what.empty()) return passed(reference ? text : std::move(file.path), 0);
  // With a prefix it is a reference and may be shown; without one it may be the secret itself.
  const bool hide = !text.starts_with("file:") && !text.starts_with("cred:");
  return {std::nullopt, std::move(file.what), std::move(file.remedy), {}, hide};
}

Verdict check_text(const Key& key, const Raw& raw, const std::string& text,
                   const CheckOptions& options) {
  switch (key.type) {
    case Type::id:
      return check_id(key, raw, text);
    case Type::file:
    case Type::reference:
    case Type::key_file:
      return check_file(key, text, options.check_files);
    case Type::duration:
      return check_quantity(key, raw, parse_duration(text));
    case Type::size:
      return check_quantity(key, raw, parse_size(text));
    case Type::word:
      return check_word(key, raw, text, allowed(key, options.drivers));
    default:
      return check_length(key, raw, text);
  }
}

Verdict wrong_kind(const Key& key, const Raw& raw) {
  const bool quantity = key.type == Type::duration || key.type == Type::size;
  if (quantity && std::holds_alternative<std::int64_t>(raw.value))
    return refused(shown(key, raw) + " has no unit");
  if (raw.kind == kBeyondAscii)
    return refused("has a letter beyond ASCII; in quotes, \\u00fc stands for one");
  return refused("is " + std::string(raw.kind) + ", and " + std::string(wanted_kind(key.type)) +
                 " is needed");
}

std::string choice(const Key& key, std::span<const std::string_view> drivers) {
  const auto words = allowed(key, drivers);
  if (!words.empty()) {
    std::string list = words.size() > 1 ? "one of " : "only ";
    for (const std::string_view word : words) list.append(word).append(", ");
    return list.substr(0, list.size() - 2);
  }
  switch (key.type) {
    case Type::integer:
    case Type::duration:
    case Type::size:
      return number_text(key, key.min) + " to " + number_text(key, key.max);
    case Type::boolean:
      return "true or false";
    case Type::id:
      return "letters, digits, - and _, at most " + std::to_string(key.max) + " characters";
    case Type::path:
      return "starts with /";
    case Type::file:
    case Type::reference:
      return "file:/path or cred:NAME";
    case Type::key_file:
      return "file:/path, cred:NAME or pkcs11:token=...;object=...";
    default:
      return std::string(key.help);
  }
}

}  // namespace

Raw raw_from_plain(const Key& key, std::string_view plain) {
  if (key.type == Type::boolean) return {plain == "true", "true or false"};
  if (key.type != Type::integer) return {std::string(plain), "text"};
  std::int64_t number = 0;
  std::from_chars(plain.data(), plain.data() + plain.size(), number);
  return {number, "a whole number"};
}

Verdict check_value(const Key& key, const Raw& raw, const CheckOptions& options) {
  Verdict verdict = wrong_kind(key, raw);
  const auto* number = std::get_if<std::int64_t>(&raw.value);
  const auto* flag = std::get_if<bool>(&raw.value);
  const auto* text = std::get_if<std::string>(&raw.value);
  if (key.type == Type::integer) {
    if (number != nullptr) verdict = check_integer(key, raw, *number);
  } else if (key.type == Type::boolean) {
    if (flag != nullptr) verdict = passed({}, *flag ? 1 : 0);
  } else if (text != nullptr) {
    verdict = check_text(key, raw, *text, options);
  }
  const bool may_be_secret = key.secret || (names_a_file(key) && text == nullptr);
  if (!verdict.value && may_be_secret) verdict.hide = true;
  if (!verdict.value && !verdict.suggestion.empty() && verdict.expected.empty())
    verdict.expected = std::string(key.name) + " = \"" + verdict.suggestion + "\"   (" +
                       choice(key, options.drivers) + ")";
  return verdict;
}

Verdict check_plain(const Key& key, std::string_view plain, const CheckOptions& options) {
  return check_value(key, raw_from_plain(key, plain), options);
}

std::string expected_text(const Key& key, std::span<const std::string_view> drivers) {
  const std::string example = toml_literal(raw_from_plain(key, key.example));
  return std::string(key.name) + " = " + example + "   (" + choice(key, drivers) + ")";
}

}  // namespace vitalgate::config
