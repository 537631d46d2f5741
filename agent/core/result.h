// Result<T>: a T, or the Error that stands in its place.
//
// The class is [[nodiscard]], so a dropped error does not compile. std::expected takes over
// with C++23.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <variant>

#include "agent/core/check.h"

namespace vitalgate {

// What a caller can do about a failure, not where it came from.
enum class Errc : std::uint8_t {
  malformed,    // the bytes break their own format: drop them, count them, go on
  unavailable,  // a device, disk or peer is not there now: try again later
  rejected,     // the other side refuses for good: do not send it again as it is
  corrupt,      // our own stored state is damaged: stop
};

struct Error {
  Errc code;
  std::string what;  // one lower-case clause for the log, never patient data
  std::string hint;  // what a person can do next; empty when there is nothing
};

template <class T = void>
class [[nodiscard]] Result {
 public:
  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}
  Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}

  explicit operator bool() const { return state_.index() == 0; }

  // The value. Checked: asking a failed Result for its value is a bug.
  T& operator*() & { return checked(); }
  const T& operator*() const& { return const_cast<Result*>(this)->checked(); }
  T&& operator*() && { return std::move(checked()); }
  T* operator->() { return &checked(); }
  const T* operator->() const { return &const_cast<Result*>(this)->checked(); }

  [[nodiscard]] const Error& error() const {
    VG_CHECK(state_.index() == 1);
    return std::get<1>(state_);
  }

 private:
  T& checked() {
    VG_CHECK(state_.index() == 0);
    return std::get<0>(state_);
  }

  std::variant<T, Error> state_;
};

template <>
class [[nodiscard]] Result<void> {
 public:
  Result() = default;
  Result(Error error) : error_(std::move(error)) {}

  explicit operator bool() const { return !error_.has_value(); }
  void operator*() const { VG_CHECK(!error_.has_value()); }

  [[nodiscard]] const Error& error() const {
    VG_CHECK(error_.has_value());
    return *error_;
  }

 private:
  std::optional<Error> error_;
};

}  // namespace vitalgate

// The value of `expression`, or a return of its Error from the enclosing function. May stand
// inside a lambda of another's expression: each has a name of its own.
#define VG_TRY(expression) VG_TRY_AS(expression, VG_TRY_NAME(__COUNTER__))
#define VG_TRY_NAME(number) VG_TRY_JOIN(vg_result_, number)
#define VG_TRY_JOIN(left, right) left##right
#define VG_TRY_AS(expression, name) \
  __extension__({                   \
    auto name = (expression);       \
    if (!name) [[unlikely]]         \
      return name.error();          \
    *std::move(name);               \
  })
