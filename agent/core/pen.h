// Pen: writes text piece by piece into room at the end of a string, without a call a piece.
//
// For what is written by the million. What does not fit the room asked for is a bug and checked.
// The string ends behind the last piece when the pen goes.
#pragma once

#include <charconv>
#include <string>
#include <string_view>
#include <system_error>

#include "agent/core/check.h"

namespace vitalgate {

class Pen {
 public:
  Pen(std::string& out, std::size_t room) : out_(out) {
    const std::size_t size = out.size();
    out.resize(size + room);
    at_ = out.data() + size;
    end_ = out.data() + out.size();
  }
  Pen(const Pen&) = delete;
  Pen& operator=(const Pen&) = delete;
  ~Pen() { out_.resize(static_cast<std::size_t>(at_ - out_.data())); }

  Pen& text(std::string_view piece) {
    VG_CHECK(piece.size() <= static_cast<std::size_t>(end_ - at_));
    at_ += piece.copy(at_, piece.size());
    return *this;
  }
  Pen& character(char one) {
    VG_CHECK(at_ < end_);
    *at_++ = one;
    return *this;
  }
  template <class Integer>
  Pen& number(Integer value) {
    const auto written = std::to_chars(at_, end_, value);
    VG_CHECK(written.ec == std::errc());
    at_ = written.ptr;
    return *this;
  }
  // What a `char* put(char* at, ...)` writes.
  [[nodiscard]] char* at() const { return at_; }
  Pen& move_to(char* at) {
    VG_CHECK(at <= end_);
    at_ = at;
    return *this;
  }

 private:
  std::string& out_;
  char* at_;
  char* end_;
};

}  // namespace vitalgate
