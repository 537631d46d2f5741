// Fields: everything that a frame or characteristic says, by name, in the order of its layout.
//
// For people and tests: `vitalgate device decode` shows it, vector_test compares it. What is
// stored and uploaded are readings. Holds patient data: no operator<< and no formatter.
#pragma once

#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "agent/core/decimal.h"

namespace vitalgate::bridge {

class Fields;

// nullptr: the field is there and says "no value". A number keeps the digits that were sent; an
// IEEE 11073 special is the text NaN, NRes, +INF, -INF or Reserved. An object is a list of one.
using FieldValue = std::variant<std::nullptr_t, bool, std::int64_t, Decimal, std::string,
                                std::vector<std::int64_t>, std::vector<std::string>,
                                std::vector<std::vector<std::string>>, std::vector<Fields>>;

struct Field;

class Fields {
 public:
  // A name is added once. Integers of every size, texts and lists of them are taken as they are.
  template <class T>
  Fields& add(std::string_view name, T&& value);

  [[nodiscard]] const FieldValue* find(std::string_view name) const;
  [[nodiscard]] const std::vector<Field>& members() const { return members_; }

 private:
  std::vector<Field> members_;
};

struct Field {
  std::string name;
  FieldValue value;
};

template <class T>
Fields& Fields::add(std::string_view name, T&& value) {
  using Plain = std::remove_cvref_t<T>;
  if constexpr (std::integral<Plain> && !std::same_as<Plain, bool>)
    members_.push_back({std::string(name), static_cast<std::int64_t>(value)});
  else if constexpr (std::convertible_to<T, std::string_view> &&
                     !std::same_as<Plain, std::string> && !std::same_as<Plain, std::nullptr_t>)
    members_.push_back({std::string(name), std::string(std::string_view(value))});
  else
    members_.push_back({std::string(name), FieldValue(std::forward<T>(value))});
  return *this;
}

inline const FieldValue* Fields::find(std::string_view name) const {
  for (const Field& field : members_)
    if (field.name == name) return &field.value;
  return nullptr;
}

}  // namespace vitalgate::bridge
