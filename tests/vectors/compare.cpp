#include "tests/vectors/compare.h"

#include <cstdlib>

#include "agent/core/overload.h"

namespace vitalgate::test {
namespace {

using bridge::Fields;
using bridge::FieldValue;
using Json = nlohmann::json;

template <class List, class Write>
std::string list_text(const List& list, Write write) {
  std::string out = "[";
  for (const auto& one : list) {
    if (out.size() > 1) out += ",";
    out += write(one);
  }
  return out + "]";
}

std::string quoted(const std::string& text) {
  return Json(text).dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::string fields_text(const Fields& fields) {
  std::string out = "{";
  for (const auto& field : fields.members()) {
    if (out.size() > 1) out += ",";
    out += quoted(field.name) + ":" + to_text(field.value);
  }
  return out + "}";
}

// Both sides are rounded to the nearest double once, so equal decimals give equal doubles.
bool same_number(const Decimal& decoded, const Json& expect) {
  if (!expect.is_number() || !decoded.in_range()) return false;
  return std::strtod(decoded.to_text().c_str(), nullptr) == expect.get<double>();
}

bool same(const Json& expect, const FieldValue& decoded, Match match);

bool same_object(const Json& expect, const Fields& decoded, Match match) {
  return expect.is_object() && differences(expect, decoded, match).empty();
}

template <class List, class Same>
bool same_list(const Json& expect, const List& decoded, Same same_one) {
  if (!expect.is_array() || expect.size() != decoded.size()) return false;
  for (std::size_t i = 0; i < decoded.size(); ++i)
    if (!same_one(expect[i], decoded[i])) return false;
  return true;
}

bool same(const Json& expect, const FieldValue& decoded, Match match) {
  const auto same_text = [](const Json& wanted, const std::string& text) {
    return wanted.is_string() && wanted.get_ref<const std::string&>() == text;
  };
  const auto same_whole = [](const Json& wanted, std::int64_t number) {
    return wanted.is_number_integer() ? wanted.get<std::int64_t>() == number
                                      : same_number(Decimal::of(number), wanted);
  };
  return std::visit(
      Overload{
          [&](std::nullptr_t) { return expect.is_null(); },
          [&](bool truth) { return expect.is_boolean() && expect.get<bool>() == truth; },
          [&](std::int64_t number) { return same_whole(expect, number); },
          [&](const Decimal& number) { return same_number(number, expect); },
          [&](const std::string& text) { return same_text(expect, text); },
          [&](const std::vector<std::int64_t>& list) {
            return same_list(expect, list, same_whole);
          },
          [&](const std::vector<std::string>& list) { return same_list(expect, list, same_text); },
          [&](const std::vector<std::vector<std::string>>& list) {
            return same_list(expect, list, [&](const Json& wanted, const auto& one) {
              return same_list(wanted, one, same_text);
            });
          },
          [&](const std::vector<Fields>& list) {
            if (expect.is_object())  // an object is a list of one
              return list.size() == 1 && same_object(expect, list.front(), match);
            return same_list(expect, list, [&](const Json& wanted, const Fields& one) {
              return same_object(wanted, one, match);
            });
          },
      },
      decoded);
}

}  // namespace

std::string to_text(const FieldValue& value) {
  return std::visit(
      Overload{
          [](std::nullptr_t) { return std::string("null"); },
          [](bool truth) { return std::string(truth ? "true" : "false"); },
          [](std::int64_t number) { return std::to_string(number); },
          [](const Decimal& number) {
            return number.in_range() ? number.to_text() : std::string("beyond range");
          },
          [](const std::string& text) { return quoted(text); },
          [](const std::vector<std::int64_t>& list) {
            return list_text(list, [](std::int64_t one) { return std::to_string(one); });
          },
          [](const std::vector<std::string>& list) { return list_text(list, quoted); },
          [](const std::vector<std::vector<std::string>>& list) {
            return list_text(list, [](const auto& one) { return list_text(one, quoted); });
          },
          [](const std::vector<Fields>& list) { return list_text(list, fields_text); },
      },
      value);
}

std::vector<std::string> differences(const Json& expect, const Fields& decoded, Match match) {
  std::vector<std::string> found;
  for (const auto& [key, wanted] : expect.items()) {
    if (key == "ok" || key == "error") continue;
    const FieldValue* value = decoded.find(key);
    if (value == nullptr)
      found.push_back(key + ": expected " + wanted.dump() + ", not decoded");
    else if (!same(wanted, *value, match))
      found.push_back(key + ": expected " + wanted.dump() + ", decoded " + to_text(*value));
  }
  if (match == Match::strict)
    for (const auto& field : decoded.members())
      if (!expect.contains(field.name))
        found.push_back(field.name + ": not expected, decoded " + to_text(field.value));
  return found;
}

}  // namespace vitalgate::test
