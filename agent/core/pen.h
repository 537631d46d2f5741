// Pen: writes text piece by piece into room at the end of a string, without a call a piece.
//
// For what is written by the million. Everything written must fit the room asked for; the string
// ends behind the last piece when the pen goes.
#pragma once

#include <charconv>
#include <cstring>
#include <string>
#include <string_view>

#include "agent/core/check.h"

namespace vitalgate {

class Pen {
 public:
  Pen(std::string& out, std::size_t room) : out_(out) {
    const std::size_t size = out.size();
    out.resize(size + room);
    at_ = out.data() + size;
  }
  Pen(const Pen&) = delete;
  Pen& operator=(const Pen&) = delete;
  ~Pen() {
    const auto size = static_cast<std::size_t>(at_ - out_.data());
    VG_CHECK(size <= out_.size());
    out_.resize(size);
  }

  Pen& text(std::string_view piece) {
    std::memcpy(at_, piece.data(), piece.size());
    at_ += piece.size();
    return *this;
  }
  Pen& character(char one) {
    *at_++ = one;
    return *this;
  }
  template <class Integer>
  Pen& number(Integer value) {
    at_ = std::to_chars(at_, at_ + kNumberRoom, value).ptr;
    return *this;
  }
  // What a `char* put(char* at, ...)` writes.
  [[nodiscard]] char* at() const { return at_; }
  Pen& move_to(char* at) {
    at_ = at;
    return *this;
  }

  static constexpr std::size_t kNumberRoom = 20;  // of any integer

 private:
  std::string& out_;
  char* at_;
};

}  // namespace vitalgate
